#pragma once

#include <vector>

#include "dynamics/row_kernels.hpp"
#include "game/concept.hpp"

namespace polykarma {

/// A game together with the storage its kernels work in: aggregates of every stage, workspaces. Allocates when built
/// and never again. The engine's only view of a game; knows cyclic from finite games, and no rule.
template <Game G>
class Operators {
public:
    explicit Operators(const G& game)
        : game_(&game), workspace_(game.make_workspace()), push_(game.make_push()) {
        for (const auto r : Range<Stage>(layout().stages())) {
            sums_.push_back(game.make_sums(r));
            aggregates_.push_back(game.make_aggregates(r));
        }
        if (layout().end() == CycleEnd::terminates) {
            terminal_.resize(layout().blocks() * layout().sites());
            game.terminal_value(terminal_);
        }
    }

    [[nodiscard]] const G& game() const { return *game_; }
    [[nodiscard]] const Layout& layout() const { return game_->layout(); }
    [[nodiscard]] const typename G::Aggregates& aggregates(Stage r) const { return aggregates_[r.at()]; }

    /// The last stage of a finite game leads nowhere: what its push gives is not anybody's mass.
    [[nodiscard]] bool leads_on(Stage r) const {
        return layout().end() == CycleEnd::wraps || r.at() + 1 < layout().stages();
    }

    /// Aggregates of a stage from its mass [block][site] and response.
    template <class AnyResponse>
    void aggregate(Stage r, std::span<const double> mass, const AnyResponse& response) {
        auto& sums = sums_[r.at()];
        game_->clear(sums);
        std::size_t state = 0;
        response.for_each(r, [&](const Site& site, Row row) { game_->tally(r, site, mass[state++], row, sums); });
        game_->derive(r, sums, aggregates_[r.at()]);
    }

    /// Aggregates of every stage.
    template <class AnyResponse>
    void aggregate(const Field& mass, const AnyResponse& response) {
        for (const auto r : Range<Stage>(layout().stages())) aggregate(r, mass.stage(r), response);
    }

    /// Rows of action values of a stage under its current aggregates, from the values of the next stage.
    template <class Visit>
    void rows(Stage r, const Field& value, Visit&& visit) {
        const auto next = leads_on(r) ? value.stage(layout().next(r)) : std::span<const double>(terminal_);
        game_->rows(r, aggregates_[r.at()], next, workspace_, visit);
    }

    /// Mass one stage forward, under the current aggregates, which must stem from this very mass and response.
    template <class AnyResponse>
    void push(Stage r, std::span<const double> mass, const AnyResponse& response, std::span<double> out) {
        begin_push(r, out);
        std::size_t state = 0;
        response.for_each(r, [&](const Site& site, Row row) { add_push(site, mass[state++], row); });
        finish_push();
    }
    void begin_push(Stage r, std::span<double> out) { game_->begin(push_, r, aggregates_[r.at()], out); }
    void add_push(const Site& site, double mass, Row row) { game_->add(push_, site, mass, row); }
    void finish_push() { game_->finish(push_); }

private:
    const G* game_;
    std::vector<typename G::Sums> sums_;
    std::vector<typename G::Aggregates> aggregates_;
    typename G::Workspace workspace_;
    typename G::Push push_;
    AlignedVector<double> terminal_;
};

}  // namespace polykarma
