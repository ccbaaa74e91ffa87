#pragma once

#include <vector>

#include "game/multi_karma.hpp"
#include "welfare/measures.hpp"

namespace polykarma {

/// Payoffs [type] of the same economy without priority access: all agents with positive urgency share the whole
/// capacity of each resource, nobody else takes part.                                            (model, section 2)
std::vector<Payoff> benchmark_payoffs(const MultiKarmaRules& rules);

}  // namespace polykarma
