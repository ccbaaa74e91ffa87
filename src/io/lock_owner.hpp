#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace polykarma {

/// A run as its lock file names it.
struct LockOwner {
    std::string host;
    long process = 0;
    long born = 0;        ///< clock ticks between the start of the machine and that of the process; 0: unknown
    std::string job;      ///< SLURM's number; empty outside of jobs
    long restarts = 0;    ///< how often SLURM has requeued the job
    std::string shard;    ///< empty: all of the work
    std::string started;  ///< ISO 8601, UTC

    friend bool operator==(const LockOwner&, const LockOwner&) = default;
};

/// This process.
[[nodiscard]] LockOwner this_run(const std::string& shard);

[[nodiscard]] std::string to_text(const LockOwner& owner);
/// Nothing when there is no such file or it names no owner.
[[nodiscard]] std::optional<LockOwner> read_owner(const std::filesystem::path& lock);

/// Why a run cannot be working any more, as seen from `here`; nothing when it may be.
///   silent: time since it refreshed its lock
[[nodiscard]] std::optional<std::string> why_gone(const LockOwner& owner, const LockOwner& here,
                                                  std::chrono::seconds silent);

/// One phrase for messages: host, process, job, shard and start.
[[nodiscard]] std::string described(const LockOwner& owner);

}  // namespace polykarma
