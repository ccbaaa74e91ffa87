#include "io/checkpoint_clock.hpp"

#include <array>

#include "parallel/stop_request.hpp"

namespace polykarma {

CheckpointClock::CheckpointClock(WorkFolder& folder, const CheckpointInterval& interval, const Collective& ranks)
    : folder_(&folder), interval_(interval), ranks_(ranks) {}

KeepingWish CheckpointClock::wish(long steps) {
    steps_ = steps;
    folder_->refresh();
    const bool many = interval_.iterations && steps - kept_steps_ >= *interval_.iterations;
    const bool late = ranks_.is_root() && Clock::now() - kept_ >= interval_.time;
    std::array<double, 2> wanted{stop_signalled() ? 1.0 : 0.0, many || late ? 1.0 : 0.0};
    ranks_.maximum(wanted);
    if (wanted[0] != 0.0) return KeepingWish::state_and_stop;
    return wanted[1] != 0.0 ? KeepingWish::state : KeepingWish::nothing;
}

void CheckpointClock::kept() {
    kept_ = Clock::now();
    kept_steps_ = steps_;
}

}  // namespace polykarma
