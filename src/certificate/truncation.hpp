#pragma once

#include <algorithm>

#include "dynamics/operators.hpp"

namespace polykarma {

/// What the top of a lattice cuts off where accounts have no bound, as shares of all karma.
struct Truncation {
    double tail = 0.0;     ///< in the top cells of an account, the largest of any account and stage
    double clipped = 0.0;  ///< what one cycle would put above k_max
};

/// Balances above this part of k_max are the top cells of an account.
inline constexpr double kTopCells = 0.9;

[[nodiscard]] double karma_tail(const Field& mass, const Collective& ranks);

/// Of the mass whose aggregates the operators hold.
template <UnboundedGame G>
Truncation truncation(const Operators<G>& operators, const Field& mass) {
    const G& game = operators.game();
    double clipped = 0.0, all = 0.0;
    for (const auto r : Range<Stage>(game.layout().stages())) clipped += game.clipped(operators.aggregates(r));
    for (std::size_t q = 0; q < game.conserved(); ++q) all += game.conserved_value(q);
    return {karma_tail(mass, operators.ranks()), clipped / std::max(all, 1e-300)};
}

}  // namespace polykarma
