#pragma once

#include <concepts>
#include <span>

#include "game/layout.hpp"

namespace polykarma {

/// A row of action values or of a response in a kernel: `length` actions, readable and writable up to padded(length).
using Row = std::span<const double>;

/// A visitor of rows: called once per state of a stage, in storage order, with the row in a buffer that stays in L1.
struct RowVisitorArchetype {
    void operator()(const Site&, Row) const {}
};

/// A dynamic population game, as the engine sees it. No solver knows more of a game than this.
///
///   layout()                          shapes, names, cyclic or finite
///   make_sums, make_aggregates,       storage, allocated once; kernels allocate nothing
///   make_workspace, make_push
///   clear(sums), tally(r, site, mass, row, sums)
///                                     adds what one state does: additive, so blocks and ranks can be summed
///   derive(r, sums, m)                pure: win probabilities, delay, credit, ... of a stage from its sums
///   rows(r, m, next, workspace, visit)
///                                     action values Q[x, a] = zeta + alpha E[V+] of every state, padding kForbidden;
///                                     `next` is V of the next stage, or the terminal value
///   begin(push, r, m, out), add(push, site, mass, row), finish(push)
///                                     one stage forward; m must be derived from the very mass and rows that are added,
///                                     anything else loses karma. `out` is the mass at the next stage, overwritten
///   reward(r, m, block, action)       expected immediate reward
///   stationary_exogenous(r, block)    share of the population in (type, exogenous state) at this stage; 0: never occurs
///   cycle_discount()                  product of the discounts over one cycle, at most
///   conserved(), conserved_weight(q, balances), conserved_value(q), lost(m)
///                                     quantities besides mass that a push conserves, each linear in the mass; what
///                                     they must be; what one push could not place
///   outcomes(), outcome_probability(r, m, outcome, action)
///                                     names and probabilities of what an action leads to, for reports
///   terminal_value(out), initial_law(out)
///                                     finite horizons only
template <class G>
concept Game = requires(const G& game, Stage r, const Site& site, double mass, Row row, std::span<const double> in,
                        std::span<double> out, typename G::Sums& sums, typename G::Aggregates& m,
                        typename G::Workspace& workspace, typename G::Push& push, Block b, Action a,
                        std::span<const int> balances, std::size_t n) {
    { game.layout() } -> std::convertible_to<const Layout&>;
    { game.make_sums(r) } -> std::same_as<typename G::Sums>;
    { game.make_aggregates(r) } -> std::same_as<typename G::Aggregates>;
    { game.make_workspace() } -> std::same_as<typename G::Workspace>;
    { game.make_push() } -> std::same_as<typename G::Push>;
    game.clear(sums);
    game.tally(r, site, mass, row, sums);
    game.derive(r, sums, m);
    game.rows(r, m, in, workspace, RowVisitorArchetype{});
    game.begin(push, r, m, out);
    game.add(push, site, mass, row);
    game.finish(push);
    { game.reward(r, m, b, a) } -> std::convertible_to<double>;
    { game.stationary_exogenous(r, b) } -> std::convertible_to<double>;
    { game.cycle_discount() } -> std::convertible_to<double>;
    { game.conserved() } -> std::convertible_to<std::size_t>;
    { game.conserved_weight(n, balances) } -> std::convertible_to<double>;
    { game.conserved_value(n) } -> std::convertible_to<double>;
    { game.lost(m) } -> std::convertible_to<double>;
    { game.outcomes() } -> std::convertible_to<std::span<const std::string>>;
    { game.outcome_probability(r, m, n, a) } -> std::convertible_to<double>;
    game.terminal_value(out);
    game.initial_law(out);
};

}  // namespace polykarma
