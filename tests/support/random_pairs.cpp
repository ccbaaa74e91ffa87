#include "support/random_pairs.hpp"

#include <string>

namespace polykarma::test {

PairwiseRules random_pairs(std::uint64_t seed) {
    Random random(seed);
    PairwiseRules rules;
    const std::size_t urgencies = 2 + random.below(2);
    const std::vector<double> values{0.0, 1.0, 1.0, 3.0, 10.0};
    for (std::size_t u = 0; u < urgencies; ++u)
        rules.urgencies.push_back({"u" + std::to_string(u), random.pick(values)});
    const auto shares = random.law(1 + random.below(3));
    for (const double share : shares)
        rules.types.push_back({"type" + std::to_string(rules.types.size()), share, random_chain(random, 1, urgencies),
                               random.between(0.3, 0.95)});
    rules.payee = random.chance(0.5) ? Payee::peer : Payee::society;
    if (random.chance(0.5)) {
        rules.tax_coefficient = random.pick(std::vector<double>{0.005, 0.1, 0.5, 3.0});
        rules.tax_power = random.pick(std::vector<double>{1.0, 0.5, 2.0});
    }
    rules.k_max = static_cast<int>(random.below(21));
    rules.k_mean = random.between(0.1, 0.5) * rules.k_max;
    return rules;
}

PairwiseRules undiscounted(PairwiseRules rules) {
    for (auto& type : rules.types) type.discount = 1.0;
    rules.criterion = Criterion::average;
    return rules;
}

PairwiseRules worked_example(int k_max) {
    PairwiseRules rules{{{"calm", 0.0}, {"urgent", 3.0}}, {}, Payee::peer, 0.0, 1.0, k_max, 6.0};
    rules.types = {{"agent", 1.0, UrgencyChain({{{0.5, 0.5}, {0.5, 0.5}}}), 0.8}};
    return rules;
}

PairwiseRules case_study_pairs(Payee payee, double discount, int k_max) {
    PairwiseRules rules{{{"default", 1.0}, {"intermediate", 1.0}, {"high", 10.0}}, {}, payee, 0.0, 1.0, k_max, 10.0};
    rules.types = {
        {"agent", 1.0, UrgencyChain({{{0.95, 0.05, 0.0}, {0.0, 0.5, 0.5}, {0.95, 0.05, 0.0}}}), discount}};
    return rules;
}

}  // namespace polykarma::test
