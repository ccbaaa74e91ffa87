#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "study/play.hpp"
#include "study/point_checkpoints.hpp"
#include "study/run_study.hpp"
#include "study/study_plan.hpp"

namespace polykarma {

/// Who watches the points of a study being solved, and who keeps them.
struct StudyCompany {
    PointProgress progress;
    const PointCheckpoints* kept = nullptr;  ///< where to keep the state of the point that is being solved; may be null
    std::function<bool(std::size_t point)> is_known;
    std::function<void()> alive;             ///< told on the root of a team now and then
};

/// Solves points of a study with a team of ranks, and lets agents play them where the study asks for that.
class StudySolver {
public:
    /// All arguments outlive it.
    StudySolver(const StudyConfig& study, std::span<const std::string> overrides, const StudyRun& how);

    /// Above the numbers of all records: points, and references from kFirstReference on.
    [[nodiscard]] std::size_t records() const {
        return references_.empty() ? study_.size() : kFirstReference + references_.size();
    }
    /// What results depend on beside the study.
    [[nodiscard]] std::string manner() const;
    /// Of a record: of its economy, or why it is none; 0 of a number that no record of this study has.
    [[nodiscard]] std::uint64_t identity(std::size_t record) const;

    /// tell(record) for every point of a unit that is not known, in their order, until the run is asked to stop. Every
    /// rank of the team calls and is told; the images are its root's. Of points that are known, those are solved again
    /// whose equilibria others are started from.
    void solve_unit(const WorkUnits& units, std::size_t unit, const Collective& team, const StudyCompany& company,
                    const std::function<void(const PointRecord& record)>& tell);

    /// Populations without karma that are to play, too.
    [[nodiscard]] const std::vector<Reference>& references() const { return references_; }
    /// One of them, which every rank of the team is told; nothing when the run is asked to stop.
    [[nodiscard]] std::optional<PointRecord> solve_reference(std::size_t number, const Collective& team,
                                                             const StudyCompany& company);

    /// Inside solves and simulations, of this rank.
    [[nodiscard]] double seconds() const { return seconds_; }
    /// Told by this rank as root of its team.
    [[nodiscard]] std::size_t points() const { return points_; }
    /// Units and references that this rank has brought to their end as root of its team.
    [[nodiscard]] std::size_t units() const { return units_; }

private:
    struct Solved;
    struct Step;
    struct Entry;
    [[nodiscard]] std::vector<Step> steps_of(const WorkUnits& units, std::size_t unit) const;
    [[nodiscard]] Entry entry_of(std::span<const Step> steps, UnitCheckpoints& checkpoints,
                                 const std::function<bool(std::size_t point)>& is_known) const;
    [[nodiscard]] PointRecord solve_point(const Step& step, bool goes_on_warm, const Collective& team,
                                          const StudyCompany& company, UnitCheckpoints* checkpoints,
                                          std::optional<Solved>& last);
    /// What agents make of an equilibrium, or why they cannot play it.
    void play_point(const EconomyConfig& economy, const EquilibriumRecord& record, const Collective& team,
                    const StudyCompany& company, PointRecord& point);

    const StudyConfig& study_;
    std::span<const std::string> overrides_;
    const StudyRun& how_;
    std::vector<Reference> references_;
    double seconds_ = 0.0;
    std::size_t points_ = 0;
    std::size_t units_ = 0;
};

}  // namespace polykarma
