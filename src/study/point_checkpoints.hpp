#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/checkpoints.hpp"

namespace polykarma {

/// Checkpoints of the points of a study that are being solved, in its work folder.
class PointCheckpoints {
public:
    /// Looks once for what earlier runs have left, and removes that of points that nobody will go on with. Collective.
    PointCheckpoints(WorkFolder& folder, const CheckpointInterval& interval,
                     const std::function<bool(std::size_t point)>& is_done, const Collective& ranks);

    /// Whether an earlier run has left something of a point.
    [[nodiscard]] bool has(std::size_t point) const;
    /// Collective over the team that solves the point.
    [[nodiscard]] std::unique_ptr<Checkpoints> of(std::size_t point, const CheckpointIdentity& identity,
                                                  const CheckpointClock& clock, const Collective& team) const;
    [[nodiscard]] CheckpointClock clock(const Collective& team) const { return {folder_, interval_, team}; }
    /// Whatever there is of a point, and what that was begun from. Not collective.
    void remove(std::size_t point) const;
    [[nodiscard]] std::string start_of(std::size_t point) const;

private:
    WorkFolder& folder_;
    CheckpointInterval interval_;
    std::vector<std::size_t> begun_;  // sorted
};

/// Those of points that a team solves one after the other, each from the one before. When the next checkpoint is due does
/// not depend on where one point ends and the next begins; the newest is kept until there is a newer one.
class UnitCheckpoints {
public:
    /// Collective over the team, like all that follows.
    UnitCheckpoints(const PointCheckpoints& kept, const Collective& team);

    /// Whether an earlier run has left something of a point. Not collective.
    [[nodiscard]] bool has(std::size_t point) const { return kept_.has(point); }
    /// What the search of a point was begun from beside its economy, by what has been left of it; perhaps nothing.
    [[nodiscard]] std::string start_of(std::size_t point) const;
    /// Of the point at hand.
    [[nodiscard]] Checkpoints& of(std::size_t point, const CheckpointIdentity& identity);
    /// It has been solved, or was stopped.
    void leave();
    /// All points have been solved: nothing is left of them.
    void end(std::span<const std::size_t> points);

private:
    const PointCheckpoints& kept_;
    Collective team_;
    CheckpointClock clock_;  // as of the last point left
    std::size_t point_ = 0;
    std::unique_ptr<Checkpoints> now_;     // of the point
    std::unique_ptr<Checkpoints> newest_;  // of a point before, the last one in which there was a checkpoint
};

}  // namespace polykarma
