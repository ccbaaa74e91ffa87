#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

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

    /// tell(record) for every point of a unit that is not known, in their order, until the run is asked to stop. Every
    /// rank of the team calls and is told; the images are its root's. Of points that are known, those are solved again
    /// whose equilibria others are started from.
    ///   kept: where to keep the state of the point that is being solved; may be null
    void solve_unit(const WorkUnits& units, std::size_t unit, const Collective& team, const PointProgress& progress,
                    const PointCheckpoints* kept, const std::function<bool(std::size_t point)>& is_known,
                    const std::function<void(const PointRecord& record)>& tell);

    /// Inside solves, of this rank.
    [[nodiscard]] double seconds() const { return seconds_; }
    /// Told by this rank as root of its team.
    [[nodiscard]] std::size_t points() const { return points_; }
    /// Units that this rank has brought to their end as root of its team.
    [[nodiscard]] std::size_t units() const { return units_; }

private:
    struct Solved;
    struct Step;
    struct Entry;
    [[nodiscard]] std::vector<Step> steps_of(const WorkUnits& units, std::size_t unit) const;
    [[nodiscard]] Entry entry_of(std::span<const Step> steps, UnitCheckpoints& checkpoints,
                                 const std::function<bool(std::size_t point)>& is_known) const;
    [[nodiscard]] PointRecord solve_point(const Step& step, bool goes_on_warm, const Collective& team,
                                          const PointProgress& progress, UnitCheckpoints* checkpoints,
                                          std::optional<Solved>& last);

    const StudyConfig& study_;
    std::span<const std::string> overrides_;
    const StudyRun& how_;
    double seconds_ = 0.0;
    std::size_t points_ = 0;
    std::size_t units_ = 0;
};

}  // namespace polykarma
