#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agents/trace.hpp"
#include "game/layout.hpp"
#include "welfare/measures.hpp"

namespace polykarma {

/// Everything that is written about runs of one economy with a finite population.
struct SimulationRecord {
    std::string title;
    std::string economy;                   ///< resolved TOML
    std::shared_ptr<const Layout> layout;  ///< shares ownership of the game it belongs to
    std::string allocation;
    std::vector<std::string> outcomes;
    std::vector<bool> takes_part;         ///< [outcome]
    std::vector<ContestNumber> numbers{};  ///< which ones records have
    std::uint64_t agents = 0;
    TracePlan plan;
    std::vector<Behaviour> behaviours{};
    std::vector<Trace> runs{};           ///< [seed]
    std::vector<Payoff> mean_field{};    ///< [type], where there is a policy
};

}  // namespace polykarma
