#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "dynamics/operators.hpp"

namespace polykarma {

/// What a type earns in a cycle on average under the average criterion, from a relative V.
struct AveragePayoff {
    /// Whatever V is, settled or not: what is earned lies between the least and the largest that a cycle of sweeps
    /// changes V by, plus what that takes off (Odoni, 1969).
    double at_least = std::numeric_limits<double>::infinity();
    double at_most = -std::numeric_limits<double>::infinity();
    double taken_off = -std::numeric_limits<double>::infinity();  ///< V of the reference state

};

/// [type], the same on every rank.   choose(Stage, Site, ActionValues): value of a state, as in iterate_values
template <AverageGame G, class Choose>
std::vector<AveragePayoff> average_payoffs(Operators<G>& operators, const Field& value, Choose&& choose) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const auto finite_or = [](double other, double x) { return std::isfinite(x) ? x : other; };
    const Layout& layout = operators.layout();
    std::vector<AveragePayoff> of_type(layout.types());
    const auto before = value.stage(Stage{});
    operators.part().for_each_site(Stage{}, [&](const Site& site, std::size_t) {
        if (operators.game().is_reference(site))
            of_type[layout.type(site.block).at()].taken_off = finite_or(kInfinity, before[site.state]);
    });
    Field swept = value;
    for (std::size_t i = layout.stages(); i-- > 0;) {
        const Stage r{i};
        std::vector<double> fresh(operators.part().states(r));
        operators.values(r, swept, [&](const Site& site, const auto& q) {
            fresh[site.state] = choose(r, site, q);
            if (i > 0) return;
            AveragePayoff& payoff = of_type[layout.type(site.block).at()];
            const double change = fresh[site.state] - before[site.state];
            payoff.at_least = std::min(payoff.at_least, finite_or(-kInfinity, change));
            payoff.at_most = std::max(payoff.at_most, finite_or(kInfinity, change));
        });
        std::ranges::copy(fresh, swept.stage(r).begin());
    }
    std::vector<double> extremes;
    for (const AveragePayoff& p : of_type) extremes.insert(extremes.end(), {-p.at_least, p.at_most, p.taken_off});
    operators.ranks().maximum(extremes);
    for (std::size_t t = 0; t < of_type.size(); ++t) {
        const double* const extreme = extremes.data() + 3 * t;
        of_type[t] = {extreme[2] - extreme[0], extreme[2] + extreme[1], extreme[2]};
    }
    return of_type;
}

}  // namespace polykarma
