#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "base/denormals.hpp"
#include "equilibrium/known_images.hpp"
#include "equilibrium/logit_linearization.hpp"

namespace polykarma {

/// Newton's method for the logit equilibrium, in the unknowns V and d of the first stage and pi:
///   V = sum_a pi Q,   d = d pushed one cycle,   log pi = lambda Q + const   (per state)
/// The last equation is linearised at the response that is there, not at the softmax of its action values: a response
/// that mixes says how the next one depends on Q, while the softmax of Q may sit on one side of a tie. Everything
/// couples through the aggregates alone. How the sums they derive from answer to a change of themselves is an operator
/// of low rank (a price level, a delay and a credit rate per stage, more or less), so that a few answers give the step.
/// See docs/SOLVERS.md.
///
/// All ranks call together. Memory: about 15 doubles per state and 5 per action with weight.
template <Game G>
class LogitNewton {
public:
    LogitNewton(const G& game, const Part& part, const Collective& ranks)
        : operators_(game, part, ranks),
          conserved_(game, part, ranks),
          point_(part),
          linear_(operators_, conserved_, point_),
          kept_{AlignedVector<double>(part.states(Stage{})),
                AlignedVector<double>(part.states(Stage{})),
                {},
                SparseResponse(part),
                {}},
          images_(operators_.sums_size(), 2 * part.states(Stage{}), kMostImages),
          changes_(2 * part.states(Stage{})),
          buffer_(part.most_states()),
          weights_(padded(game.layout().longest_row())),
          direction_(operators_.sums_size()),
          rest_(operators_.sums_size()),
          answer_(operators_.sums_size()) {}
    LogitNewton(const LogitNewton&) = delete;
    LogitNewton& operator=(const LogitNewton&) = delete;

    /// Begins at a social state near an equilibrium; `value` is that of following the response, more or less.
    void start(double lambda, const Field& mass, const Field& value, SparseResponse response) {
        lambda_ = lambda;
        copy(mass.stage(Stage{}), point_.mass.stage(Stage{}));
        copy(value.stage(Stage{}), point_.value.stage(Stage{}));
        point_.response = std::move(response);
        care_ = 1.0;
        is_same_economy_ = conserved_.restore(point_.mass.stage(Stage{}));
        evaluate();
    }
    /// The same state for another sharpness of the response.
    void sharpen(double lambda) {
        lambda_ = lambda;
        evaluate();
    }

    struct Step {
        double size = std::numeric_limits<double>::infinity();  ///< of the change of the sums that was aimed at
        double fraction = 0.0;  ///< of it that was gone; 0: a sixteenth, and nothing gained
    };
    /// One step, all of it or as much as leaves less over than there was. Infinite when its equations could not be
    /// solved, or when no mass near the one reached holds the economy's karma.
    Step step() {
        const FlushDenormals guard;
        conserved_.orthogonalize(point_.mass.stage(Stage{}));
        linear_.form(lambda_);
        if (!solve()) return {};
        const double fraction = search();
        return is_same_economy_ ? Step{size_of(direction_), fraction} : Step{};
    }

    /// Solves the equations of the steps to come more precisely, until the next start. False if they already were.
    bool take_care() { return std::exchange(care_, kCareful) != kCareful; }

    [[nodiscard]] double lambda() const { return lambda_; }
    /// Of the state reached.
    [[nodiscard]] const Residuals& residuals() const { return point_.residuals; }
    /// Mean distance of log pi from lambda Q + const: how far the response is from the one that it leads to.
    /// Infinite for a start that cannot be given the economy's karma.
    [[nodiscard]] double disagreement() const {
        return is_same_economy_ ? point_.disagreement : std::numeric_limits<double>::infinity();
    }
    [[nodiscard]] const Field& mass() const { return point_.mass; }
    [[nodiscard]] const Field& value() const { return point_.value; }
    [[nodiscard]] const SparseResponse& response() const { return point_.response; }
    /// What the aggregates derive from.
    [[nodiscard]] std::span<const double> sums() const { return point_.sums; }
    /// Products with the matrix of one cycle so far: the unit of this method's cost.
    [[nodiscard]] long products() const { return linear_.products() + evaluations_; }

private:
    using Residual = typename LogitLinearization<G>::Residual;

    static constexpr std::size_t kMostImages = 24;
    static constexpr double kInnerTolerance = 1e-4;  // of the first solves of a step
    static constexpr double kOuterTolerance = 1e-2;
    /// Factor on the tolerances of careful steps.
    static constexpr double kCareful = 1e-2;
    /// Residual of an inner solve that makes a step useless.
    static constexpr double kUnsolved = 0.1;
    /// Inner solves may be as inexact as the image they are for is small, up to this.
    static constexpr double kCrudest = 0.05;
    /// Fractions of a step are halved down to less than this, which is then taken in any case.
    static constexpr double kSmallestFraction = 0.1;
    /// Part of what is left over that a whole step has to take away at least.
    static constexpr double kDecrease = 0.1;
    /// Actions with less than this part of the weight of a state are dropped.
    static constexpr double kCutoff = 1e-12;

    void evaluate() {
        point_.evaluate(operators_, lambda_);
        ++evaluations_;
    }

    static double size_of(std::span<const double> numbers) {
        double size = 0.0;
        for (const double x : numbers) size += std::abs(x);
        return size;
    }
    static void copy(std::span<const double> from, std::span<double> to) {
        std::copy(from.begin(), from.end(), to.begin());
    }
    [[nodiscard]] std::size_t stages() const { return operators_.layout().stages(); }

