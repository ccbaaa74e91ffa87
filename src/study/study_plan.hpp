#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "config/study.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// The points of a study as units of work, computed from their numbers: every point alone, or chains of the points
/// along the last group of axes from one start, which are solved one from the other.
class WorkUnits {
public:
    WorkUnits(const StudyConfig& study, bool chains);

    [[nodiscard]] std::size_t count() const { return points_ / length_; }
    /// Points of every unit.
    [[nodiscard]] std::size_t length() const { return length_; }
    /// The point at a step of a unit.
    [[nodiscard]] std::size_t point(std::size_t unit, std::size_t step) const {
        return unit / stride_ * stride_ * length_ + unit % stride_ + step * stride_;
    }
    /// The unit of a point.
    [[nodiscard]] std::size_t unit(std::size_t point) const {
        return point / (stride_ * length_) * stride_ + point % stride_;
    }
    /// All points of a unit, step by step.
    [[nodiscard]] std::vector<std::size_t> points(std::size_t unit) const;

private:
    std::size_t points_;
    std::size_t length_;
    std::size_t stride_;  ///< between the points of a chain
};

/// What a solve of an economy is expected to take, to put the long ones first.  [state-action pairs * steps, in units
/// of those that the pace of the economy files takes]
[[nodiscard]] double predicted_work(const EconomyConfig& economy);

/// The order in which units are taken, and by how many ranks each.
struct StudyPlan {
    std::vector<std::size_t> order;  ///< longest predicted first, equally long ones in their order
    int ranks_per_economy = 1;
};

/// Plans these units; `ranks_per_economy` 0 is for the plan to choose: as many as the memory limit of every economy
/// asks for, and as large ones keep busy while there are more ranks than units. Collective: every rank reads a share of
/// the economies, and all have the plan. What is no economy goes last.
[[nodiscard]] StudyPlan plan_study(const StudyConfig& study, std::span<const std::string> overrides,
                                   const WorkUnits& units, std::vector<std::size_t> pending, int ranks_per_economy,
                                   const Collective& ranks);

}  // namespace polykarma
