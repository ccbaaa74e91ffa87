#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "command.hpp"
#include "config/economy.hpp"
#include "io/checkpoints.hpp"
#include "io/work_folder.hpp"

namespace polykarma::cli {

/// --checkpoint-every and --checkpoint-every-iterations.
void add_checkpoint_interval(Options& options);
/// Throws UsageError.
[[nodiscard]] CheckpointInterval checkpoint_interval(const Options& options);

/// --work-dir, --resume and the interval of one run.
void add_work_dir(Options& options);
/// Throws UsageError for options that mean nothing without --work-dir, where that is not given.
void require_work_dir_beside(std::initializer_list<const char*> names, const Options& options);

/// What they say.
struct WorkDir {
    std::filesystem::path directory;
    CheckpointInterval interval;
    Checkpoints::Resume resume;
};
/// Nothing without --work-dir. From then on signals ask for an early end.
[[nodiscard]] std::optional<WorkDir> work_dir_of(const Options& options);

/// A solve that can be continued by another run.
struct KeptSolve {
    KeptSolve(const WorkDir& work_dir, const CheckpointIdentity& identity, const Collective& ranks)
        : folder(work_dir.directory, ranks),
          checkpoints(folder, "checkpoint", identity, CheckpointClock(folder, work_dir.interval, ranks),
                      work_dir.resume, ranks) {
        if (work_dir.resume == Checkpoints::Resume::no) checkpoints.require_none();
    }

    WorkFolder folder;
    Checkpoints checkpoints;
};

/// Nothing without --work-dir.
[[nodiscard]] std::unique_ptr<KeptSolve> work_dir_option(const Options& options, const EconomyConfig& economy,
                                                         const Collective& ranks);

/// Says on standard error where a run that was stopped can be continued.
void tell_stopped(const std::filesystem::path& kept);

}  // namespace polykarma::cli
