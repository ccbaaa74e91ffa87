#pragma once

#include <memory>

#include "command.hpp"
#include "config/economy.hpp"
#include "io/checkpoints.hpp"
#include "io/work_folder.hpp"

namespace polykarma::cli {

/// --work-dir, --checkpoint-every, --checkpoint-every-iterations and --resume of a single solve.
void add_work_dir(Options& options);

/// A solve that can be continued by another run.
struct KeptSolve {
    KeptSolve(const std::filesystem::path& directory, const CheckpointIdentity& identity,
              const CheckpointInterval& interval, Checkpoints::Begin begin, const Collective& ranks)
        : folder(directory, ranks), checkpoints(folder, identity, interval, begin, ranks) {}

    WorkFolder folder;
    Checkpoints checkpoints;
};

/// Nothing without --work-dir. From then on signals ask for an early end.
[[nodiscard]] std::unique_ptr<KeptSolve> work_dir_option(const Options& options, const EconomyConfig& economy,
                                                         const Collective& ranks);

/// Says on standard error where a solve that was stopped can be continued.
void tell_stopped(const KeptSolve& kept);

}  // namespace polykarma::cli
