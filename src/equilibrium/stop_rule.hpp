#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "dynamics/outcome.hpp"
#include "dynamics/search_state.hpp"

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

/// IterationCounts the iterations of a search, keeps their history, and says when it is over and why. The same on every
/// rank, since residuals are.
class StopRule {
public:
    StopRule(const StopSettings& settings, Progress progress) : settings_(settings), progress_(std::move(progress)) {}

    /// After an iteration towards the goal. False when there is to be no other one.
    bool goes_on(const Residuals& now) {
        note(now);
        if (met(now)) return end(StopReason::converged);
        if (counts_.iteration == 1 || now.stationarity < 0.5 * counts_.reference) {
            counts_.reference = now.stationarity;
            counts_.since = counts_.iteration;
        } else if (counts_.iteration - counts_.since > settings_.patience) {
            return end(counts_.largest > std::max(kCycle * counts_.smallest, kNoise) ? StopReason::cycling
                                                                                     : StopReason::stalled);
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

    [[nodiscard]] const IterationCounts& counts() const { return counts_; }
    [[nodiscard]] const std::vector<HistoryPoint>& history_so_far() const { return history_; }
    /// Goes on after these iterations.
    void resume(const IterationCounts& counts, std::vector<HistoryPoint> history) {
        counts_ = counts;
        history_ = std::move(history);
    }

    [[nodiscard]] bool over() const { return over_; }
    [[nodiscard]] StopReason reason() const { return reason_; }
    [[nodiscard]] long iterations() const { return counts_.iteration; }
    /// Of a cycle: the largest stationarity in it; else 0.
    [[nodiscard]] double amplitude() const { return reason_ == StopReason::cycling ? counts_.largest : 0.0; }
    /// All that was kept, the last iteration in any case.
    [[nodiscard]] std::vector<HistoryPoint> history() && {
        if (!history_.empty() && history_.back().iteration != counts_.iteration)
            history_.push_back({counts_.iteration, counts_.now});
        return std::move(history_);
    }

private:
    void note(const Residuals& now) {
        ++counts_.iteration;
        counts_.now = now;
        if (counts_.iteration == 1 || counts_.iteration % settings_.history_every == 0)
            history_.push_back({counts_.iteration, now});
        if (progress_) progress_(counts_.iteration, now);
    }
    /// The smallest stationarity in the second half of the patience (what came before may be on the way there), and the
    /// largest after that.
    void watch(const Residuals& now) {
        if (2 * (counts_.iteration - counts_.since) <= settings_.patience || now.stationarity < counts_.smallest)
            counts_.largest = counts_.smallest = now.stationarity;
        counts_.largest = std::max(counts_.largest, now.stationarity);
    }
    bool can_go_on(const Residuals& now) {
        if (!std::isfinite(now.stationarity + now.gain + now.bellman)) return end(StopReason::not_finite);
        return counts_.iteration < settings_.max_iterations || end(StopReason::iteration_limit);
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
    IterationCounts counts_;
    std::vector<HistoryPoint> history_;
};

}  // namespace polykarma
