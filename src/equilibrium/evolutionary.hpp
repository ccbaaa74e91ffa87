#pragma once

#include <utility>

#include "base/denormals.hpp"
#include "dynamics/response.hpp"
#include "dynamics/search_state.hpp"
#include "equilibrium/relaxation.hpp"
#include "equilibrium/start.hpp"
#include "equilibrium/stop_rule.hpp"

namespace polykarma {

/// Constants of the evolutionary dynamics.
struct EvolutionSettings : StopSettings {
    double lambda = 1000.0;      ///< softmax sharpness, 1 / payoff
    double step = 0.2;           ///< h: weight of the pushed mass
    double response_rate = 0.5;  ///< eta: the response moves by eta * h
};

/// The evolutionary dynamics of the papers, one sweep of policy evaluation a step:                    (model, section
/// 5)
///   V <- sum_a pi Q,   pi <- (1 - eta h) pi + eta h softmax(lambda Q),   d <- (1 - h) d + h (d pushed one stage)
/// Every push uses the aggregates of the very (d, pi) it moves. Stores the response: memory grows with the number of
/// state-action pairs. `step` allocates nothing.
template <Game G>
class Evolution {
public:
    /// `mass` and `response` are the rank's parts of the start.
    Evolution(const G& game, const EvolutionSettings& settings, Field mass, Response response,
              const Collective& ranks = Collective::serial())
        : operators_(game, mass.part(), ranks),
          settings_(settings),
          mass_(std::move(mass)),
          value_(mass_.part()),
          pushed_(mass_.part()),
          response_(std::move(response)),
          fresh_value_(mass_.part().most_states()),
          weights_(padded(game.layout().longest_row())) {
        evaluate();
    }

    /// V of following the current response against the current aggregates, to full precision.
    void evaluate() {
        operators_.aggregate(mass_, response_);
        iterate_values(operators_, value_, [&](Stage r, const Site& site, const auto& q) {
            return expected_value(std::as_const(response_).row(r, site, q.size()), q.row());
        });
    }

    /// One step; returns the residuals of the state it started from.
    Residuals step() {
        const FlushDenormals guard;
        const std::size_t stages = layout().stages();
        residuals_.clear();
        operators_.aggregate(mass_, response_);
        for (std::size_t i = stages; i-- > 0;) sweep(Stage{i});
        relax(operators_, mass_, pushed_, settings_.step, residuals_);
        return residuals_.total(operators_.ranks(), stages);
    }

    /// Another sharpness of the response, smaller steps, or another social state, from the next step on.
    void sharpen(double lambda) { settings_.lambda = lambda; }
    void slow_down(double factor) { settings_.step *= factor; }
    void put(const Field& mass) { std::ranges::copy(mass.all(), mass_.all().begin()); }
    void put(const Field& mass, const SparseResponse& response) {
        put(mass);
        response_ = dense_response(response);
    }

    [[nodiscard]] const Field& mass() const { return mass_; }
    [[nodiscard]] const Field& value() const { return value_; }
    [[nodiscard]] const Response& response() const { return response_; }

    [[nodiscard]] double lambda() const { return settings_.lambda; }
    [[nodiscard]] double step_size() const { return settings_.step; }
    [[nodiscard]] DynamicsState state() const {
        return {settings_.lambda, settings_.step, mass_, value_, SparseResponse::all_of(response_)};
    }
    /// Goes on from a state as if it had got there itself.
    void resume(const DynamicsState& state) {
        sharpen(state.lambda);
        settings_.step = state.step;
        put(state.mass, state.response);
        std::ranges::copy(state.value.all(), value_.all().begin());
    }

private:
    [[nodiscard]] const Layout& layout() const { return operators_.layout(); }

    /// Evaluation, push and damped response of one stage, in one visit of its rows.
    void sweep(Stage r) {
        const auto d = mass_.stage(r);
        const auto v = value_.stage(r);
        const double rate = settings_.response_rate * settings_.step;
        LineSum gain;
        LargestChange largest;
        operators_.begin_push(r);
        operators_.rows(r, value_, [&](const Site& site, Row q) {
            const std::size_t state = site.state;
            const auto pi = response_.row(r, site, q.size());
            operators_.add_push(site, d[state], pi);
            const double followed = expected_value(pi, q);
            const SoftmaxRow best = softmax_weights(q, settings_.lambda, weights_.data());
            damp(pi, weights_.data(), best.total, rate);
            gain.add(site, d[state] * (best.maximum - followed));
            largest.add(followed - v[state], followed);
            fresh_value_[state] = value_after_sweep(operators_.game(), v[state], followed);
        });
        residuals_.add(gain, largest);
        operators_.finish_push(r, pushed_.stage(layout().next(r)));
        std::copy_n(fresh_value_.begin(), v.size(), v.begin());
    }

    Operators<G> operators_;
    EvolutionSettings settings_;
    Field mass_;
    Field value_;
    Field pushed_;
    Response response_;
    AlignedVector<double> fresh_value_;
    AlignedVector<double> weights_;
    ResidualSums residuals_;
};

/// Actions with less weight are dropped from a response that is handed on.
inline constexpr double kWrittenCutoff = 1e-15;

/// A step with whose residuals a search may end. They are those of the state before it: where a response to another
/// lambda meets the goal, the one that follows from it has to do so, too.
template <Game G>
Residuals confirmed_step(Evolution<G>& evolution, const StopRule& rule) {
    const Residuals before = evolution.step();
    return rule.met(before) ? evolution.step() : before;
}

/// Runs the dynamics until all residuals are met, no progress is made, or the limit. Every rank passes its parts and
/// gets its parts; all of them stop for the same reason. Throws Stopped when the keeper asks for it.
template <Game G>
SolveOutcome evolve(const G& game, const EvolutionSettings& settings, Field mass, Response response,
                    const Progress& progress = {}, const Collective& ranks = Collective::serial(),
                    const Keeping& keeping = {}) {
    Evolution<G> evolution(game, settings, std::move(mass), std::move(response), ranks);
    StopRule rule(settings, progress);
    if (keeping.resumed != nullptr) {
        evolution.resume(keeping.resumed->dynamics);
        rule.resume(keeping.resumed->rule, keeping.resumed->history);
    }
    do {
        keep_if_wanted(keeping.keeper, rule.iterations(), [&] {
            return SearchState{.memory = {},
                               .rule = rule.counts(),
                               .history = rule.history_so_far(),
                               .dynamics = evolution.state(),
                               .newton = {},
                               .start = {},
                               .earlier = {}};
        });
    } while (rule.goes_on(confirmed_step(evolution, rule)));
    return {.reason = rule.reason(),
            .iterations = rule.iterations(),
            .lambda = settings.lambda,
            .amplitude = rule.amplitude(),
            .history = std::move(rule).history(),
            .branch = {},
            .mass = evolution.mass(),
            .response = SparseResponse(evolution.response(), kWrittenCutoff)};
}

}  // namespace polykarma
