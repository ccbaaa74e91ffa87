#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agents/behaviour.hpp"
#include "agents/trace.hpp"
#include "config/allocation.hpp"

namespace polykarma {

/// A part of the agents, of one type or of every type that has no parts of its own, and how it behaves.
struct BehaviourShare {
    std::string type;  ///< empty: every other type
    Behaviour behaviour;
    double share = 1.0;
};

/// What is to be simulated, beside the economy.
struct SimulationSetup {
    std::uint64_t agents = 0;
    std::string agents_key = "--agents";  ///< what messages call their number
    std::vector<std::uint64_t> seeds;     ///< one run each
    TracePlan plan;
    Allocation allocation = Allocation::bids;
    std::vector<BehaviourShare> behaviours;
    std::optional<std::filesystem::path> policy;  ///< a file with an equilibrium of the economy
    std::string policy_group = "/";               ///< where in it
    std::optional<std::filesystem::path> start;   ///< a file whose distribution to start from, else that of the policy
};

}  // namespace polykarma
