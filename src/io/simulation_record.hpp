#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/trace.hpp"
#include "game/layout.hpp"
#include "welfare/measures.hpp"

namespace polykarma {

/// Everything that is said about runs of one economy with a finite population, but for their records.
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
    std::vector<std::uint64_t> seeds{};  ///< one run each
    std::vector<Cohort> cohorts{};
    std::vector<Behaviour> behaviours{};
    std::vector<Trace> runs{};         ///< [seed] those that have been played
    std::vector<Payoff> mean_field{};  ///< [type], where there is a policy

    /// Mean distance of as many agents, drawn from the distribution of the policy, from it (see Distance); where there is one.
    std::optional<double> distance_of_sample{};

    /// Of all periods.
    [[nodiscard]] double seconds() const {
        double sum = 0.0;
        for (const Trace& run : runs) sum += run.seconds;
        return sum;
    }
};

}  // namespace polykarma
