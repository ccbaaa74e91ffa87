#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agents/trace.hpp"
#include "io/checkpoints.hpp"
#include "io/run_checkpoint.hpp"
#include "io/work_folder.hpp"

namespace polykarma {

/// Keeps the runs of one simulation in a work folder: runs.h5, which is replaced as a whole. Stops the run when a signal
/// asks for that.
class RunCheckpoints final : public RunKeeper {
public:
    /// Collective. Throws IoError, the same on all ranks, when a simulation that begins afresh would overwrite a
    /// checkpoint, or one that goes on cannot use it.
    ///   exogenous: number of exogenous states of the economy
    RunCheckpoints(WorkFolder& folder, std::string identity, const CheckpointInterval& interval,
                   Checkpoints::Resume resume, std::size_t exogenous, const Collective& ranks);

    /// Whether there was something to go on from.
    [[nodiscard]] bool resumes() const { return resumes_; }
    std::vector<Trace> ended() override { return ended_; }
    std::optional<OpenRun> resumed(Population& agents) override;
    Wish wish(std::uint32_t periods) override { return clock_.wish(periods); }
    void keep(const OpenRun& run, const Population& agents) override;
    void end(const Trace& trace) override;

    [[nodiscard]] const std::filesystem::path& file() const { return file_; }
    /// When the simulation has ended and its result is safe.
    void remove() const;

private:
    WorkFolder& folder_;
    std::string identity_;
    std::size_t exogenous_;
    Collective ranks_;
    std::filesystem::path file_;
    std::vector<Trace> ended_;
    std::optional<OpenRun> open_;  // to go on from, until it is asked for
    bool resumes_ = false;
    CheckpointClock clock_;
};

}  // namespace polykarma
