#pragma once

#include "config/economy.hpp"
#include "study/simulation_setup.hpp"
#include "study/solve_economy.hpp"

namespace polykarma {

/// What a rank needs, at most.  [MiB]
[[nodiscard]] double simulation_memory(const EconomyConfig& economy, double agents, int ranks, Kept kept = Kept::no);

/// Throws InputError for a setup that makes no sense for an economy, or does not fit into memory; IoError for files that
/// cannot be read. On any rank.
void require_playable(const EconomyConfig& economy, const SimulationSetup& setup, int ranks);

}  // namespace polykarma
