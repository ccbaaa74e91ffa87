#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "dynamics/outcome.hpp"

namespace polykarma {

/// What a search aims at, and when it gives up.
struct StopSettings {
    double stationarity = 1e-6;  ///< stop when all three residuals are below their tolerance
    double gain = 1e-4;
    double bellman = 1e-7;  ///< relative to max |V|
    long max_iterations = 100000;
    long patience = 20000;  ///< stop when the best stationarity has not halved in so many iterations
    long history_every = 10;
};

/// Told about progress between iterations.
using Progress = std::function<void(long iteration, const Residuals&)>;

/// Counts the iterations of a search, keeps their history, and says when it is over and why. The same on every rank,
/// since residuals are.
class StopRule {
public:
    StopRule(const StopSettings& settings, Progress progress) : settings_(settings), progress_(std::move(progress)) {}

    /// After an iteration towards the goal. False when there is to be no other one.
    bool goes_on(const Residuals& now) {
        note(now);
        if (met(now)) return end(StopReason::converged);
        if (iteration_ == 1 || now.stationarity < 0.5 * reference_) {
            reference_ = now.stationarity;
            since_ = iteration_;
        } else if (iteration_ - since_ > settings_.patience) {
            return end(largest_ > std::max(kCycle * smallest_, kNoise) ? StopReason::cycling : StopReason::stalled);
        }
        watch(now);
        return can_go_on(now);
    }
    /// The same after an iteration on a detour, where the goal cannot be reached.
    bool detour_goes_on(const Residuals& now) {
        note(now);
        return can_go_on(now);
    }

    /// After an iteration that leaves nothing to do but what no lambda does.
    void smoothed() { end(StopReason::smoothed); }
    /// After an iteration from which the search knows no way on.
    void give_up() { end(StopReason::stalled); }

    [[nodiscard]] bool met(const Residuals& now) const { return met_but_for_gain(now) && now.gain <= settings_.gain; }
    [[nodiscard]] bool met_but_for_gain(const Residuals& now) const {
        return now.stationarity <= settings_.stationarity && now.bellman <= settings_.bellman * now.value_scale;
    }

    [[nodiscard]] bool over() const { return over_; }
    [[nodiscard]] StopReason reason() const { return reason_; }
    [[nodiscard]] long iterations() const { return iteration_; }
    /// Of a cycle: the largest stationarity in it; else 0.
    [[nodiscard]] double amplitude() const { return reason_ == StopReason::cycling ? largest_ : 0.0; }
    /// All that was kept, the last iteration in any case.
    [[nodiscard]] std::vector<HistoryPoint> history() && {
        if (!history_.empty() && history_.back().iteration != iteration_) history_.push_back({iteration_, now_});
        return std::move(history_);
    }

private:
    void note(const Residuals& now) {
        ++iteration_;
        now_ = now;
        if (iteration_ == 1 || iteration_ % settings_.history_every == 0) history_.push_back({iteration_, now});
        if (progress_) progress_(iteration_, now);
    }
    /// The smallest stationarity in the second half of the patience (what came before may be on the way there), and the
    /// largest after that.
    void watch(const Residuals& now) {
        if (2 * (iteration_ - since_) <= settings_.patience || now.stationarity < smallest_)
            largest_ = smallest_ = now.stationarity;
        largest_ = std::max(largest_, now.stationarity);
    }
    bool can_go_on(const Residuals& now) {
        if (!std::isfinite(now.stationarity + now.gain + now.bellman)) return end(StopReason::not_finite);
        return iteration_ < settings_.max_iterations || end(StopReason::iteration_limit);
    }
    bool end(StopReason reason) {
        reason_ = reason;
        over_ = true;
        return false;
    }

    static constexpr double kCycle = 2.0;    ///< ratio of the extremes of a cycle, at least
    static constexpr double kNoise = 1e-12;  ///< what rounding makes go up and down

    StopSettings settings_;
    Progress progress_;
    bool over_ = false;
    StopReason reason_ = StopReason::iteration_limit;
    long iteration_ = 0;
    Residuals now_;
    std::vector<HistoryPoint> history_;
    double reference_ = 0.0;  // stationarity to halve
    long since_ = 0;          // iteration at which it was reached
    double largest_ = 0.0, smallest_ = 0.0;
};

}  // namespace polykarma
