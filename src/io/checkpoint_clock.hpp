#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "base/keeping_wish.hpp"
#include "io/work_folder.hpp"

namespace polykarma {

/// When states are written, beside when the run is asked to stop.
struct CheckpointInterval {
    std::chrono::duration<double> time{300.0};
    std::optional<long> iterations;
};

/// Says when the next checkpoint is due, by time, by steps or because a signal asks the run to stop; and tells others,
/// through the lock of the work folder, that the run lives.
class CheckpointClock {
public:
    CheckpointClock(WorkFolder& folder, const CheckpointInterval& interval, const Collective& ranks);

    /// After so many steps. Collective; cheap enough for every one of them.
    [[nodiscard]] KeepingWish wish(long steps);
    /// A checkpoint has been written, after the steps of the last question.
    void kept();
    /// The run goes on, or begins again, after so many steps.
    void restart(long steps) { steps_ = kept_steps_ = steps; }
    /// Steps are counted from none again; those since the last checkpoint remain counted.
    void begin_next() { kept_steps_ -= std::exchange(steps_, 0); }

private:
    using Clock = std::chrono::steady_clock;
    WorkFolder* folder_;
    CheckpointInterval interval_;
    Collective ranks_;
    Clock::time_point kept_ = Clock::now();
    long steps_ = 0;       ///< at the last question
    long kept_steps_ = 0;  ///< at the last checkpoint
};

}  // namespace polykarma
