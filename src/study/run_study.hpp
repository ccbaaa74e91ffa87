#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "config/study.hpp"
#include "equilibrium/evolutionary.hpp"
#include "io/checkpoints.hpp"
#include "io/study_file.hpp"
#include "io/summary.hpp"
#include "parallel/collective.hpp"
#include "study/study_journal.hpp"

namespace polykarma {

/// Told before each point this rank solves; returns who is told about its iterations.
using PointProgress = std::function<Progress(std::size_t index, const EconomyConfig& economy)>;

/// A solved study: rows in the order of its points. Only the root has it.
struct StudyOutcome {
    StudyResults results;
    std::vector<EquilibriumSummary> summaries;  ///< [row]; empty for failed points
    std::vector<double> seconds;                ///< [row], wall clock of the point
    std::size_t missing = 0;                    ///< points of which nothing is known
    std::size_t without_image = 0;              ///< of those whose full equilibria are wanted
    StudyTiming timing;                         ///< of this run
    bool stopped = false;                       ///< before all of its points were computed
    bool shard = false;                         ///< a part of the points was to be computed

    /// Whether there are rows: those of a part, or of what is to be gone on with, stay in the journals.
    [[nodiscard]] bool is_collected() const { return !stopped && !shard; }
};

/// What a study computes beside the equilibria of its points.
enum class StudyExtent { equilibria, with_stability };

/// How a study is run: what its results do not depend on, but for `extent` and `warm_start`.
struct StudyRun {
    StudyExtent extent = StudyExtent::equilibria;
    /// Along the last group of axes every point is started from the equilibrium of the one before it, where that is one
    /// and both have the same states and conserve the same karma.
    bool warm_start = false;
    int ranks_per_economy = 1;  ///< at least; 0: as many as the economies need
    /// Whose full equilibria are kept; empty: of all points.
    std::function<bool(std::size_t point)> is_full{};
    std::optional<JournalFolder> folder{};  ///< where journals are kept; locked while it solves
    bool solve = true;                      ///< or only collect what is known
    std::function<bool()> stop{};           ///< asked of every rank between units of work
    CheckpointInterval interval{};          ///< of the states of points being solved, in the folder
};

/// Solves the points of a study that are not known yet. The ranks form teams, which take points one after the other,
/// those that are predicted to take longest first; a point that fails becomes a row with its reason and stops nobody.
/// Every rank calls; the root collects what all have found into `file` (may be null elsewhere and when nothing is to be
/// written), unless it was stopped or is a shard. Throws InputError on every rank, before anything is solved, when no point at all can be built or an axis is
/// named like a column of the results, and what StudyJournal throws; IoError on the root, after hearing all ranks.
[[nodiscard]] StudyOutcome run_study(const StudyConfig& study, std::span<const std::string> overrides,
                                     const Collective& ranks, StudyFile* file, const PointProgress& progress,
                                     const StudyRun& how = {});

}  // namespace polykarma
