#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "dynamics/operators.hpp"

namespace polykarma {

/// One agent against frozen aggregates: values iterated in place until no state changes by more than
/// kValuePrecision * max|V|. `choose(stage, Site, state, Row)`
/// gives the value of a state from its row; `state` counts in storage order over all stages.
inline constexpr double kValuePrecision = 1e-12;

template <Game G, class Choose>
double iterate_values(Operators<G>& operators, Field& value, Choose&& choose) {
    const Layout& layout = operators.layout();
    const std::size_t stage_states = layout.blocks() * layout.sites();
    std::vector<double> fresh(stage_states);
    // The change shrinks by the cycle's discount: enough cycles for twice the precision from any start.
    const double discount = std::min(operators.game().cycle_discount(), 1.0 - 1e-9);
    const auto most = static_cast<long>(2.0 * std::log(kValuePrecision) / std::log(std::max(discount, 0.5))) + 2;
    double change = 0.0;
    for (long cycle = 0; cycle < most; ++cycle) {
        change = 0.0;
        double scale = 0.0;
        for (std::size_t i = layout.stages(); i-- > 0;) {
            const Stage r{i};
            const std::size_t first = i * stage_states;
            std::size_t state = 0;
            operators.rows(r, value, [&](const Site& site, Row q) {
                fresh[state] = choose(r, site, first + state, q);
                ++state;
            });
            const auto old = value.stage(r);
            for (std::size_t x = 0; x < stage_states; ++x) {
                const double moved = std::abs(fresh[x] - old[x]);
                change = moved <= change ? change : moved;  // keeps NaN
                scale = std::max(scale, std::abs(fresh[x]));
                old[x] = fresh[x];
            }
        }
        if (!(change > kValuePrecision * scale)) break;
    }
    return change;
}

}  // namespace polykarma
