#pragma once

#include <vector>

#include "dynamics/entry_exchange.hpp"
#include "dynamics/row_kernels.hpp"
#include "dynamics/transposition.hpp"
#include "game/concept.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// A game together with the storage its kernels work in, for the part of one rank: aggregates of every stage,
/// workspaces, messages. Allocates when built and never again. The engine's only view of a game; knows cyclic from
/// finite games, who owns what, and no rule. Where a docstring does not say otherwise, all ranks call together.
template <Game G>
class Operators {
public:
    explicit Operators(const G& game) : Operators(game, whole(game), Collective::serial()) {}
    Operators(const G& game, const Part& part, const Collective& ranks)
        : game_(&game),
          part_(part),
          ranks_(ranks),
          transposition_(part, ranks),
          entry_exchange_(part, ranks),
          workspace_(game.make_workspace(part)),
          entries_(part),
          here_(part.most_states()) {
        POLYKARMA_EXPECTS(part.partition().ranks() == ranks.size() && part.rank() == ranks.rank());
        std::size_t size = 0;
        aggregates_ = make_aggregates();
        for (const auto r : Range<Stage>(layout().stages())) {
            first_sum_.push_back(size);
            size += padded(game.sums_size(r));
        }
        first_sum_.push_back(size);
        sums_.resize(size);
    }

    [[nodiscard]] const G& game() const { return *game_; }
    [[nodiscard]] const Layout& layout() const { return game_->layout(); }
    [[nodiscard]] const Part& part() const { return part_; }
    [[nodiscard]] const Collective& ranks() const { return ranks_; }
    [[nodiscard]] const typename G::Aggregates& aggregates(Stage r) const { return aggregates_[r.at()]; }
    [[nodiscard]] const Transposition& transposition() const { return transposition_; }
    [[nodiscard]] const EntryExchange& entry_exchange() const { return entry_exchange_; }
    /// Doubles that an aggregation adds up over the ranks.
    [[nodiscard]] std::size_t sums_size() const { return sums_.size(); }

    /// The last stage of a finite game leads nowhere: what its push gives is not anybody's mass.
    [[nodiscard]] bool leads_on(Stage r) const {
        return layout().end() == CycleEnd::wraps || r.at() + 1 < layout().stages();
    }

    /// Aggregates of every stage, of all ranks together.
    template <class AnyResponse>
    void aggregate(const Field& mass, const AnyResponse& response) {
        for (const auto r : Range<Stage>(layout().stages())) {
            const auto d = mass.stage(r);
            begin_tally(r);
            response.for_each(r, [&](const Site& site, const auto& row) { tally(r, site, d[site.state], row); });
        }
        ranks_.sum(sums_);
        for (const auto r : Range<Stage>(layout().stages())) derive(r);
    }
    /// The same of one stage in pieces, for callers that have rows at hand. begin_tally and tally are one rank's own.
    void begin_tally(Stage r) {
        const auto stage = sums(r);
        std::fill(stage.begin(), stage.end(), 0.0);
    }
    template <class AnyRow>
    void tally(Stage r, const Site& site, double mass, const AnyRow& row) {
        game_->tally(r, site, mass, row, sums(r));
    }
    void finish_tally(Stage r) {
        ranks_.sum(sums(r));
        derive(r);
    }
    /// What was tallied at all stages, of all ranks together, without deriving anything from it.
    [[nodiscard]] std::span<const double> sum_tallies() {
        ranks_.sum(sums_);
        return sums_;
    }

    /// The sums that the aggregates of all stages derive from, one stage after the other, the same on every rank; and the
    /// aggregates that other sums would give.
    [[nodiscard]] std::span<const double> sums() const { return sums_; }
    [[nodiscard]] std::vector<typename G::Aggregates> make_aggregates() const {
        std::vector<typename G::Aggregates> m;
        for (const auto r : Range<Stage>(layout().stages())) m.push_back(game_->make_aggregates(r));
        return m;
    }
    void derive(std::span<const double> sums, std::vector<typename G::Aggregates>& m) const {
        for (const auto r : Range<Stage>(layout().stages())) game_->derive(r, of_stage(sums, r), m[r.at()]);
    }

