#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "certificate/truncation.hpp"
#include "dynamics/search_state.hpp"

namespace polykarma {

/// Where a search begins.
struct SearchStart {
    Field mass;
    SparseResponse response;
    EarlierSearches earlier;  ///< at whose lambda the response has settled; another one would drive it away at first
};

/// A social state in a larger lattice of the same accounts: everybody holds what it held; who would hold more than
/// the smaller lattice knows does what the richest there do. `part` owns the same lines as that of the state.
inline SearchStart prolonged(const SolveOutcome& outcome, const Part& part) {
    const Field& mass = outcome.mass;
    const Layout& from = mass.part().layout();
    const Layout& to = part.layout();
    SearchStart start{Field(part), SparseResponse(part), {1, outcome.iterations, outcome.history, outcome.lambda}};
    std::vector<int> balances(to.lattice().accounts());
    for (const auto r : Range<Stage>(to.stages())) {
        POLYKARMA_EXPECTS(mass.part().pieces(r).size() == part.pieces(r).size());
        const auto d = mass.stage(r);
        part.for_each_site(r, [&](const Site& site, std::size_t) {
            to.lattice().balances(to.contested(r), site.index, balances);
            bool is_new = false;
            for (const auto a : Range<Account>(balances.size())) {
                is_new = is_new || balances[a.at()] > from.lattice().k_max(a);
                balances[a.at()] = std::min(balances[a.at()], from.lattice().k_max(a));
            }
            const Piece& piece = mass.part().pieces(r)[mass.part().piece_number(r, from.type(site.block))];
            const Part::Stretch block = mass.part().block(r, site.block);
            Site old = site;
            old.index = from.lattice().site(from.contested(r), balances);
            const std::size_t first = piece.lines.first * from.line_length(r);
            old.state = block.first + old.index - first;
            POLYKARMA_EXPECTS(old.index >= first && old.index - first < block.size);
            if (!is_new) start.mass.stage(r)[site.state] = d[old.state];
            const SparseRow row = outcome.response.row(r, old);
            start.response.append(row.actions, row.probabilities);
        });
    }
    return start;
}

/// What is left of a search in larger and larger games.
template <UnboundedGame G>
struct Grown {
    std::shared_ptr<const G> game;  ///< that the outcome belongs to
    SolveOutcome outcome;
};

/// Searches larger and larger games, each from the end of the one before, until the karma in the top cells and the
/// karma clipped are tolerated. Where no larger game is allowed, the outcome does not close.
///   search(game, start)   the outcome in a game, from a start, whose earlier searches are put before it, or, at first,
///                         from none
///   larger(game)          the next game, or null
template <UnboundedGame G, class Search, class Larger>
Grown<G> grow(std::shared_ptr<const G> game, double tolerance, Search&& search, Larger&& larger,
              const Collective& ranks = Collective::serial()) {
    std::optional<Grown<G>> last;
    for (;;) {
        std::optional<SearchStart> start;
        if (last) start = prolonged(last->outcome, part_of(*game, ranks.rank(), ranks.size()));
        Grown<G> grown{game, search(*game, start)};
        last = std::move(grown);
        SolveOutcome& outcome = last->outcome;
        if (outcome.reason == StopReason::not_finite) return std::move(*last);
        Operators<G> operators(*game, outcome.mass.part(), ranks);
        operators.aggregate(outcome.mass, outcome.response);
        const Truncation cut = truncation(operators, outcome.mass);
        if (cut.tail <= tolerance && cut.clipped <= tolerance) return std::move(*last);
        game = larger(*game);
        if (game == nullptr) {
            outcome.reason = StopReason::does_not_close;
            return std::move(*last);
        }
    }
}

}  // namespace polykarma
