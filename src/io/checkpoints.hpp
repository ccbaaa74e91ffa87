#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dynamics/search_state.hpp"
#include "io/checkpoint_clock.hpp"
#include "io/checkpoint_file.hpp"
#include "io/work_folder.hpp"

namespace polykarma {

/// Keeps the states of one search in a work folder: the last two of them, in two files that are written by turns, so
/// that one is whole whatever happens to the other. Stops the search when a signal asks for that.
class Checkpoints final : public SearchKeeper {
public:
    /// Whether a search goes on from a checkpoint: never, without a look; if there are any, one of which then has to be
    /// usable; or from one that is usable.
    enum class Resume { no, if_any, if_usable };

    /// Collective. Files are <name>-a.h5 and <name>-b.h5.
    Checkpoints(WorkFolder& folder, const std::string& name, CheckpointIdentity identity, CheckpointClock clock,
                Resume resume, const Collective& ranks);

    /// Where checkpoints of that name are.
    [[nodiscard]] static std::array<std::filesystem::path, 2> files(const WorkFolder& folder, const std::string& name);

    /// Throws IoError, the same on all ranks, when there are checkpoints that the search would overwrite. Collective.
    void require_none() const;

    std::vector<int> resumed_balances() override;
    /// The newest state that can be used; those that cannot are named on standard error, with the reason. Throws
    /// IoError, the same on all ranks, when one has to be and is not.
    std::optional<SearchState> resumed(const Part& part) override;
    Wish wish(long iterations) override { return clock_.wish(iterations); }
    void keep(SearchState state) override;

    /// Whether there is a file that looks as if the search can go on from it. Collective.
    [[nodiscard]] bool has_usable() { return resume_ != Resume::no && !candidates().empty(); }
    [[nodiscard]] const CheckpointClock& clock() const { return clock_; }
    /// The latest good file, if there is one.
    [[nodiscard]] std::optional<std::filesystem::path> latest() const;
    /// When the search has ended and its result is safe. Not collective.
    void remove() const;

private:
    [[nodiscard]] bool has_files() const;
    /// Files with checkpoints of this search, by the look of it, the newest first.
    [[nodiscard]] std::vector<std::size_t> usable_files() const;
    /// The same on every rank, found once: not every rank sees a shared file system alike at every moment.
    [[nodiscard]] const std::vector<std::byte>& candidates();

    WorkFolder& folder_;
    CheckpointIdentity identity_;
    Resume resume_;
    Collective ranks_;
    std::string prefix_;  ///< of the names of its files
    std::array<std::filesystem::path, 2> files_;
    std::optional<std::vector<std::byte>> candidates_;  ///< numbers of files, the newest first
    long sequence_ = 0;     ///< of the newest good checkpoint; 0: none
    std::size_t next_ = 0;  ///< file that the next one goes to: never that of the newest
    CheckpointClock clock_;
    long resumed_iterations_ = -1;  ///< of the state that this run went on from
};

}  // namespace polykarma
