// Where solves of a multi-karma economy start from.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "game/multi_karma.hpp"

namespace polykarma {
namespace {

/// What a random number is drawn for.
enum class Purpose : std::uint64_t { policy, karma };

/// A number in [0, 1) that depends on nothing but its address, so that every rank draws the same one.
double drawn(int seed, Purpose purpose, std::size_t first, std::size_t second = 0) {
    // The finalizer of SplitMix64 (Steele, Lea, Flood 2014), once for every part of the address.
    std::uint64_t bits = 0;
    for (const std::uint64_t part : {static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(purpose),
                                     std::uint64_t{first}, std::uint64_t{second}}) {
        bits = (bits ^ part) + 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        bits ^= bits >> 31;
    }
    return static_cast<double>(bits >> 11) * 0x1p-53;
}

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

/// A mixture of both: `spread` of it uniform. Above half of k_max the uniform law reaches from k_max downwards.
std::vector<double> mixed_law(double spread, double mean, int k_max) {
    const bool high = 2.0 * mean > k_max;
    std::vector<double> uniform = karma_law(KarmaStart::uniform, high ? k_max - mean : mean, k_max);
    if (high) std::reverse(uniform.begin(), uniform.end());
    std::vector<double> law = karma_law(KarmaStart::at_mean, mean, k_max);
    for (std::size_t k = 0; k < law.size(); ++k) law[k] += spread * (uniform[k] - law[k]);
    return law;
}

}  // namespace

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
        laws.push_back(rule == KarmaStart::random
                           ? mixed_law(drawn(seed, Purpose::karma, laws.size()), resource.k_mean, resource.k_max)
                           : karma_law(rule, resource.k_mean, resource.k_max));
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
