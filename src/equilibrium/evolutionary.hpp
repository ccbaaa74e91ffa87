#pragma once

#include <functional>
#include <utility>

#include "base/denormals.hpp"
#include "dynamics/one_agent.hpp"
#include "dynamics/operators.hpp"
#include "dynamics/response.hpp"
#include "dynamics/outcome.hpp"

namespace polykarma {

/// Constants of the evolutionary dynamics.
struct EvolutionSettings {
    double lambda = 1000.0;      ///< softmax sharpness, 1 / payoff
    double step = 0.05;          ///< h: weight of the pushed mass
    double response_rate = 0.5;  ///< eta: the response moves by eta * h
    long max_iterations = 100000;
    double stationarity = 1e-6;  ///< stop when all three residuals are below their tolerance
    double gain = 1e-4;
    double bellman = 1e-7;       ///< relative to max |V|
    long patience = 20000;       ///< stop when the best stationarity has not halved in so many iterations
    long history_every = 10;
};

/// Told about progress between iterations.
using Progress = std::function<void(long iteration, const Residuals&)>;

/// The evolutionary dynamics of the papers, one sweep of policy evaluation a step:                    (model, section 5)
///   V <- sum_a pi Q,   pi <- (1 - eta h) pi + eta h softmax(lambda Q),   d <- (1 - h) d + h (d pushed one stage)
/// Every push uses the aggregates of the very (d, pi) it moves. Stores the response: memory grows with the number of
/// state-action pairs. `step` allocates nothing.
template <Game G>
class Evolution {
public:
    Evolution(const G& game, const EvolutionSettings& settings, Field mass, Response response)
        : operators_(game),
          settings_(settings),
          mass_(std::move(mass)),
          value_(game.layout()),
          pushed_(game.layout()),
          response_(std::move(response)) {
        const Layout& layout = game.layout();
        fresh_value_.resize(layout.blocks() * layout.sites());
        std::size_t longest = 0;
        for (const auto r : Range<Stage>(layout.stages()))
            longest = std::max(longest, layout.stage(r).actions.size());
        weights_.resize(padded(longest));
        evaluate();
    }

    /// V of following the current response against the current aggregates, to full precision.
    void evaluate() {
        operators_.aggregate(mass_, response_);
        iterate_values(operators_, value_, [&](Stage r, const Site& site, std::size_t, Row q) {
            return expected_value(std::as_const(response_).row(r, site, q.size()), q);
        });
    }

    /// One step; returns the residuals of the state it started from.
    Residuals step() {
        const FlushDenormals guard;
        Residuals residuals;
        const std::size_t stages = layout().stages();
        operators_.aggregate(mass_, response_);
        for (std::size_t i = stages; i-- > 0;) sweep(Stage{i}, residuals);
        for (const auto r : Range<Stage>(stages)) move_mass(r, residuals);
        residuals.gain /= static_cast<double>(stages);
        return residuals;
    }

    [[nodiscard]] const Field& mass() const { return mass_; }
    [[nodiscard]] const Field& value() const { return value_; }
    [[nodiscard]] const Response& response() const { return response_; }

private:
    [[nodiscard]] const Layout& layout() const { return operators_.layout(); }

    /// Evaluation, push and damped response of one stage, in one visit of its rows.
    void sweep(Stage r, Residuals& residuals) {
        const auto d = mass_.stage(r);
        const auto v = value_.stage(r);
        const double rate = settings_.response_rate * settings_.step;
        operators_.begin_push(r, pushed_.stage(layout().next(r)));
        std::size_t state = 0;
        operators_.rows(r, value_, [&](const Site& site, Row q) {
            const auto pi = response_.row(r, site, q.size());
            operators_.add_push(site, d[state], pi);
            const double followed = expected_value(pi, q);
            const SoftmaxRow best = softmax_weights(q, settings_.lambda, weights_.data());
            damp(pi, weights_.data(), best.total, rate);
            residuals.gain += d[state] * (best.maximum - followed);
            residuals.bellman = std::max(residuals.bellman, std::abs(followed - v[state]));
            residuals.value_scale = std::max(residuals.value_scale, std::abs(followed));
            fresh_value_[state++] = followed;
        });
        operators_.finish_push();
        std::copy(fresh_value_.begin(), fresh_value_.end(), v.begin());
    }

    void move_mass(Stage r, Residuals& residuals) {
        const auto d = mass_.stage(r);
        const auto arrived = pushed_.stage(r);
        if (r.at() == 0 && layout().end() == CycleEnd::terminates) operators_.game().initial_law(arrived);
        const double h = settings_.step;
        for (std::size_t x = 0; x < d.size(); ++x) {
            const double change = arrived[x] - d[x];
            residuals.stationarity += std::abs(change);
            d[x] = (1.0 - h) * d[x] + h * arrived[x];
        }
    }

    Operators<G> operators_;
    EvolutionSettings settings_;
    Field mass_;
    Field value_;
    Field pushed_;
    Response response_;
    AlignedVector<double> fresh_value_;
    AlignedVector<double> weights_;
};

/// Runs the dynamics until all residuals are met, no progress is made, or the limit. The written response drops
/// weights below 1e-15.
template <Game G>
SolveOutcome evolve(const G& game, const EvolutionSettings& settings, Field mass, Response response,
                    const Progress& progress = {}) {
    Evolution<G> evolution(game, settings, std::move(mass), std::move(response));
    StopReason reason = StopReason::iteration_limit;
    std::vector<HistoryPoint> history;
    double reference = 0.0;  // stationarity to halve
    long since = 0;          // iteration at which it was reached
    long iteration = 0;
    Residuals now;
    while (iteration < settings.max_iterations) {
        now = evolution.step();
        ++iteration;
        if (iteration == 1 || iteration % settings.history_every == 0) history.push_back({iteration, now});
        if (progress) progress(iteration, now);
        if (!std::isfinite(now.stationarity + now.gain + now.bellman)) {
            reason = StopReason::not_finite;
            break;
        }
        if (now.stationarity <= settings.stationarity && now.gain <= settings.gain &&
            now.bellman <= settings.bellman * now.value_scale) {
            reason = StopReason::converged;
            break;
        }
        if (iteration == 1 || now.stationarity < 0.5 * reference) {
            reference = now.stationarity;
            since = iteration;
        } else if (iteration - since > settings.patience) {
            reason = StopReason::stalled;
            break;
        }
    }
    if (!history.empty() && history.back().iteration != iteration) history.push_back({iteration, now});
    return {reason, iteration, std::move(history), evolution.mass(), SparseResponse(evolution.response(), 1e-15)};
}

}  // namespace polykarma
