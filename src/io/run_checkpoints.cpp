#include "io/run_checkpoints.hpp"

#include <cstdio>
#include <system_error>

#include "base/error.hpp"
#include "io/agreed.hpp"

namespace polykarma {

RunCheckpoints::RunCheckpoints(WorkFolder& folder, std::string identity, const CheckpointInterval& interval,
                               Checkpoints::Resume resume, std::size_t exogenous, const Collective& ranks)
    : folder_(folder),
      identity_(std::move(identity)),
      exogenous_(exogenous),
      ranks_(ranks),
      file_(folder.path() / "runs.h5"),
      clock_(folder, interval, ranks) {
    if (ranks_.is_root()) folder.remove_unfinished(file_.filename().string());
    const bool there = agreed(ranks_, [&] {
        std::error_code error;
        const bool found = std::filesystem::exists(file_, error);
        if (found && resume == Checkpoints::Resume::no)
            throw IoError(folder_.path().string(), "holds a checkpoint of a simulation",
                          "--resume continues it; to begin afresh, remove runs.h5 or use another --work-dir");
        return found;
    });
    if (!there) return;
    KeptRuns kept = agreed(ranks_, [&] { return read_kept_runs(file_, identity_); });
    ended_ = std::move(kept.ended);
    open_ = std::move(kept.run);
    resumes_ = true;
    if (ranks_.is_root())
        std::fprintf(stderr, "polykarma: note: %s: going on with run %zu after %u periods\n", file_.c_str(),
                     ended_.size() + 1, open_->state.periods);
}

std::optional<OpenRun> RunCheckpoints::resumed(Population& agents) {
    if (!open_) return {};
    agreed(ranks_, [&] { read_agents(file_, exogenous_, agents); });
    clock_.restart(open_->state.periods);
    return std::exchange(open_, std::nullopt);
}

void RunCheckpoints::keep(const OpenRun& run, const Population& agents) {
    folder_.require_held(ranks_);
    write_run_checkpoint(file_, identity_, ended_, run, agents, ranks_);
    clock_.kept();
}

void RunCheckpoints::end(const Trace& trace) {
    ended_.push_back(trace);
    clock_.restart(0);
}

void RunCheckpoints::remove() const {
    if (!ranks_.is_root()) return;
    std::error_code gone;
    std::filesystem::remove(file_, gone);
}

}  // namespace polykarma
