// Where solves of a multi-karma economy start from.
#include <algorithm>
#include <cmath>
#include <vector>

#include "game/multi_karma.hpp"

namespace polykarma {
namespace {

/// Law over balances 0..k_max with the given mean: on its two neighbouring integers, or uniform from 0 to twice it
/// (a mixture of two uniform laws where that is not an integer).
std::vector<double> karma_law(KarmaStart rule, double mean, int k_max) {
    std::vector<double> law(static_cast<std::size_t>(k_max) + 1, 0.0);
    if (rule == KarmaStart::at_mean) {
        const auto whole = static_cast<std::size_t>(std::floor(mean));
        const double fraction = mean - static_cast<double>(whole);
        law[whole] += 1.0 - fraction;
        if (fraction > 0.0) law[whole + 1] += fraction;
        return law;
    }
    const auto top = static_cast<std::size_t>(std::floor(2.0 * mean));
    const double fraction = 2.0 * mean - static_cast<double>(top);
    const auto add_uniform = [&](std::size_t last, double weight) {
        for (std::size_t k = 0; k <= last; ++k) law[k] += weight / static_cast<double>(last + 1);
    };
    add_uniform(top, 1.0 - fraction);
    if (fraction > 0.0) add_uniform(top + 1, fraction);
    return law;
}

}  // namespace

Action MultiKarma::start_action(PolicyStart rule, Stage, const Site& site, std::size_t row_length) const {
    const Action inactive{0};
    const auto bid = [](double b) { return Action{1 + static_cast<std::size_t>(b)}; };
    if (rule == PolicyStart::zero) return bid(0.0);
    const double urgency = rules_.urgencies[layout_.exogenous(site.block).at()].urgency;
    double largest = 0.0;
    for (const auto& u : rules_.urgencies) largest = std::max(largest, u.urgency);
    if (urgency == 0.0) return inactive;
    return bid(guarded_floor(static_cast<double>(row_length - 2) * urgency / largest));
}

void MultiKarma::start_mass(KarmaStart rule, Field& mass) const {
    const Lattice& lattice = layout_.lattice();
    std::vector<std::vector<double>> laws;
    for (const auto& resource : rules_.resources) laws.push_back(karma_law(rule, resource.k_mean, resource.k_max));
    std::vector<int> balances(lattice.accounts());
    for (const auto r : Range<Stage>(layout_.stages()))
        layout_.for_each_site(r, [&](const Site& site, std::size_t) {
            lattice.balances(layout_.contested(r), site.index, balances);
            double probability = stationary_exogenous(r, site.block);
            for (std::size_t a = 0; a < laws.size(); ++a)
                probability *= laws[a][static_cast<std::size_t>(balances[a])];
            mass.block(r, site.block)[site.index] = probability;
        });
}

}  // namespace polykarma
