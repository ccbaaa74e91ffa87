#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "parallel/collective.hpp"

namespace polykarma {

/// The directory of a run that can be continued, held by this run alone until it is destroyed: the lock file in it says
/// by whom. Shards of one division share a directory, each under a lock of its own.
///
/// A lock outlives a run that was killed. It counts as left behind, and is taken over, when
///   its process is gone from this machine; or
///   the same SLURM job holds it from before it was requeued; or
///   it is another machine's, and has not been refreshed for kSilence.
/// The age of a lock is measured by the clock of the file system alone.
class WorkFolder {
public:
    /// Creates the directory if there is none. Collective: the root takes the lock. Throws IoError, the same on all
    /// ranks: for a directory that cannot be used, or that another run holds, whose host, job and age it names.
    ///   shard: part of the work, such as "2of8" of an array task; empty for all of it. Those of other divisions are
    ///   refused like a second run
    WorkFolder(const std::filesystem::path& directory, const Collective& ranks, const std::string& shard = {});
    ~WorkFolder();
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return directory_; }

    /// Removes what a run left that was killed while it wrote a file whose name begins like that: whoever holds the folder
    /// knows that nobody writes there. Not collective.
    void remove_unfinished(const std::string& prefix) const;

    /// Tells others that this run lives; at most every kBeat, and cheap in between, so that it can be called between
    /// iterations. Not collective; does nothing but on the root.
    void refresh();
    /// Throws IoError, the same on all ranks, when another run holds the directory now. For asking before writing.
    /// Collective.
    void require_held(const Collective& ranks) const;

    static constexpr std::chrono::seconds kBeat{20};
    static constexpr std::chrono::minutes kSilence{10};

private:
    class Lock;
    std::filesystem::path directory_;
    std::unique_ptr<Lock> lock_;  ///< on the root
};

}  // namespace polykarma
