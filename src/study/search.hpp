#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "config/economy.hpp"
#include "equilibrium/evolutionary.hpp"
#include "game/families.hpp"

namespace polykarma {

/// A social state to continue from, instead of the starting rules of the economy file.
struct StartState {
    std::string name;  ///< recorded: where it came from
    Field mass;
    SparseResponse response;
};

/// How a solve is asked to begin: from nothing (the economy's rules), or from a state for a part of the game just
/// built, begin(game, part, ranks), of whatever family; all ranks ask.
class StartFrom {
public:
    StartFrom() = default;
    /// A function that takes the games of one family only, or of any.
    template <class Begin>
    StartFrom(Begin begin) {  // implicit: a function is a way to begin
        std::apply([&](auto&... of) { (set(of, begin), ...); }, begins_);
    }

    [[nodiscard]] explicit operator bool() const {
        return std::apply([](const auto&... of) { return (static_cast<bool>(of) || ...); }, begins_);
    }
    template <class G>
    [[nodiscard]] StartState operator()(const G& game, const Part& part, const Collective& ranks) const {
        return std::get<Of<G>>(begins_)(game, part, ranks);
    }

private:
    template <class G>
    using Of = std::function<StartState(const G&, const Part&, const Collective&)>;
    template <class Function, class Begin>
    static void set(Function& of, const Begin& begin) {
        if constexpr (std::is_constructible_v<Function, Begin>) of = begin;
    }
    std::tuple<Of<MultiKarma>, Of<Pairwise>> begins_;
};

/// What belongs to a game as the same of another one with the same states and actions.
[[nodiscard]] Field moved_to(const Part& part, const Field& from);
[[nodiscard]] SparseResponse moved_to(const Part& part, const SparseResponse& from);

/// Where a search ended, and the name of where it began.
template <class G>
struct Searched {
    std::string start;
    std::shared_ptr<const G> game;  ///< that it ended in: larger than asked for where accounts have no bound
    SolveOutcome outcome;
};

/// What is tolerated of exploitability: of a lifetime, or under the average criterion of every contest, and then no more
/// than of the gain in a single one.
[[nodiscard]] double tolerated_exploitability(const EconomyConfig& economy);

/// The part per stage of what is tolerated of a lifetime's exploitability.
[[nodiscard]] double exploitability_per_stage(const EconomyConfig& economy);

/// Constants and aims of a search, a little below what the certificate is held against.
[[nodiscard]] EvolutionSettings search_settings(const EconomyConfig& economy);

/// Searches the game of an economy the way it says: by its method, from its start, along its branch or from its
/// neighbour; `from` a state instead of start and neighbour. On the way from a neighbour the search ends where one of
/// the economies cannot be solved, for the reason of that one; iterations and history are those of all of them. Where
/// accounts have no bound, it goes on to larger lattices, as far as economy and memory allow.
/// `game` is that of the economy, or of the lattice of the state that is resumed.
/// Throws InputError when an economy on that way is none, and Stopped when the keeper asks for it.
template <class G>
[[nodiscard]] Searched<G> search(const EconomyConfig& economy, std::shared_ptr<const G> game, const StartFrom& from,
                                 const Progress& progress, const Collective& ranks, const Keeping& keeping = {});

}  // namespace polykarma
