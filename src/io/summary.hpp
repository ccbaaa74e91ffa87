#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/record.hpp"

namespace polykarma {

/// What tables say about one equilibrium: everything but the fields over states.
struct EquilibriumSummary {
    std::string title;
    std::string start;
    std::string reason;
    bool certified = false;
    double lambda = 0.0;
    double lambda_asked = 0.0;  ///< smaller where that left too much to gain
    double amplitude = 0.0;     ///< of a cycle: the largest stationarity in it
    long iterations = 0;
    std::vector<std::string> types;
    std::vector<std::string> stages;
    std::vector<std::string> accounts{}, urgencies{};  ///< empty of what was read from a file
    Welfare welfare;
    Tolerance tolerance;
    Certificate certificate;
    std::optional<Stability> stability{};        ///< where it is known
    std::vector<std::vector<double>> bid_share;  ///< nu [stage][action]
    std::vector<double> price_level;             ///< [stage]; NaN where it is not known
    Marginals marginals{};                       ///< empty of what was read from a file
    double seconds = 0.0;                        ///< wall clock of the search where it is known, else 0
};

/// Of a state in memory.
[[nodiscard]] EquilibriumSummary summary_of(const EquilibriumRecord& record);

/// From a file, or from a group of a study file. Throws IoError.
[[nodiscard]] EquilibriumSummary read_summary(const std::filesystem::path& file, const std::string& group = "/");
/// From an image that to_image made.
[[nodiscard]] EquilibriumSummary read_summary(std::span<const std::byte> image);

}  // namespace polykarma
