#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agents/behaviour.hpp"
#include "config/allocation.hpp"
#include "config/economy.hpp"
#include "io/simulation_record.hpp"
#include "study/solve_economy.hpp"

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
    std::vector<std::uint64_t> seeds;  ///< one run each
    TracePlan plan;
    Allocation allocation = Allocation::bids;
    std::vector<BehaviourShare> behaviours;
    std::optional<std::filesystem::path> policy;  ///< a solved equilibrium of the economy
    std::optional<std::filesystem::path> start;   ///< a file whose distribution to start from, else that of the policy
};

/// Who watches a simulation and who keeps it.
struct SimulationCompany {
    std::function<void(std::size_t run, std::uint32_t period)> played;  ///< told after every period of every run
    RunKeeper* keeper = nullptr;
    /// Told what is going to be played; says who takes it down, or nobody.
    std::function<TraceRecorder*(const SimulationRecord&)> recorder;
};

/// What a rank needs, at most.  [MiB]
[[nodiscard]] double simulation_memory(const EconomyConfig& economy, double agents, int ranks, Kept kept = Kept::no);

/// Plays an economy with a finite population, once for every seed. Collective; the agents are shared among the ranks.
/// Throws InputError for a setup that makes no sense, naming the option of `polykarma simulate` it comes from, and
/// RunStopped when the keeper asks for that.
[[nodiscard]] SimulationRecord simulate_economy(const EconomyConfig& economy, const SimulationSetup& setup,
                                                const SimulationCompany& company, const Collective& ranks);

/// The same by the policy and from the distribution of an equilibrium in memory, as to_image made it, which every rank
/// has.   economy: with the lattice of the equilibrium
[[nodiscard]] SimulationRecord simulate_equilibrium(const EconomyConfig& economy, std::span<const std::byte> image,
                                                    const SimulationSetup& setup, const SimulationCompany& company,
                                                    const Collective& ranks);

}  // namespace polykarma
