#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "study/run_study.hpp"

namespace polykarma::cli {

/// What `sweep`, `reproduce` and `equilibria` share: run a study on all ranks with progress, and write its file.
struct StudyRequest {
    StudyConfig study;
    std::vector<std::string> overrides;
    std::optional<std::filesystem::path> output;
    std::optional<PublishedTable> published;
    bool quiet = false;
    StudyRun run{};
};

/// Help of --starts where a study has its own starts.
inline constexpr const char* kStartsInstead =
    "solve from the first N standard starts (even, zero, proportional, the same _slow, then by turns random_1, ... and "
    "neighbour_1, ...) instead of the study's";

/// `--starts N`: how many of the standard starts to solve from.
void add_starts(Options& options, const char* help);
/// The study from the standard starts instead of its own, if the option was given. Throws UsageError outside of 1 to as
/// many as a study may have points.
void use_standard_starts(StudyConfig& study, const Options& options);

/// `--stability`: whether the dynamics is attracted to what is found.
void add_stability(Options& options);
[[nodiscard]] StudyExtent extent_of(const Options& options);

/// Rows and summaries on the root, nothing elsewhere; distances to the published rows filled in. Writes nothing of a
/// part of the points, nor when it was stopped.
[[nodiscard]] StudyOutcome run_and_write(const StudyRequest& request, const Context& context);

/// Names the points that could not be computed on stderr of the root; whether there are any.
bool tell_failures(const StudyOutcome& outcome);

/// On the root 0 when every point was computed, 5 when a signal has come before, else 3; with `strict` also 3 when one
/// is not certified. Failed points are named on stderr. The other ranks have nothing to tell: 0.
[[nodiscard]] int exit_code(const StudyOutcome& outcome, bool strict, const Context& context);

}  // namespace polykarma::cli
