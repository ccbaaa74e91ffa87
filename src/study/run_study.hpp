#pragma once

#include <functional>
#include <span>
#include <string>

#include "config/study.hpp"
#include "equilibrium/evolutionary.hpp"
#include "io/study_file.hpp"
#include "io/summary.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// Told before each point this rank solves; returns who is told about its iterations.
using PointProgress = std::function<Progress(std::size_t index, const EconomyConfig& economy)>;

/// A solved study: rows in the order of its points. Only the root has it.
struct StudyOutcome {
    StudyResults results;
    std::vector<EquilibriumSummary> summaries;  ///< [row]; empty for failed points
    std::vector<double> seconds;                ///< [row], wall clock of the point
};

/// What a study computes beside the equilibria of its points.
enum class StudyExtent { equilibria, with_stability };

/// Solves every point of a study. Points are dealt round robin to the ranks; a point that fails becomes a row with its
/// reason and stops nobody. Every rank calls; the root collects the points into `file` (may be null elsewhere and when
/// nothing is to be written). Throws InputError on every rank, before anything is solved, when no point at all can be
/// built or an axis is named like a column of the results; IoError on the root, after hearing all ranks.
[[nodiscard]] StudyOutcome run_study(const StudyConfig& study, std::span<const std::string> overrides,
                                     const Collective& ranks, StudyFile* file, const PointProgress& progress,
                                     StudyExtent extent = StudyExtent::equilibria);

}  // namespace polykarma
