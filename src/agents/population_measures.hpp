#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "agents/estimate.hpp"

namespace polykarma {

/// What a population experienced over some runs, each number with its standard error: over the runs, and where batches of
/// consecutive records differ more (see Experience), over those.                                     ([SC] section 5.1)
struct PopulationMeasures {
    Estimate efficiency;       ///< mean payoff per stage of everybody
    Estimate access_fairness;  ///< minus the standard deviation over agents of the part of own contests with access
    Estimate reward_fairness;  ///< minus the standard deviation over agents of the mean payoff per stage

    struct OfType {
        Estimate access;  ///< part of own contests with access
        Estimate payoff;  ///< mean per stage
    };
    std::vector<OfType> types;
};

/// Of runs of one population with different seeds.
///   takes_part [outcome]
[[nodiscard]] PopulationMeasures measures_of(std::span<const Trace> runs, const std::vector<bool>& takes_part,
                                             std::size_t types);

/// One of the numbers above, as tables call it.
struct AgentMeasure {
    std::string name;
    std::function<const Estimate&(const PopulationMeasures&)> of;
};

/// All of them, in the order of tables: agents_efficiency, agents_access_fairness, agents_reward_fairness, and
/// agents_access_<type>, agents_payoff_<type> for every type.
[[nodiscard]] std::vector<AgentMeasure> agent_measures(const std::vector<std::string>& types);

}  // namespace polykarma
