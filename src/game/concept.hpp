#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include "game/entries.hpp"

namespace polykarma {

/// A row of action values or of a response in a kernel: `length` actions, readable and writable up to padded(length).
using Row = std::span<const double>;

/// The response of one state with only the actions that have weight, each once.
struct SparseRow {
    std::span<const std::int32_t> actions;
    std::span<const double> probabilities;
};

/// f(action, probability) for every action that a row holds.
template <class F>
void for_each_action(Row row, F&& f) {
    for (std::size_t a = 0; a < row.size(); ++a) f(a, row[a]);
}
template <class F>
void for_each_action(const SparseRow& row, F&& f) {
    for (std::size_t i = 0; i < row.actions.size(); ++i)
        f(static_cast<std::size_t>(row.actions[i]), row.probabilities[i]);
}

/// The action values of one state, while a visitor has it: each computed when it is asked for, or all of them in a row,
/// in a buffer that stays in L1 and that the next row overwrites.
template <class V>
concept ActionValues = requires(const V& values, std::size_t action) {
    { values.size() } -> std::convertible_to<std::size_t>;
    { values[action] } -> std::convertible_to<double>;
    { values.row() } -> std::same_as<Row>;
};

/// Action values of a game that forms whole rows anyway.
class FormedRow {
public:
    explicit FormedRow(Row row) : row_(row) {}
    [[nodiscard]] std::size_t size() const { return row_.size(); }
    [[nodiscard]] double operator[](std::size_t action) const { return row_[action]; }
    [[nodiscard]] Row row() const { return row_; }

private:
    Row row_;
};

static_assert(ActionValues<FormedRow>);

/// A visitor of action values: called once per state of a stage, in storage order.
struct ValuesVisitorArchetype {
    void operator()(const Site&, const ActionValues auto&) const {}
};

/// A dynamic population game, as the engine sees it. No solver knows more of a game than this.
///
/// Kernels work on the part of the states that one rank owns: whole lines, every exogenous state. Arrays over the states
/// of a stage are in the storage of that part at that stage, also where they stand for the stage that follows: the
/// engine transposes, and the engine alone knows of other ranks.
///
///   layout()                          shapes, names, cyclic or finite
///   row_lengths(r, line, lengths)     actions on offer at every position of a line, the same for every block
///   entered_lines(r, line, lines)     appends the lines that moves from this one enter; a move enters a line at
///                                     position 0 and nowhere else
///   make_workspace(part)              tables and buffers of a part, allocated once; kernels allocate nothing
///   make_aggregates(r)
///   sums_size(r)                      doubles that tallies of a stage need, padded
///   tally(r, site, mass, row, sums)   adds what one state does, every term rounded to one FixedPoint grid: the sums of
///                                     parts add up to those of the whole, bit by bit; the same from a Row as from a
///                                     SparseRow
///   derive(r, sums, m)                pure: win probabilities, delay, credit, ... of a stage from its sums
///   entry_values(r, m, next, w, piece, line, out)
///                                     [exogenous] value of entering a line; for lines that are another rank's ghosts
///   rows(r, m, next, entries, w, visit)
///                                     visit(site, ActionValues) for every state: Q[x, a] = zeta + alpha E[V+]; the
///                                     padding of a row is kForbidden. `next` is V of the next stage, or the terminal
///                                     value; `entries` holds the values of the ghosts, those of own lines are written
///                                     here
///   begin(w, r, m), add(w, site, mass, row), close(w)
///                                     mass leaves its states, as a Row or a SparseRow has it: linear in the mass, of
///                                     either sign; m must be derived from the very mass and rows that are added,
///                                     anything else loses karma
///   entering(w)                       the mass that entered every line; between close and finish the engine brings that
///                                     of ghosts to its owners
///   finish(w, out)                    what left arrives: mass of the next stage, overwritten
///   reward(r, m, block, action)       expected immediate reward
///   stationary_exogenous(r, block)    share of the population in (type, exogenous state) at this stage; 0: never occurs
///   cycle_discount()                  product of the discounts over one cycle, at most
///   conserved(), conserved_weight(q, balances), conserved_value(q), lost(m)
///                                     quantities besides mass that a push conserves, each linear in the mass; what
///                                     they must be; what one push could not place
///   outcomes(), outcome_probability(r, m, outcome, action)
///                                     names and probabilities of what an action leads to, for reports
///   terminal_value(part, out), initial_law(part, out)
///                                     finite horizons only: after the last stage, in its storage; at the first stage
template <class G>
concept Game = requires(const G& game, Stage r, const Site& site, double mass, Row row, SparseRow sparse_row,
                        std::span<const double> in, std::span<double> out, typename G::Aggregates& m,
                        typename G::Workspace& w, const Part& part, const Piece& piece, Entries& entries, Block b,
                        Action a, std::span<const int> balances, std::size_t n, std::span<std::uint32_t> lengths,
                        std::vector<std::size_t>& lines) {
    { game.layout() } -> std::convertible_to<const Layout&>;
    game.row_lengths(r, n, lengths);
    game.entered_lines(r, n, lines);
    { game.make_workspace(part) } -> std::same_as<typename G::Workspace>;
    { game.make_aggregates(r) } -> std::same_as<typename G::Aggregates>;
    { game.sums_size(r) } -> std::convertible_to<std::size_t>;
    game.tally(r, site, mass, row, out);
    game.tally(r, site, mass, sparse_row, out);
    game.derive(r, in, m);
    game.entry_values(r, m, in, w, piece, n, out);
    game.rows(r, m, in, entries, w, ValuesVisitorArchetype{});
    game.begin(w, r, m);
    game.add(w, site, mass, row);
    game.add(w, site, mass, sparse_row);
    game.close(w);
    { game.entering(w) } -> std::same_as<EnteringMass&>;
    game.finish(w, out);
    { game.reward(r, m, b, a) } -> std::convertible_to<double>;
    { game.stationary_exogenous(r, b) } -> std::convertible_to<double>;
    { game.cycle_discount() } -> std::convertible_to<double>;
    { game.conserved() } -> std::convertible_to<std::size_t>;
    { game.conserved_weight(n, balances) } -> std::convertible_to<double>;
    { game.conserved_value(n) } -> std::convertible_to<double>;
    { game.lost(m) } -> std::convertible_to<double>;
    { game.outcomes() } -> std::convertible_to<std::span<const std::string>>;
    { game.outcome_probability(r, m, n, a) } -> std::convertible_to<double>;
    game.terminal_value(part, out);
    game.initial_law(part, out);
};

/// How an agent weighs what later cycles bring.
enum class Criterion { discounted, average };

/// A game that may ask for the average criterion: agents want as much as possible in a cycle on average, for ever.
///   criterion()                       with average, cycle_discount() is 1 and V is relative: once a cycle, rows take
///                                     from V of the first stage what it is at one state of the type, so that this, once
///                                     V has settled, is what the type earns in a cycle on average (White, 1963)
///   is_reference(site)                whether it is that state, of the first stage
template <class G>
concept AverageGame = Game<G> && requires(const G& game, const Site& site) {
    { game.criterion() } -> std::same_as<Criterion>;
    { game.is_reference(site) } -> std::convertible_to<bool>;
};

/// A game whose accounts hold any amount of karma in what it models, and k_max in its lattice.
///   clipped(m)                        karma that one push of a stage would have put above k_max, per capita
template <class G>
concept UnboundedGame = Game<G> && requires(const G& game, const typename G::Aggregates& m) {
    { game.clipped(m) } -> std::convertible_to<double>;
};

}  // namespace polykarma