    /// Action values of a stage under its current aggregates, from the values of the next stage: visit(Site,
    /// ActionValues), of which only what is asked for is computed.
    template <class Visit>
    void values(Stage r, const Field& value, Visit&& visit) {
        fetch(r, aggregates_[r.at()], value);
        visit_values(r, aggregates_[r.at()], visit);
    }
    /// All of them: visit(Site, Row).
    template <class Visit>
    void rows(Stage r, const Field& value, Visit&& visit) {
        fetch(r, aggregates_[r.at()], value);
        visit_rows(r, aggregates_[r.at()], visit);
    }
    /// The same in two steps: what other states and ranks know under some aggregates, then any number of visits, one
    /// rank's own, until finish_push or the next fetch.
    void fetch(Stage r, const typename G::Aggregates& m, const Field& value) {
        if (leads_on(r))
            transposition_.backward(r, value.stage(layout().next(r)), here(r));
        else
            game_->terminal_value(part_, here(r));
        entry_exchange_.fetch(r, entries_, [&](const Piece& piece, std::size_t line, std::span<double> out) {
            game_->entry_values(r, m, here(r), workspace_, piece, line, out);
        });
    }
    template <class Visit>
    void visit_values(Stage r, const typename G::Aggregates& m, Visit&& visit) {
        game_->rows(r, m, here(r), entries_, workspace_, visit);
    }
    template <class Visit>
    void visit_rows(Stage r, const typename G::Aggregates& m, Visit&& visit) {
        visit_values(r, m, [&](const Site& site, const auto& q) { visit(site, q.row()); });
    }

    /// Mass one stage forward, under the current aggregates: linear in the mass, of either sign, as long as they stay.
    /// Karma is conserved only for the very mass and response that the aggregates stem from.
    template <class AnyResponse>
    void push(Stage r, std::span<const double> mass, const AnyResponse& response, std::span<double> out) {
        begin_push(r);
        response.for_each(r, [&](const Site& site, const auto& row) { add_push(site, mass[site.state], row); });
        finish_push(r, out);
    }
    /// The same in pieces: between begin_push and finish_push the rows of that stage may be visited. begin_push and
    /// add_push are one rank's own.
    void begin_push(Stage r) { begin_push(r, aggregates_[r.at()]); }
    void begin_push(Stage r, const typename G::Aggregates& m) { game_->begin(workspace_, r, m); }
    template <class AnyRow>
    void add_push(const Site& site, double mass, const AnyRow& row) {
        game_->add(workspace_, site, mass, row);
    }
    void finish_push(Stage r, std::span<double> out) {
        game_->close(workspace_);
        entry_exchange_.deliver(r, game_->entering(workspace_));
        game_->finish(workspace_, here(r));
        transposition_.forward(r, here(r), out);
    }

private:
    void derive(Stage r) { game_->derive(r, sums(r), aggregates_[r.at()]); }
    template <class T>
    [[nodiscard]] std::span<T> of_stage(std::span<T> sums, Stage r) const {
        return sums.subspan(first_sum_[r.at()], first_sum_[r.at() + 1] - first_sum_[r.at()]);
    }
    [[nodiscard]] std::span<double> sums(Stage r) { return of_stage(std::span(sums_), r); }
    /// Storage of a stage for what belongs to the stage after it.
    [[nodiscard]] std::span<double> here(Stage r) { return std::span(here_).first(part_.states(r)); }

    const G* game_;
    Part part_;
    Collective ranks_;
    Transposition transposition_;
    EntryExchange entry_exchange_;
    std::vector<typename G::Aggregates> aggregates_;
    std::vector<std::size_t> first_sum_;  // [stage]; last: all
    AlignedVector<double> sums_;
    typename G::Workspace workspace_;
    Entries entries_;
    AlignedVector<double> here_;
};

}  // namespace polykarma
