#pragma once

#include <vector>

#include "game/pairwise.hpp"
#include "welfare/measures.hpp"

namespace polykarma {

/// Payoffs [type] when a fair coin decides every contest: -E[u] / 2. Whoever has won less often so far winning
/// instead, with a coin for ties, gives the same.                                                     (model, section 3)
std::vector<Payoff> benchmark_payoffs(const PairwiseRules& rules);

/// Mean payoff of the population when the higher urgency wins, with a coin for ties: -E[min(u, u')] / 2. No rule does
/// better.
double dictator_efficiency(const PairwiseRules& rules);

/// Part of its contests that a type wins then, [type].
std::vector<double> dictator_access(const PairwiseRules& rules);

}  // namespace polykarma
