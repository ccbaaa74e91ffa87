#pragma once

#include <string>
#include <vector>

#include "config/economy.hpp"
#include "game/layout.hpp"
#include "game/urgency_chain.hpp"

/// What the rules of every family read from an economy file.
namespace polykarma {

[[nodiscard]] std::vector<ExogenousInfo> urgencies_of(const EconomyConfig& economy);

/// Throws InputError, with file and line, for a chain without a unique stationary law.
[[nodiscard]] UrgencyChain urgency_chain_of(const EconomyConfig& economy, const TypeConfig& type);

/// Throws InputError if the karma law that the search starts from reaches above k_max.
void require_room_for_start(const EconomyConfig& economy, const std::string& account, double k_mean, int k_max);

}  // namespace polykarma
