#pragma once

#include <utility>
#include <vector>

#include "base/denormals.hpp"
#include "equilibrium/relaxation.hpp"

namespace polykarma {

/// One iteration on (V, d) that stores no response: memory does not grow with the number of actions.
///   pi = softmax(lambda Q(V, m)) of the aggregates m of the iteration before, recomputed wherever it is needed
///   V <- sum_a pi Q,   d <- (1 - h) d + h (d pushed one stage, under the aggregates of this very d and pi)
/// Every stage is visited twice: to tally pi, and to push under what the tally gave. `step` allocates nothing.
template <Game G>
class LogitIteration {
public:
    /// `mass` and `value` are the rank's parts of the start.
    LogitIteration(const G& game, double lambda, double h, Field mass, Field value,
                   const Collective& ranks = Collective::serial())
        : operators_(game, mass.part(), ranks),
          lambda_(lambda),
          h_(h),
          mass_(std::move(mass)),
          value_(std::move(value)),
          pushed_(mass_.part()),
          fresh_value_(mass_.part().most_states()),
          weights_(padded(game.layout().longest_row())) {
        for (const auto r : Range<Stage>(layout().stages())) expected_.push_back(operators_.aggregates(r));
    }

    /// Residuals of the state it started from; the gains are those of the softmax response, under the aggregates that
    /// shaped it.
    Residuals step() {
        const FlushDenormals guard;
        residuals_.clear();
        for (std::size_t i = layout().stages(); i-- > 0;) visit(Stage{i});
        relax(operators_, mass_, pushed_, h_, residuals_);
        return residuals_.total(operators_.ranks(), layout().stages());
    }

    [[nodiscard]] const Field& mass() const { return mass_; }
    [[nodiscard]] const Field& value() const { return value_; }
    [[nodiscard]] const Operators<G>& operators() const { return operators_; }

private:
    [[nodiscard]] const Layout& layout() const { return operators_.layout(); }

    void visit(Stage r) {
        const auto d = std::as_const(mass_).stage(r);
        const auto v = value_.stage(r);
        LineSum gain;
        LargestChange largest;
        expected_[r.at()] = operators_.aggregates(r);
        operators_.fetch(r, expected_[r.at()], value_);
        operators_.begin_tally(r);
        each_response(r, [&](const Site& site, const SoftmaxRow& best, Row pi) {
            operators_.tally(r, site, d[site.state], pi);
            const double followed = best.weighted / best.total;
            gain.add(site, d[site.state] * (best.maximum - followed));
            largest.add(followed - v[site.state], followed);
            fresh_value_[site.state] = value_after_sweep(operators_.game(), v[site.state], followed);
        });
        operators_.finish_tally(r);
        operators_.begin_push(r);
        each_response(r, [&](const Site& site, const SoftmaxRow&, Row pi) {
            operators_.add_push(site, d[site.state], pi);
        });
        operators_.finish_push(r, pushed_.stage(layout().next(r)));
        std::copy_n(fresh_value_.begin(), v.size(), v.begin());
        residuals_.add(gain, largest);
    }

    /// visit(Site, SoftmaxRow, response) for every state of the stage that was fetched.
    template <class Visit>
    void each_response(Stage r, Visit&& visit) {
        operators_.visit_rows(r, expected_[r.at()], [&](const Site& site, Row q) {
            const SoftmaxRow best = softmax_weights(q, lambda_, weights_.data());
            scale(weights_.data(), q.size(), 1.0 / best.total);
            visit(site, best, Row(weights_.data(), q.size()));
        });
    }

    Operators<G> operators_;
    double lambda_;
    double h_;
    Field mass_;
    Field value_;
    Field pushed_;
    std::vector<typename G::Aggregates> expected_;  // [stage]
    AlignedVector<double> fresh_value_;
    AlignedVector<double> weights_;
    ResidualSums residuals_;
};

}  // namespace polykarma
