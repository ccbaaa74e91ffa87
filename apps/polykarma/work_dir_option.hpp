#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "command.hpp"
#include "config/economy.hpp"
#include "io/checkpoints.hpp"
#include "io/work_folder.hpp"

namespace polykarma::cli {

/// --work-dir, --checkpoint-every, --checkpoint-every-iterations and --resume of one run.
void add_work_dir(Options& options);

/// What they say.
struct WorkDir {
    std::filesystem::path directory;
    CheckpointInterval interval;
    Checkpoints::Begin begin = Checkpoints::Begin::afresh;
};
/// Nothing without --work-dir. From then on signals ask for an early end.
[[nodiscard]] std::optional<WorkDir> work_dir_of(const Options& options);

/// A solve that can be continued by another run.
struct KeptSolve {
    KeptSolve(const std::filesystem::path& directory, const CheckpointIdentity& identity,
              const CheckpointInterval& interval, Checkpoints::Begin begin, const Collective& ranks)
        : folder(directory, ranks), checkpoints(folder, identity, interval, begin, ranks) {}

    WorkFolder folder;
    Checkpoints checkpoints;
};

/// Nothing without --work-dir.
[[nodiscard]] std::unique_ptr<KeptSolve> work_dir_option(const Options& options, const EconomyConfig& economy,
                                                         const Collective& ranks);

/// Says on standard error where a run that was stopped can be continued.
void tell_stopped(const std::filesystem::path& kept);

}  // namespace polykarma::cli
