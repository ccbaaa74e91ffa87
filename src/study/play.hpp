#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "agents/population_measures.hpp"
#include "config/study.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// A population of a study that plays without karma: the same for all designs that differ in nothing else.
struct Reference {
    Allocation allocation;
    EconomyConfig economy;            ///< without all that such an allocation does not depend on
    std::vector<std::string> labels;  ///< [axis] of its designs; kAnyLabel where they differ
};

/// Records number references from here: behind all points, however many a study comes to have.
inline constexpr std::size_t kFirstReference = max_study_points;

/// The references of a study, each population once, in the order of its designs. Those of designs that are no economies
/// are left out.
[[nodiscard]] std::vector<Reference> references_of(const StudyConfig& study, std::span<const std::string> overrides);

/// What they come by in an infinitely large population: mean payoff of everybody, and access of every type where it is
/// known.
struct ExactReference {
    double efficiency;
    std::vector<double> access;  ///< [type]
};
[[nodiscard]] ExactReference exact(const Reference& reference);

/// Called after every period: so that others know that the run lives, and asked whether it is to stop (may be empty).
struct PlayAttendance {
    std::function<void()> alive;
    std::function<bool()> stop;
};

/// What agents experience who play an equilibrium by its policy; `image` as to_image made it, on all ranks.
///   economy: with the lattice of the equilibrium
/// Collective; a small population is played by every rank for itself. The ranks change nothing in the result.
/// Throws InputError for a population that cannot play this economy, and Stopped.
[[nodiscard]] PopulationMeasures play_equilibrium(const EconomyConfig& economy, std::span<const std::byte> image,
                                                  const SimulationConfig& simulation, const Collective& team,
                                                  const PlayAttendance& attendance);

[[nodiscard]] PopulationMeasures play_reference(const Reference& reference, const SimulationConfig& simulation,
                                                const Collective& team, const PlayAttendance& attendance);

}  // namespace polykarma
