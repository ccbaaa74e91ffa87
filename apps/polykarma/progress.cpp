#include "progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

namespace polykarma::cli {
std::string duration_text(double seconds) {
    if (!(seconds < 1e6)) return "?";
    const long s = std::lround(seconds);
    return s < 60 ? fmt::format("{} s", s) : fmt::format("{}:{:02} min", s / 60, s % 60);
}

std::string bar(double done) {
    const auto filled = static_cast<std::size_t>(20.0 * done);
    return fmt::format("[{}{}]", std::string(filled, '#'), std::string(20 - filled, '.'));
}

void tell(const std::string& text) {
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
}

ProgressStyle progress_style(bool quiet) {
    if (quiet) return ProgressStyle::quiet;
    return isatty(STDERR_FILENO) ? ProgressStyle::bar : ProgressStyle::lines;
}

ProgressDisplay::ProgressDisplay(ProgressStyle style, std::string label, double tolerance, long max_iterations)
    : style_(style), label_(std::move(label)), tolerance_(tolerance), max_iterations_(max_iterations) {}

ProgressDisplay::~ProgressDisplay() {
    if (bar_drawn_) tell("\r\033[K");
}

/// The dynamics converges linearly: the fraction done is the fraction of decades of stationarity gained.
void ProgressDisplay::operator()(long iteration, const Residuals& residuals) {
    worst_stationarity_ = std::max(worst_stationarity_, residuals.stationarity);
    if (style_ == ProgressStyle::quiet || iteration % 16 != 0) return;
    const auto now = Clock::now();
    if (now - shown_ < (style_ == ProgressStyle::bar ? Clock::duration(kBarInterval) : Clock::duration(kLineInterval)))
        return;
    shown_ = now;
    const double decades = std::log(worst_stationarity_ / tolerance_);
    const double gained = std::log(worst_stationarity_ / std::max(residuals.stationarity, tolerance_));
    const double fraction = std::clamp(decades > 0.0 ? gained / decades : 0.0, 0.0, 1.0);
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    if (style_ == ProgressStyle::bar) {
        tell("\r\033[K" + bar(fraction) + ' ' + line(iteration, residuals, fraction, seconds));
        bar_drawn_ = true;
    } else {
        tell(line(iteration, residuals, fraction, seconds) + '\n');
    }
}

std::string ProgressDisplay::line(long iteration, const Residuals& residuals, double fraction, double seconds) const {
    const double limit = seconds * static_cast<double>(max_iterations_ - iteration) / static_cast<double>(iteration);
    const double converged = fraction > 0.0 ? seconds * (1.0 - fraction) / fraction : limit;
    return fmt::format("{}iteration {}  stationarity {:.1e}  gain {:.1e}  left {}", label_.empty() ? "" : label_ + "  ",
                       iteration, residuals.stationarity, residuals.gain, duration_text(std::min(limit, converged)));
}

std::function<void(long iteration, const Residuals& residuals)> announced(ProgressStyle style, const std::string& label,
                                                                          double tolerance, long max_iterations) {
    if (style == ProgressStyle::lines) tell(label + '\n');
    const auto display = std::make_shared<ProgressDisplay>(style, label, tolerance, max_iterations);
    return [display](long iteration, const Residuals& residuals) { (*display)(iteration, residuals); };
}

}  // namespace polykarma::cli
