// Where solves of a multi-karma economy start from.
#include <algorithm>
#include <cmath>
#include <vector>

#include "game/multi_karma.hpp"
#include "game/start_laws.hpp"

namespace polykarma {

Action MultiKarma::start_action(PolicyStart rule, Stage r, const Site& site, std::size_t row_length, int seed) const {
    const Action inactive{0};
    const auto bid = [](double b) { return Action{1 + static_cast<std::size_t>(b)}; };
    const auto largest_bid = static_cast<double>(row_length - 2);
    if (rule == PolicyStart::zero) return bid(0.0);
    if (rule == PolicyStart::random)
        return bid(std::floor(largest_bid * drawn(seed, Purpose::policy, r.at(), site.block.at())));
    const double urgency = rules_.urgencies[layout_.exogenous(site.block).at()].urgency;
    double largest = 0.0;
    for (const auto& u : rules_.urgencies) largest = std::max(largest, u.urgency);
    if (urgency == 0.0) return inactive;
    return bid(guarded_floor(largest_bid * urgency / largest));
}

void MultiKarma::start_mass(KarmaStart rule, Field& mass, int seed) const {
    const Lattice& lattice = layout_.lattice();
    std::vector<std::vector<double>> laws;
    for (const auto& resource : rules_.resources)
        laws.push_back(start_law(rule, resource.k_mean, resource.k_max, seed, laws.size()));
    std::vector<int> balances(lattice.accounts());
    for (const auto r : Range<Stage>(layout_.stages()))
        mass.part().for_each_site(r, [&](const Site& site, std::size_t) {
            lattice.balances(layout_.contested(r), site.index, balances);
            double probability = stationary_exogenous(r, site.block);
            for (std::size_t a = 0; a < laws.size(); ++a) probability *= laws[a][static_cast<std::size_t>(balances[a])];
            mass.stage(r)[site.state] = probability;
        });
}

}  // namespace polykarma
