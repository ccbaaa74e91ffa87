#include "study_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include "study/published.hpp"

namespace polykarma::cli {
namespace po = boost::program_options;

void add_starts(Options& options, const char* help) { options.add()("starts", po::value<long>(), help); }

void use_standard_starts(StudyConfig& study, const Options& options) {
    if (!options.has("starts")) return;
    const long count = options.get<long>("starts");
    const auto most = static_cast<long>(max_study_points / (study.size() / study.starts.size()));
    if (count < 1 || count > most) throw UsageError(fmt::format("--starts {} (out of range): 1 to {}", count, most));
    study.starts = standard_starts(static_cast<std::size_t>(count));
}

void add_stability(Options& options) {
    options.add()("stability",
                  "also compute whether the dynamics is attracted to each equilibrium: the leading eigenvalue of one\n"
                  "step, with the step, response rate and lambda of the equilibrium");
}

StudyExtent extent_of(const Options& options) {
    return options.has("stability") ? StudyExtent::with_stability : StudyExtent::equilibria;
}

namespace {

std::string timing_line(const StudyTiming& timing) {
    return fmt::format("{} points in {:.3g} s on {} {}, {:.1f} % of the time inside solves\n", timing.points,
                       timing.seconds, timing.ranks, timing.ranks == 1 ? "rank" : "ranks", 100.0 * timing.share_solving());
}

}  // namespace

StudyOutcome run_and_write(const StudyRequest& request, const Context& context) {
    const bool root = context.ranks.is_root();
    const auto begin = std::chrono::steady_clock::now();
    if (const RefusedPoints& refused = request.study.refused; root && !request.quiet && refused.count > 0)
        tell(fmt::format("polykarma: note: {} of {} points looked at are no economies and will fail: {}\n",
                         refused.count, refused.of, refused.first));
    std::optional<StudyFile> file;
    if (root && request.output) file.emplace(*request.output, request.study.title);

    const ProgressStyle style = root ? progress_style(request.quiet) : ProgressStyle::quiet;
    const std::size_t points = request.study.size();
    const auto progress = [&](std::size_t index, const EconomyConfig& economy) -> Progress {
        const std::string label = fmt::format("point {} of {}", index + 1, points);
        return announced(style, label, economy.solver.stationarity, economy.solver.max_iterations);
    };
    StudyRun run = request.run;
    if (!request.output && !run.folder) run.is_full = [](std::size_t) { return false; };  // they would go nowhere
    StudyOutcome outcome =
        run_study(request.study, request.overrides, context.ranks, file ? &*file : nullptr, progress, run);
    if (!root) return outcome;
    if (!request.quiet && run.solve) tell(timing_line(outcome.timing));
    if (!outcome.is_collected()) return outcome;
    if (request.published) measure_distances(outcome.results, *request.published);
    if (file && outcome.without_image > 0)
        tell(fmt::format("polykarma: the full equilibria of {} points were not kept; --resume computes them\n",
                         outcome.without_image));
    if (file) {
        file->write_results(outcome.results);
        file->write_timing(outcome.timing, outcome.seconds);
        if (request.published && request.published->is_known()) file->write_published(*request.published);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        file->commit({context.program_line, context.ranks.size()}, seconds);
    }
    return outcome;
}

bool tell_failures(const StudyOutcome& outcome) {
    constexpr std::size_t named = 10;
    std::size_t failed = 0;
    for (const StudyRow& row : outcome.results.rows) {
        if (row.error.empty() || ++failed > named) continue;
        std::cerr << "polykarma: point " << row.point << " failed: " << row.error << '\n';
    }
    if (failed > named)
        std::cerr << "polykarma: " << failed - named << " more points failed; the table says why\n";
    return failed > 0;
}

int exit_code(const StudyOutcome& outcome, bool strict, const Context& context) {
    if (!context.ranks.is_root()) return kSuccess;
    if (outcome.stopped) {
        tell("polykarma: stopped by a signal; --resume goes on\n");
        return kStopped;
    }
    if (outcome.is_collected() && outcome.missing > 0)
        tell(fmt::format("polykarma: {} points are missing\n", outcome.missing));
    if (tell_failures(outcome) || (outcome.is_collected() && outcome.missing > 0)) return kNotReached;
    const bool all_certified = std::ranges::all_of(outcome.results.rows, &StudyRow::certified);
    return strict && !all_certified ? kNotReached : kSuccess;
}

}  // namespace polykarma::cli
