#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "study/run_study.hpp"

namespace polykarma::cli {

/// What `sweep` and `reproduce` share: run a study on all ranks with progress, and write its file.
struct StudyRequest {
    StudyConfig study;
    std::vector<std::string> overrides;
    std::optional<std::filesystem::path> output;
    std::optional<PublishedTable> published;
    bool quiet = false;
};

/// Rows and summaries on the root, nothing elsewhere; distances to the published rows filled in.
[[nodiscard]] StudyOutcome run_and_write(const StudyRequest& request, const Context& context);

/// On the root 0 when every point was computed, else 3; with `strict` also 3 when one is not certified. Failed points
/// are named on stderr. The other ranks have nothing to tell: 0.
[[nodiscard]] int exit_code(const StudyOutcome& outcome, bool strict, const Context& context);

}  // namespace polykarma::cli
