#include "welfare/pairwise_benchmark.hpp"

#include <algorithm>

namespace polykarma {

std::vector<Payoff> benchmark_payoffs(const PairwiseRules& rules) {
    std::vector<Payoff> result;
    for (const auto& type : rules.types) {
        double urgency = 0.0;
        for (const auto u : Range<Exogenous>(rules.urgencies.size()))
            urgency += type.chain.stationary(Stage{}, u) * rules.urgencies[u.at()].urgency;
        result.push_back({-0.5 * urgency, -0.5 * urgency});
    }
    return result;
}

double dictator_efficiency(const PairwiseRules& rules) {
    const Range<Exogenous> urgencies(rules.urgencies.size());
    std::vector<double> law(rules.urgencies.size(), 0.0);
    for (const auto& type : rules.types)
        for (const auto u : urgencies) law[u.at()] += type.share * type.chain.stationary(Stage{}, u);
    double loss = 0.0;
    for (const auto u : urgencies)
        for (const auto v : urgencies)
            loss += law[u.at()] * law[v.at()] * std::min(rules.urgencies[u.at()].urgency, rules.urgencies[v.at()].urgency);
    return -0.5 * loss;
}

}  // namespace polykarma
