#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "dynamics/outcome.hpp"

namespace polykarma::cli {

/// Where progress goes: a bar on a terminal, a line every half minute otherwise, nothing when asked to be quiet.
enum class ProgressStyle { bar, lines, quiet };

/// Text on standard error. A standard error that takes nothing more is no reason to stop.
void tell(const std::string& text);

/// What standard error is good for.
[[nodiscard]] ProgressStyle progress_style(bool quiet);

/// How often progress is shown: as a bar, and as lines.
inline constexpr auto kBarInterval = std::chrono::milliseconds(100);
inline constexpr auto kLineInterval = std::chrono::seconds(30);

/// "42 s", "3:05 min"
[[nodiscard]] std::string duration_text(double seconds);
/// "[######..............]"   done: in [0, 1]
[[nodiscard]] std::string bar(double done);

/// Shows how far a solve is, from the residuals the solver reports.
class ProgressDisplay {
public:
    /// `label` names what is being solved, e.g. "point 3 of 16"; `tolerance` is the stationarity aimed at.
    ProgressDisplay(ProgressStyle style, std::string label, double tolerance, long max_iterations);
    ~ProgressDisplay();
    ProgressDisplay(const ProgressDisplay&) = delete;
    ProgressDisplay& operator=(const ProgressDisplay&) = delete;

    void operator()(long iteration, const Residuals& residuals);

private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] std::string line(long iteration, const Residuals& residuals, double fraction, double seconds) const;

    ProgressStyle style_;
    std::string label_;
    double tolerance_;
    long max_iterations_;
    Clock::time_point begin_ = Clock::now();
    Clock::time_point shown_ = begin_;
    double worst_stationarity_ = 0.0;
    bool bar_drawn_ = false;
};

/// A display for one of many solves, which it announces where progress is lines. Arguments as for ProgressDisplay.
[[nodiscard]] std::function<void(long iteration, const Residuals& residuals)> announced(ProgressStyle style,
                                                                                        const std::string& label,
                                                                                        double tolerance,
                                                                                        long max_iterations);

}  // namespace polykarma::cli
