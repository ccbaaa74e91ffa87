#pragma once

#include <memory>

#include "config/economy.hpp"
#include "game/multi_karma.hpp"
#include "io/record.hpp"
#include "study/search.hpp"

namespace polykarma {

/// Whether a search writes its states, for others to go on from.
enum class Kept { no, yes };

/// Memory that a rank needs at most for a solve, in MiB, from the sizes of the game: with the program, and with
/// searching and writing a policy that still mixes over all bids.
[[nodiscard]] double solve_memory(const GameSize& size, SolverMethod method, int ranks = 1, Kept kept = Kept::no);

/// The rules of an economy that can be solved. Throws InputError for rules without a meaning and, before anything is
/// allocated, for an economy whose solve would exceed solver.memory_limit on every rank.
[[nodiscard]] MultiKarmaRules affordable_rules(const EconomyConfig& economy, int ranks = 1, Kept kept = Kept::no);

/// Builds the game of an economy. Throws like affordable_rules.
[[nodiscard]] std::shared_ptr<const MultiKarma> build_game(const EconomyConfig& economy, int ranks = 1,
                                                           Kept kept = Kept::no);

/// From an economy to everything that is reported about its equilibrium: starts, solves, certifies, measures welfare.
/// The ranks share the state space; the record holds this rank's part of the fields, and the same of everything else.
/// With a keeper, the search goes on from the state that it has, if any, and throws SearchStopped when it asks for
/// that.
[[nodiscard]] EquilibriumRecord solve_economy(const EconomyConfig& economy, const StartFrom& start = {},
                                              const Progress& progress = {},
                                              const Collective& ranks = Collective::serial(),
                                              SearchKeeper* keeper = nullptr);

/// Adds to a record that solve_economy made of this economy whether the evolutionary dynamics, with the economy's step
/// and response rate and the record's lambda, is attracted to it. Only of a certified one: anything else is no fixed
/// point. Every rank calls with its record.
void measure_stability(const EconomyConfig& economy, EquilibriumRecord& record,
                       const Collective& ranks = Collective::serial());

}  // namespace polykarma
