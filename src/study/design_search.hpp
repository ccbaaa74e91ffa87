#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "config/study.hpp"
#include "equilibrium/evolutionary.hpp"
#include "io/study_file.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// Told before each economy this rank solves (evaluation 0: the base's own); returns who is told about its iterations.
using DesignProgress = std::function<Progress(std::size_t design, long evaluation, const EconomyConfig& economy)>;

/// The best design of a study with variables. Only the root has it.
struct DesignOutcome {
    DesignResults results;
    std::vector<std::optional<StudyRow>> base;  ///< [design] the base's own values of the variables, if within bounds
    std::optional<std::size_t> best;            ///< design of the best point of all
};

/// The Nash welfare that the search maximises.
[[nodiscard]] double objective_of(const StudyConfig& study, const StudyRow& row);

/// Maximises Nash welfare over the variables of a study, for every combination of its axes' values. An economy counts
/// with the certified equilibrium reached from the study's first start; which one that is can jump from point to point,
/// so that the search makes no use of derivatives. An economy without one counts as minus infinity and is a row with
/// its reason. The base economy's own values of the variables are solved first, outside the budget.
/// The ranks take combinations as they get free; every rank calls. The root collects; the best point of every
/// combination goes into `file` (may be null elsewhere and when nothing is to be written).
/// Throws InputError on every rank, before anything is solved, when the study has no variables, a name is that of a
/// result, an override sets a variable, or no combination can be built at the variables' starts; IoError on the root,
/// after hearing all ranks.
[[nodiscard]] DesignOutcome search_designs(const StudyConfig& study, std::span<const std::string> overrides,
                                           const Collective& ranks, StudyFile* file, const DesignProgress& progress);

}  // namespace polykarma