    /// direction_ and changes_ of the step; false if its equations could not be solved.
    bool solve() {
        images_.clear();
        std::fill(direction_.begin(), direction_.end(), 0.0);
        linear_.respond(direction_, Residual::counts, care_ * kInnerTolerance, rest_);
        copy(linear_.changes(), changes_);
        const double enough = care_ * kOuterTolerance * KnownImages::norm(rest_);
        for (double left = KnownImages::norm(rest_); left > enough; left = KnownImages::norm(rest_)) {
            if (images_.full() || !(linear_.unsolved() < kUnsolved)) return false;
            const double tolerance = std::clamp(0.1 * enough / left, care_ * kInnerTolerance, care_ * kCrudest);
            linear_.respond(rest_, Residual::ignored, tolerance, answer_);
            for (std::size_t i = 0; i < answer_.size(); ++i) answer_[i] = rest_[i] - answer_[i];
            if (!images_.add(rest_, answer_, linear_.changes())) break;  // all that is left is rounding
            images_.solve(rest_, direction_, changes_);
        }
        return linear_.unsolved() < kUnsolved && std::isfinite(size_of(direction_));
    }

    /// What a step has to make smaller.
    [[nodiscard]] double left_over() const { return point_.residuals.stationarity + point_.disagreement; }

    /// Goes along the direction as far as that leaves less over: the linearisation may hold only nearby, where prices
    /// sit on a tie. Returns the fraction gone.
    double search() {
        const double before = left_over();
        keep();
        for (double fraction = 1.0;; fraction *= 0.5) {
            advance(fraction);
            if (is_same_economy_ && left_over() < (1.0 - kDecrease * fraction) * before) return fraction;
            if (fraction < kSmallestFraction) return 0.0;
        }
    }
    void keep() {
        copy(point_.value.stage(Stage{}), kept_.value);
        copy(point_.mass.stage(Stage{}), kept_.mass);
        std::swap(kept_.sums, point_.sums);
        std::swap(kept_.response, point_.response);
        std::swap(kept_.excess, point_.excess);
    }

    /// From what was kept, V and d move by a fraction of their changes; the response becomes the one that is to be
    /// expected there.
    void advance(double fraction) {
        const auto& expected = linear_.shift(kept_.sums, fraction, direction_);
        const auto v = point_.value.stage(Stage{});
        const auto d = point_.mass.stage(Stage{});
        for (std::size_t x = 0; x < v.size(); ++x) v[x] = kept_.value[x] + fraction * changes_[x];
        for (std::size_t x = 0; x < d.size(); ++x) d[x] = kept_.mass[x] + fraction * changes_[v.size() + x];
        for (std::size_t i = stages(); i-- > 1;) {
            const Stage r{i};
            operators_.fetch(r, expected[i], point_.value);
            operators_.visit_rows(r, expected[i], [&](const Site& site, Row q) {
                const SoftmaxRow best = softmax_weights(q, lambda_, weights_.data());
                buffer_[site.state] = best.weighted / best.total;
            });
            copy(std::span(buffer_).first(point_.value.stage(r).size()), point_.value.stage(r));
        }
        SparseResponse response(operators_.part());
        for (const auto r : Range<Stage>(stages())) {
            operators_.fetch(r, expected[r.at()], point_.value);
            operators_.visit_rows(r, expected[r.at()], [&](const Site& site, Row q) {
                softmax_weights(q, lambda_, weights_.data());
                if (fraction < 1.0) stay(r, site, 1.0 - fraction);
                append(std::span(weights_).first(q.size()), response);
            });
        }
        point_.response = std::move(response);
        is_same_economy_ = conserved_.restore(d);
        evaluate();
    }
    /// The softmax corrects all that log pi misses; this part of it is left.
    void stay(Stage r, const Site& site, double part) {
        const SparseRow row = kept_.response.row(r, site);
        const double* const excess = kept_.excess.data() + kept_.response.first_entry(r, site);
        for (std::size_t i = 0; i < row.actions.size(); ++i)
            weights_[static_cast<std::size_t>(row.actions[i])] *= std::exp(-part * excess[i]);
    }
    void append(std::span<const double> weights, SparseResponse& response) {
        double total = 0.0, kept = 0.0;
        for (const double weight : weights) total += weight;
        actions_buffer_.clear();
        row_buffer_.clear();
        for (std::size_t a = 0; a < weights.size(); ++a) {
            if (weights[a] < kCutoff * total) continue;
            actions_buffer_.push_back(static_cast<std::int32_t>(a));
            row_buffer_.push_back(weights[a]);
            kept += weights[a];
        }
        for (double& p : row_buffer_) p /= kept;
        response.append(actions_buffer_, row_buffer_);
    }

    Operators<G> operators_;
    ConservedQuantities<G> conserved_;
    double lambda_ = 0.0;

    /// Where a step begins, of the first stage.
    struct Kept {
        AlignedVector<double> value, mass, sums;
        SparseResponse response;
        std::vector<double> excess;
    };

    LogitPoint<G> point_;
    LogitLinearization<G> linear_;
    Kept kept_;
    bool is_same_economy_ = true;  // mass of types and karma could be restored
    double care_ = 1.0;            // factor on the tolerances
    long evaluations_ = 0;

    KnownImages images_;
    AlignedVector<double> changes_;  // [V, d][state of the first stage] of the step
    AlignedVector<double> buffer_;   // [state of a stage]
    AlignedVector<double> weights_;
    AlignedVector<double> direction_, rest_, answer_;
    std::vector<double> row_buffer_;
    std::vector<std::int32_t> actions_buffer_;
};

}  // namespace polykarma
