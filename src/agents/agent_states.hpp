#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "agents/population.hpp"
#include "game/layout.hpp"

namespace polykarma {

/// The states of the agents of a tile among those of their type at a stage, exogenous * sites + site; of who has more
/// karma than the lattice, at the largest that it has. Returns how many balances that concerns.
inline std::int64_t find_states(const Layout& layout, Stage r, const Population& agents, const Tile& tile,
                                std::span<std::uint32_t> states) {
    const Lattice& lattice = layout.lattice();
    const auto sites = static_cast<std::uint32_t>(layout.sites());
    const std::uint8_t* const exogenous = agents.exogenous.data() + tile.begin;
    for (std::size_t i = 0; i < tile.size; ++i) states[i] = sites * exogenous[i];
    std::int32_t beyond = 0;
    for (const auto a : Range<Account>(lattice.accounts())) {
        const auto stride = static_cast<std::uint32_t>(lattice.stride(layout.contested(r), a));
        const std::int32_t k_max = lattice.k_max(a);
        const std::int32_t* const karma = agents.karma[a.at()].data() + tile.begin;
        for (std::size_t i = 0; i < tile.size; ++i) {
            states[i] += stride * static_cast<std::uint32_t>(std::min(karma[i], k_max));
            beyond += karma[i] > k_max;
        }
    }
    return beyond;
}

/// Where the states of a type begin among those of all types at a stage.
[[nodiscard]] inline std::size_t first_state(const Layout& layout, Type type) {
    return layout.block(type, Exogenous{}).at() * layout.sites();
}

}  // namespace polykarma
