#include "game/start_laws.hpp"

#include <algorithm>
#include <cmath>

namespace polykarma {
namespace {

/// The rules at_mean and uniform.
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

double drawn(int seed, Purpose purpose, std::size_t first, std::size_t second) {
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

std::vector<double> start_law(KarmaStart rule, double mean, int k_max, int seed, std::size_t account) {
    return rule == KarmaStart::random ? mixed_law(drawn(seed, Purpose::karma, account), mean, k_max)
                                      : karma_law(rule, mean, k_max);
}

}  // namespace polykarma
