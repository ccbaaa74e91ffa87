#pragma once

#include <functional>
#include <string>

#include "config/economy.hpp"
#include "equilibrium/evolutionary.hpp"
#include "game/multi_karma.hpp"

namespace polykarma {

/// A social state to continue from, instead of the starting rules of the economy file.
struct StartState {
    std::string name;  ///< recorded: where it came from
    Field mass;
    SparseResponse response;
};

/// How a solve is asked to begin: from nothing (the economy's rules), or from a state for a part of the game just
/// built; all ranks ask.
using StartFrom = std::function<StartState(const MultiKarma&, const Part&, const Collective&)>;

/// What belongs to a game as the same of another one with the same states and actions.
[[nodiscard]] Field moved_to(const Part& part, const Field& from);
[[nodiscard]] SparseResponse moved_to(const Part& part, const SparseResponse& from);

/// Where a search ended, and the name of where it began.
struct Searched {
    std::string start;
    SolveOutcome outcome;
};

/// The part per stage of what is tolerated of a lifetime's exploitability.
[[nodiscard]] double exploitability_per_stage(const EconomyConfig& economy);

/// Constants and aims of a search, a little below what the certificate is held against.
[[nodiscard]] EvolutionSettings search_settings(const EconomyConfig& economy);

/// Searches the game of an economy the way it says: by its method, from its start, along its branch or from its
/// neighbour; `from` a state instead of start and neighbour. On the way from a neighbour the search ends where one of
/// the economies cannot be solved, for the reason of that one; iterations and history are those of all of them.
/// Throws InputError when an economy on that way is none, and SearchStopped when the keeper asks for it.
[[nodiscard]] Searched search(const EconomyConfig& economy, const MultiKarma& game, const StartFrom& from,
                              const Progress& progress, const Collective& ranks, const Keeping& keeping = {});

}  // namespace polykarma
