#pragma once

#include "game/multi_karma.hpp"
#include "game/pairwise.hpp"

/// The games that an economy file can ask for.
namespace polykarma {

/// f(rules) of the economy's game, `typename decltype(rules)::Game`. Throws InputError for rules without a meaning.
template <class F>
decltype(auto) with_rules(const EconomyConfig& economy, F&& f) {
    if (economy.game == GameFamily::pairwise) return f(pairwise_rules_of(economy));
    return f(rules_of(economy));
}

/// Of the lattice that a search begins with.
[[nodiscard]] inline GameSize estimate_size(const EconomyConfig& economy) {
    return economy.game == GameFamily::pairwise ? pairwise_size(economy) : multi_karma_size(economy);
}

}  // namespace polykarma
