#include "welfare/multi_karma_benchmark.hpp"

namespace polykarma {

std::vector<Payoff> benchmark_payoffs(const MultiKarmaRules& rules) {
    const auto needs = [&](const MultiKarmaRules::UserType& type, Stage r, Exogenous u) {
        return rules.urgencies[u.at()].urgency > 0.0 ? type.chain.stationary(r, u) : 0.0;
    };
    const Range<Exogenous> urgencies(rules.urgencies.size());
    std::vector<double> payoff(rules.types.size(), 0.0);
    std::vector<double> active(rules.types.size(), 0.0);
    for (const auto r : Range<Stage>(rules.resources.size())) {
        double users = 0.0;
        for (const auto& type : rules.types)
            for (const auto u : urgencies) users += type.share * needs(type, r, u);
        const double delay = congestion_delay(users, {rules.resources[r.at()].capacity.total, 0.0});
        for (std::size_t t = 0; t < rules.types.size(); ++t)
            for (const auto u : urgencies) {
                const double share = needs(rules.types[t], r, u);
                active[t] += share;
                payoff[t] += share * rules.urgencies[u.at()].urgency * (rules.nominal_payoff - delay);
            }
    }
    std::vector<Payoff> result;
    for (std::size_t t = 0; t < payoff.size(); ++t)
        result.push_back({payoff[t] / static_cast<double>(rules.resources.size()), payoff[t] / active[t]});
    return result;
}

}  // namespace polykarma
