#include "study_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include "study/equilibria.hpp"

namespace polykarma::cli {

StudyOutcome run_and_write(const StudyRequest& request, const Context& context) {
    const bool root = context.ranks.is_root();
    const auto begin = std::chrono::steady_clock::now();
    std::optional<StudyFile> file;
    if (root && request.output) file.emplace(*request.output, request.study.title);

    const ProgressStyle style = root ? progress_style(request.quiet) : ProgressStyle::quiet;
    const std::size_t points = request.study.size();
    const auto progress = [&](std::size_t index, const EconomyConfig& economy) -> Progress {
        const std::string label = fmt::format("point {} of {}", index + 1, points);
        if (style == ProgressStyle::lines) tell(label + '\n');
        const auto display =
            std::make_shared<ProgressDisplay>(style, label, economy.solver.stationarity, economy.solver.max_iterations);
        return [display](long iteration, const Residuals& residuals) { (*display)(iteration, residuals); };
    };
    StudyOutcome outcome = run_study(request.study, request.overrides, context.ranks, file ? &*file : nullptr, progress);
    if (!root) return outcome;
    if (request.published) measure_distances(outcome.results, *request.published);
    if (file) {
        file->write_results(outcome.results);
        if (request.published) file->write_published(*request.published);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        file->commit({context.program_line, context.ranks.size()}, seconds);
    }
    return outcome;
}

int exit_code(const StudyOutcome& outcome, bool strict, const Context& context) {
    if (!context.ranks.is_root()) return kSuccess;
    bool any_failed = false;
    bool all_certified = true;
    for (const StudyRow& row : outcome.results.rows) {
        all_certified = all_certified && row.certified;
        if (row.error.empty()) continue;
        any_failed = true;
        std::cerr << "polykarma: point " << row.point << " failed: " << row.error << '\n';
    }
    if (any_failed) return kNotReached;
    return strict && !all_certified ? kNotReached : kSuccess;
}

}  // namespace polykarma::cli
