#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/checkpoints.hpp"

namespace polykarma {

/// Checkpoints of the points of a study that are being solved, in its work folder.
class PointCheckpoints {
public:
    /// Looks once for what earlier runs have left, and removes that of points that are known by now. Collective.
    PointCheckpoints(WorkFolder& folder, const CheckpointInterval& interval,
                     const std::function<bool(std::size_t point)>& is_known, const Collective& ranks);

    /// Of a point that a team solves. Collective over the team.
    ///   start: what it is started from beside its economy, in words; empty: nothing
    [[nodiscard]] std::unique_ptr<Checkpoints> of(std::size_t point, std::string economy, std::string start,
                                                  const Collective& team) const;

private:
    WorkFolder& folder_;
    CheckpointInterval interval_;
    std::vector<std::size_t> begun_;  // sorted
};

}  // namespace polykarma
