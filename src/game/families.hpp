#pragma once

#include "game/multi_karma.hpp"
#include "game/pairwise.hpp"

/// The games that an economy file can ask for. Compilers warn of a family without a case.
namespace polykarma {

/// f(rules) of the economy's game, `typename decltype(rules)::Game`. Throws InputError for rules without a meaning.
template <class F>
decltype(auto) with_rules(const EconomyConfig& economy, F&& f) {
    switch (economy.game) {
        case GameFamily::pairwise: return f(pairwise_rules_of(economy));
        case GameFamily::multi_karma: break;
    }
    return f(rules_of(economy));
}

/// Of the lattice that a search begins with.
[[nodiscard]] inline GameSize estimate_size(const EconomyConfig& economy) {
    switch (economy.game) {
        case GameFamily::pairwise: return pairwise_size(economy);
        case GameFamily::multi_karma: break;
    }
    return multi_karma_size(economy);
}

}  // namespace polykarma
