#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agents/population_measures.hpp"
#include "base/message.hpp"
#include "io/summary.hpp"

namespace polykarma {

/// What is kept of a point of a study, or of a reference of its agents, once it has been computed.
struct PointRecord {
    std::size_t point = 0;  ///< kFirstReference + number for a reference
    std::uint64_t identity = 0;  ///< of the economy and of how it was solved: another after an edit of the study
    std::string error{};         ///< why it could not be computed; empty otherwise
    double seconds = 0.0;        ///< wall clock of the solve
    std::optional<std::size_t> warm_from{};  ///< the point whose equilibrium it was started from
    EquilibriumSummary summary{};            ///< empty for a failed point, and of a reference
    std::optional<PopulationMeasures> agents{};  ///< who played it
    std::vector<std::byte> image{};          ///< the full equilibrium where it is wanted
};

[[nodiscard]] MessageWriter packed(const PointRecord& record);
[[nodiscard]] PointRecord unpacked_point(MessageReader& message);

}  // namespace polykarma
