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

namespace {

/// Of an agent picked at random, [exogenous state].
std::vector<double> law_of_everybody(const PairwiseRules& rules) {
    std::vector<double> law(rules.urgencies.size(), 0.0);
    for (const auto& type : rules.types)
        for (const auto u : Range<Exogenous>(law.size()))
            law[u.at()] += type.share * type.chain.stationary(Stage{}, u);
    return law;
}

}  // namespace

double dictator_efficiency(const PairwiseRules& rules) {
    const Range<Exogenous> urgencies(rules.urgencies.size());
    const std::vector<double> law = law_of_everybody(rules);
    double loss = 0.0;
    for (const auto u : urgencies)
        for (const auto v : urgencies)
            loss += law[u.at()] * law[v.at()] * std::min(rules.urgencies[u.at()].urgency, rules.urgencies[v.at()].urgency);
    return -0.5 * loss;
}

std::vector<double> dictator_access(const PairwiseRules& rules) {
    const Range<Exogenous> urgencies(rules.urgencies.size());
    const std::vector<double> law = law_of_everybody(rules);
    std::vector<double> access;
    for (const auto& type : rules.types) {
        double won = 0.0;
        for (const auto u : urgencies)
            for (const auto v : urgencies) {
                const double own = rules.urgencies[u.at()].urgency, other = rules.urgencies[v.at()].urgency;
                won += type.chain.stationary(Stage{}, u) * law[v.at()] * (own > other ? 1.0 : own == other ? 0.5 : 0.0);
            }
        access.push_back(won);
    }
    return access;
}

}  // namespace polykarma
