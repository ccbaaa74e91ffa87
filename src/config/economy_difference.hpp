#pragma once

#include <optional>
#include <string>

#include "config/economy.hpp"

namespace polykarma {

/// The first key in which two economies are different games: with both values, e.g. "resource.H.k_max: 24, not 12".
/// Title, description and everything about solving are no part of a game. Nothing when they are the same.
[[nodiscard]] std::optional<std::string> first_difference(const EconomyConfig& economy, const EconomyConfig& other);

}  // namespace polykarma
