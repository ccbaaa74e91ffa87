#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "study/point_checkpoints.hpp"
#include "study/run_study.hpp"
#include "study/study_plan.hpp"

namespace polykarma {

/// Solves points of a study with a team of ranks.
class StudySolver {
public:
    /// All arguments outlive it.
    StudySolver(const StudyConfig& study, std::span<const std::string> overrides, const StudyRun& how);

    /// What results depend on beside the study.
    [[nodiscard]] std::string manner() const;
    /// Of a point: of its economy, or why it is none.
    [[nodiscard]] std::uint64_t identity(std::size_t point) const;

    /// tell(record) for every point of a unit, in their order, until the run is asked to stop. Every rank of the team
    /// calls and is told; the images are its root's.
    ///   kept: where to keep the state of the point that is being solved; may be null
    void solve_unit(const WorkUnits& units, std::size_t unit, const Collective& team, const PointProgress& progress,
                    const PointCheckpoints* kept, const std::function<void(const PointRecord& record)>& tell);

    /// Inside solves, of this rank.
    [[nodiscard]] double seconds() const { return seconds_; }
    /// Told by this rank as root of its team.
    [[nodiscard]] std::size_t points() const { return points_; }

private:
    struct Solved;
    [[nodiscard]] PointRecord solve_point(std::size_t index, const Collective& team, const PointProgress& progress,
                                          const PointCheckpoints* kept, std::unique_ptr<Checkpoints>& checkpoints,
                                          std::optional<Solved>& last);

    const StudyConfig& study_;
    std::span<const std::string> overrides_;
    const StudyRun& how_;
    double seconds_ = 0.0;
    std::size_t points_ = 0;
};

}  // namespace polykarma
