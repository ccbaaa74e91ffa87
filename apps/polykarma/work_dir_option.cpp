#include "work_dir_option.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "config/reader.hpp"
#include "parallel/stop_request.hpp"
#include "progress.hpp"

namespace polykarma::cli {
namespace po = boost::program_options;

void add_checkpoint_interval(Options& options) {
    options.add()("checkpoint-every", po::value<double>(), "minutes between checkpoints (5)");
    options.add()("checkpoint-every-iterations", po::value<long>(), "also after so many iterations");
}

CheckpointInterval checkpoint_interval(const Options& options) {
    CheckpointInterval interval;
    if (options.has("checkpoint-every")) {
        const auto minutes = options.get<double>("checkpoint-every");
        if (!(minutes >= 0.0) || !std::isfinite(minutes))
            throw UsageError(fmt::format("--checkpoint-every {:g} (out of range): minutes, at least 0", minutes));
        interval.time = std::chrono::duration<double>(60.0 * minutes);
    }
    if (options.has("checkpoint-every-iterations")) {
        interval.iterations = options.get<long>("checkpoint-every-iterations");
        if (*interval.iterations < 1)
            throw UsageError(
                fmt::format("--checkpoint-every-iterations {} (out of range): at least 1", *interval.iterations));
    }
    return interval;
}

void add_work_dir(Options& options) {
    options.add()("work-dir", po::value<std::string>(),
                  "keep checkpoints in this directory, and on SIGUSR1 or SIGTERM write one and stop with exit code 5");
    add_checkpoint_interval(options);
    options.add()("resume", "go on from the newest good checkpoint in --work-dir, or begin where there is none yet");
}

void require_work_dir_beside(std::initializer_list<const char*> names, const Options& options) {
    for (const char* const name : names)
        if (options.has(name) && !options.has("work-dir"))
            throw UsageError(fmt::format("--{} (without a work folder): --work-dir DIR beside it", name));
    if (options.has("work-dir") && options.get<std::string>("work-dir").empty())
        throw UsageError("--work-dir (is empty): a folder");
}

std::unique_ptr<KeptSolve> work_dir_option(const Options& options, const EconomyConfig& economy,
                                           const Collective& ranks) {
    require_work_dir_beside({"checkpoint-every", "checkpoint-every-iterations", "resume"}, options);
    if (!options.has("work-dir")) return nullptr;
    const CheckpointInterval interval = checkpoint_interval(options);
    heed_stop_signals();
    const CheckpointIdentity identity{to_toml(economy),
                                      options.has("start") ? options.get<std::string>("start") : std::string()};
    return std::make_unique<KeptSolve>(options.get<std::string>("work-dir"), identity, interval,
                                       options.has("resume") ? Checkpoints::Resume::if_any : Checkpoints::Resume::no,
                                       ranks);
}

void tell_stopped(const KeptSolve& kept) {
    tell(fmt::format("polykarma: stopped by a signal; {} has the state: the same command with --resume goes on\n",
                     kept.checkpoints.latest().value_or(kept.folder.path()).string()));
}

}  // namespace polykarma::cli
