#include "support/small_economy.hpp"

namespace polykarma::test {

MultiKarmaRules small_economy(const std::vector<int>& k_max, const std::vector<double>& k_mean, Exchange exchange,
                              Redistribution redistribution) {
    MultiKarmaRules rules{{{"none", 0.0}, {"low", 1.0}, {"high", 4.0}}, {}, std::move(exchange), {}, 2.0, 1e-3, 1.0};
    rules.resources = {{"H", {0.5, 0.2}, k_max[0], k_mean[0], redistribution},
                       {"P", {0.6, 0.25}, k_max[1], k_mean[1], redistribution}};
    const std::vector<double> values{0.0, 1.0, 4.0};
    const std::vector<double> draw{0.0, 0.7, 0.3};
    const auto chain = [&](const std::vector<double>& need) {
        return UrgencyChain(drawn_chain(draw, need, true, values, Exogenous{std::size_t{0}}));
    };
    rules.types = {{"S", 0.6, chain({1.0, 1.0}), {1.0, 0.9}}, {"C", 0.4, chain({0.5, 1.0}), {0.95, 0.9}}};
    return rules;
}

MultiKarmaRules three_resources(const std::vector<int>& k_max) {
    MultiKarmaRules rules{
        {{"low", 1.0}, {"high", 9.0}}, {}, Exchange::from_worth({1.0, 1.5, 2.0 / 3.0}), {}, 2.0, 1e-3, 1.0};
    rules.resources = {{"H", {0.5, 0.2}, k_max[0], 0.4 * k_max[0], Redistribution::all},
                       {"P", {0.6, 0.25}, k_max[1], 0.3 * k_max[1], Redistribution::active},
                       {"C", {0.4, 0.1}, k_max[2], 0.4 * k_max[2], Redistribution::non_winners}};
    const UrgencyChain::Matrix steady{{0.8, 0.2}, {0.6, 0.4}}, restless{{0.5, 0.5}, {0.9, 0.1}};
    rules.types = {{"S", 0.7, UrgencyChain({steady, restless, steady}), {0.9, 0.8, 0.95}},
                   {"C", 0.3, UrgencyChain({restless, restless, steady}), {1.0, 0.9, 0.7}}};
    return rules;
}

MultiKarmaRules one_lane() {
    MultiKarmaRules rules{{{"low", 1.0}, {"high", 4.0}}, {}, Exchange::none(1), {}, 2.0, 1e-2, 1.0};
    rules.resources = {{"lane", {0.6, 0.2}, 5, 2.0, Redistribution::all}};
    const std::vector<std::vector<double>> draw{{0.75, 0.25}, {0.75, 0.25}};
    rules.types = {{"commuter", 1.0, UrgencyChain({draw}), {0.8}}};
    return rules;
}

}  // namespace polykarma::test
