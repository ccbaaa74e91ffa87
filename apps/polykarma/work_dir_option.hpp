#pragma once

#include <memory>

#include "command.hpp"
#include "config/economy.hpp"
#include "io/checkpoints.hpp"
#include "io/work_folder.hpp"

namespace polykarma::cli {

/// --checkpoint-every and --checkpoint-every-iterations.
void add_checkpoint_interval(Options& options);
/// Throws UsageError.
[[nodiscard]] CheckpointInterval checkpoint_interval(const Options& options);

/// --work-dir, --resume and the interval of a single solve.
void add_work_dir(Options& options);
/// Throws UsageError for options that mean nothing without --work-dir, where that is not given.
void require_work_dir_beside(std::initializer_list<const char*> names, const Options& options);

/// A solve that can be continued by another run.
struct KeptSolve {
    KeptSolve(const std::filesystem::path& directory, const CheckpointIdentity& identity,
              const CheckpointInterval& interval, Checkpoints::Resume resume, const Collective& ranks)
        : folder(directory, ranks), checkpoints(folder, "checkpoint", identity, interval, resume, ranks) {
        if (resume == Checkpoints::Resume::no) checkpoints.require_none();
    }

    WorkFolder folder;
    Checkpoints checkpoints;
};

/// Nothing without --work-dir. From then on signals ask for an early end.
[[nodiscard]] std::unique_ptr<KeptSolve> work_dir_option(const Options& options, const EconomyConfig& economy,
                                                         const Collective& ranks);

/// Says on standard error where a solve that was stopped can be continued.
void tell_stopped(const KeptSolve& kept);

}  // namespace polykarma::cli
