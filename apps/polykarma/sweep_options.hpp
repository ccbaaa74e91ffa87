#pragma once

#include "command.hpp"
#include "study/run_study.hpp"

namespace polykarma::cli {

/// What `sweep` and `reproduce` ask for: how many ranks to an economy, a work folder and a part of the points, full equilibria of
/// some of them, warm starts.
void add_sweep_options(Options& options);

/// The same as the options have it. Throws UsageError.
[[nodiscard]] StudyRun sweep_run(const Options& options, std::size_t points);

/// "all", "none", or points and ranges of points: "0,5,10-20". Throws UsageError.
[[nodiscard]] std::function<bool(std::size_t point)> full_points(const std::string& text, std::size_t points);

}  // namespace polykarma::cli
