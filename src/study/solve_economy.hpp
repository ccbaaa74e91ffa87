#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "config/economy.hpp"
#include "equilibrium/evolutionary.hpp"
#include "game/multi_karma.hpp"
#include "io/record.hpp"

namespace polykarma {

/// A social state to continue from, instead of the starting rules of the economy file.
struct StartState {
    std::string name;  ///< recorded: where it came from
    Field mass;
    SparseResponse response;
};

/// How a solve is asked to begin: from nothing (the economy's rules), or from a state for the game just built.
using StartFrom = std::function<StartState(const MultiKarma&)>;

/// Memory of a solve with the damped dynamics, in MiB, from the sizes of the game.
[[nodiscard]] double solve_memory(const GameSize& size);

/// The rules of an economy that can be solved. Throws InputError for rules without a meaning and, before anything is
/// allocated, for an economy whose solve would exceed solver.memory_limit.
[[nodiscard]] MultiKarmaRules affordable_rules(const EconomyConfig& economy);

/// Builds the game of an economy. Throws like affordable_rules.
[[nodiscard]] std::shared_ptr<const MultiKarma> build_game(const EconomyConfig& economy);

/// From an economy to everything that is reported about its equilibrium: starts, solves, certifies, measures welfare.
[[nodiscard]] EquilibriumRecord solve_economy(const EconomyConfig& economy, const StartFrom& start = {},
                                              const Progress& progress = {});

}  // namespace polykarma
