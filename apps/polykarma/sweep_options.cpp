#include "sweep_options.hpp"

#include <charconv>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "parallel/stop_request.hpp"
#include "work_dir_option.hpp"

namespace polykarma::cli {
namespace {

namespace po = boost::program_options;

/// Files of more full equilibria are large and slow, and nobody has asked for them.
constexpr std::size_t kAllFullUpTo = 1000;

/// A whole number and nothing else.
std::optional<std::size_t> whole(std::string_view text) {
    std::size_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && at == end && !text.empty() ? std::optional(number) : std::nullopt;
}

/// "a<mark>b"
std::optional<std::pair<std::size_t, std::size_t>> pair_of(std::string_view text, char mark) {
    const std::size_t at = text.find(mark);
    if (at == std::string_view::npos) return {};
    const auto first = whole(text.substr(0, at));
    const auto second = whole(text.substr(at + 1));
    return first && second ? std::optional(std::pair(*first, *second)) : std::nullopt;
}

int ranks_per_economy(const std::string& text) {
    if (text == "auto") return 0;
    constexpr std::size_t most = 1'000'000;
    const auto number = whole(text);
    if (!number || *number < 1 || *number > most)
        throw UsageError(fmt::format("--ranks-per-economy {} (is none): 1 to {}, or auto", text, most));
    return static_cast<int>(*number);
}

Shard shard(const std::string& text) {
    const auto numbers = pair_of(text, '/');
    if (!numbers || numbers->first < 1 || numbers->first > numbers->second)
        throw UsageError("--shard " + text + " (is none): I/N with I from 1 to N");
    return {numbers->first - 1, numbers->second};
}

std::optional<JournalFolder> work_folder(const Options& options) {
    require_work_dir_beside({"resume", "shard", "merge", "checkpoint-every", "checkpoint-every-iterations"}, options);
    if (!options.has("work-dir")) return {};
    JournalFolder folder{options.get<std::string>("work-dir"), {}, options.has("resume") || options.has("merge")};
    if (options.has("shard")) folder.shard = shard(options.get<std::string>("shard"));
    if (options.has("shard") && (options.has("output") || options.has("merge")))
        throw UsageError("--shard (computes a part of the points): --merge puts them together afterwards, without it");
    return folder;
}

}  // namespace

void add_sweep_options(Options& options) {
    options.add()("ranks-per-economy", po::value<std::string>()->default_value("1"),
                  "how many ranks solve an economy together, at least, or auto: as many as its memory asks for");
    options.add()("full", po::value<std::string>(),
                  "points whose full equilibria are written beside the table: all, none, or a list like 0,5,10-20\n"
                  "(default: all of up to 1000 points, else none)");
    options.add()("warm-start",
                  "along the last axis start every point from the equilibrium of the one before it. That selects\n"
                  "equilibria: where there are several, the ones found are those that continue each other");
    options.add()("work-dir", po::value<std::string>(),
                  "keep what is computed in this folder as it is found, and checkpoints of the points at hand");
    add_checkpoint_interval(options);
    options.add()("resume", "go on from what --work-dir holds");
    options.add()("shard", po::value<std::string>(),
                  "I/N: compute only the I-th of N parts of the points into --work-dir, as a task of a job array");
    options.add()("merge", "compute nothing: put together what --work-dir holds");
}

std::function<bool(std::size_t point)> full_points(const std::string& text, std::size_t points) {
    if (text == "all") return [](std::size_t) { return true; };
    if (text == "none") return [](std::size_t) { return false; };
    std::vector<bool> listed(points, false);
    std::stringstream stream(text + ',');
    for (std::string part; std::getline(stream, part, ',');) {
        auto range = pair_of(part, '-');
        if (const auto single = whole(part)) range = std::pair(*single, *single);
        if (!range || range->first > range->second || range->second >= points)
            throw UsageError(fmt::format("--full {} ({} is no point): all, none, or a list like 0,5,10-20 of 0 to {}",
                                         text, part, points - 1));
        for (std::size_t point = range->first; point <= range->second; ++point) listed[point] = true;
    }
    return [listed = std::move(listed)](std::size_t point) { return listed[point]; };
}

StudyRun sweep_run(const Options& options, std::size_t points) {
    StudyRun run;
    run.warm_start = options.has("warm-start");
    run.ranks_per_economy = ranks_per_economy(options.get<std::string>("ranks-per-economy"));
    const bool few = points <= kAllFullUpTo;
    run.is_full = full_points(options.has("full") ? options.get<std::string>("full") : few ? "all" : "none", points);
    run.folder = work_folder(options);
    run.solve = !options.has("merge");
    if (run.folder) {
        heed_stop_signals();
        run.stop = stop_signalled;
        run.interval = checkpoint_interval(options);
    }
    return run;
}

}  // namespace polykarma::cli
