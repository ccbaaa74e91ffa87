#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "base/denormals.hpp"
#include "dynamics/search_state.hpp"
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
/// Along a branch of equilibria lambda is one more unknown, and the length of a step one more equation: steps go around
/// the folds where lambda has to shrink for a while.
///
/// All ranks call together. Memory: about 15 doubles per state and 5 per action with weight; along a branch 4 more per
/// state of the first stage.
template <Game G>
class LogitNewton {
public:
    LogitNewton(const G& game, const Part& part, const Collective& ranks)
        : operators_(game, part, ranks),
          conserved_(game, part, ranks),
          point_(part),
          linear_(operators_, conserved_, point_),
          kept_{0.0,
                AlignedVector<double>(part.states(Stage{})),
                AlignedVector<double>(part.states(Stage{})),
                {},
                SparseResponse(part),
                {}},
          images_(operators_.sums_size(), 2 * part.states(Stage{}), kMostImages),
          buffer_(part.most_states()),
          weights_(padded(game.layout().longest_row())),
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
        restore_and_evaluate();
    }
    /// Where it is, to come back to.
    [[nodiscard]] NewtonPlace place() const { return {lambda_, care_, point_.mass, point_.value, point_.response}; }
    void go_back(const NewtonPlace& place) { start(place.lambda, place.mass, place.value, place.response); }
    /// Is at a place as if it had got there itself.
    void resume(const NewtonPlace& place) {
        lambda_ = place.lambda;
        care_ = place.care;
        copy(place.mass.stage(Stage{}), point_.mass.stage(Stage{}));
        copy(place.value.stage(Stage{}), point_.value.stage(Stage{}));
        point_.response = place.response;
        is_same_economy_ = true;
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
        form();
        move_.log_lambda = 0.0;
        return solve(Cause::residual, move_) ? take() : Step{};
    }

    /// Where the tangent of a branch points: to larger or smaller lambda, or as the one before it does.
    enum class Turn { upwards, downwards, onwards };
    /// The tangent of the branch of equilibria through the state reached, which is one of them. False if its equations
    /// could not be solved.
    bool turn(Turn where) {
        const FlushDenormals guard;
        form();
        if (!solve(Cause::sharpness, turn_)) return false;
        const double steepness = kSumsWeight * KnownImages::norm(turn_.sums);
        double onwards = where == Turn::downwards ? -1.0 : 1.0;
        if (where == Turn::onwards)
            onwards = kSumsWeight * kSumsWeight * dot(turn_.sums, tangent_.sums) + tangent_.log_lambda;
        tangent_ = turn_;
        tangent_.log_lambda = 1.0;
        tangent_.scale((onwards < 0.0 ? -1.0 : 1.0) / std::hypot(steepness, 1.0));
        return true;
    }
    /// Of the tangent: the change of log lambda, and the size of that of the sums, on the way of length one.
    [[nodiscard]] double tangent_log_lambda() const { return tangent_.log_lambda; }
    [[nodiscard]] double tangent_size() const { return size_of(tangent_.sums); }
    /// Goes along the tangent, to a state that is nearly an equilibrium.
    void predict(double length) {
        const FlushDenormals guard;
        move_ = tangent_;
        move_.scale(length);
        keep();
        advance(1.0);
    }
    /// One step towards the branch, across the tangent.
    Step correct() {
        const FlushDenormals guard;
        form();
        if (!solve(Cause::residual, move_) || !solve(Cause::sharpness, turn_)) return {};
        const double weight = kSumsWeight * kSumsWeight;
        move_.log_lambda =
            -weight * dot(tangent_.sums, move_.sums) / (weight * dot(tangent_.sums, turn_.sums) + tangent_.log_lambda);
        move_.add(move_.log_lambda, turn_);
        return take();
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
    /// Whether the state reached is one: finite, with the economy's karma.
    [[nodiscard]] bool is_state() const {
        const Residuals& now = point_.residuals;
        return is_same_economy_ && std::isfinite(now.stationarity + now.gain + now.bellman);
    }
    /// What a step has to make smaller.
    [[nodiscard]] double left_over() const { return point_.residuals.stationarity + point_.disagreement; }
    [[nodiscard]] const Field& mass() const { return point_.mass; }
    [[nodiscard]] const Field& value() const { return point_.value; }
    [[nodiscard]] const SparseResponse& response() const { return point_.response; }
    /// What the aggregates derive from.
    [[nodiscard]] std::span<const double> sums() const { return point_.sums; }
    /// Products with the matrix of one cycle so far: the unit of this method's cost.
    [[nodiscard]] long products() const { return linear_.products() + evaluations_; }

private:
    using Cause = typename LogitLinearization<G>::Cause;

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
    /// Of the sums beside log lambda, where lengths along a branch are measured.
    static constexpr double kSumsWeight = 10.0;
    /// Actions with less than this part of the weight of a state are dropped.
    static constexpr double kCutoff = 1e-12;

    void evaluate() {
        point_.evaluate(operators_, lambda_);
        ++evaluations_;
    }

    /// What cannot be restored may be no distribution at all.
    void restore_and_evaluate() {
        is_same_economy_ = conserved_.restore(point_.mass.stage(Stage{}));
        if (is_same_economy_) evaluate();
    }

    static double size_of(std::span<const double> numbers) {
        double size = 0.0;
        for (const double x : numbers) size += std::abs(x);
        return size;
    }
    static void copy(std::span<const double> from, std::span<double> to) {
        std::copy(from.begin(), from.end(), to.begin());
    }
    static double dot(std::span<const double> a, std::span<const double> b) {
        double sum = 0.0;
        for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
        return sum;
    }
    [[nodiscard]] std::size_t stages() const { return operators_.layout().stages(); }

    /// A change of a state: of the sums, of V and d of the first stage, and of the sharpness.
    struct Move {
        AlignedVector<double> sums;
        AlignedVector<double> changes;  ///< [V, d][state of the first stage]
        double log_lambda = 0.0;

        void scale(double factor) {
            for (double& x : sums) x *= factor;
            for (double& x : changes) x *= factor;
            log_lambda *= factor;
        }
        /// Of sums and changes.
        void add(double factor, const Move& other) {
            for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += factor * other.sums[i];
            for (std::size_t i = 0; i < changes.size(); ++i) changes[i] += factor * other.changes[i];
        }
    };

    /// Equations at the present state.
    void form() {
        conserved_.orthogonalize(point_.mass.stage(Stage{}));
        linear_.form(lambda_);
        images_.clear();
    }

    /// Sums and changes that answer to a cause; false if their equations could not be solved. Images are those of the
    /// present state, whatever the cause.
    bool solve(Cause cause, Move& move) {
        move.sums.assign(rest_.size(), 0.0);
        move.changes.resize(2 * kept_.value.size());
        linear_.respond(move.sums, cause, care_ * kInnerTolerance, rest_);
        copy(linear_.changes(), move.changes);
        const double enough = care_ * kOuterTolerance * KnownImages::norm(rest_);
        images_.solve(rest_, move.sums, move.changes);
        for (double left = KnownImages::norm(rest_); left > enough; left = KnownImages::norm(rest_)) {
            if (images_.full() || !(linear_.unsolved() < kUnsolved)) return false;
            const double tolerance = std::clamp(0.1 * enough / left, care_ * kInnerTolerance, care_ * kCrudest);
            linear_.respond(rest_, Cause::sums_alone, tolerance, answer_);
            for (std::size_t i = 0; i < answer_.size(); ++i) answer_[i] = rest_[i] - answer_[i];
            if (!images_.add(rest_, answer_, linear_.changes())) break;  // all that is left is rounding
            images_.solve(rest_, move.sums, move.changes);
        }
        return linear_.unsolved() < kUnsolved && std::isfinite(size_of(move.sums));
    }

    Step take() {
        const double fraction = search();
        return is_same_economy_ ? Step{size_of(move_.sums), fraction} : Step{};
    }
    /// Goes along the move as far as that leaves less over: the linearisation may hold only nearby, where prices
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
        kept_.lambda = lambda_;
        copy(point_.value.stage(Stage{}), kept_.value);
        copy(point_.mass.stage(Stage{}), kept_.mass);
        std::swap(kept_.sums, point_.sums);
        std::swap(kept_.response, point_.response);
        std::swap(kept_.excess, point_.excess);
    }

    /// From what was kept, V and d move by a fraction of their changes; the response becomes the one that is to be
    /// expected there.
    void advance(double fraction) {
        lambda_ = kept_.lambda * std::exp(fraction * move_.log_lambda);
        const auto& expected = linear_.shift(kept_.sums, fraction, move_.sums);
        const auto v = point_.value.stage(Stage{});
        const auto d = point_.mass.stage(Stage{});
        for (std::size_t x = 0; x < v.size(); ++x) v[x] = kept_.value[x] + fraction * move_.changes[x];
        for (std::size_t x = 0; x < d.size(); ++x) d[x] = kept_.mass[x] + fraction * move_.changes[v.size() + x];
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
        restore_and_evaluate();
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
        double lambda;
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
    Move move_;                     // of the step
    Move turn_;                     // what growing lambda does, per unit of its logarithm
    Move tangent_;                  // of the branch
    AlignedVector<double> buffer_;  // [state of a stage]
    AlignedVector<double> weights_;
    AlignedVector<double> rest_, answer_;
    std::vector<double> row_buffer_;
    std::vector<std::int32_t> actions_buffer_;
};

}  // namespace polykarma
