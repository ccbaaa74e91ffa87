#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "config/any_value.hpp"
#include "config/economy.hpp"

namespace polykarma {

/// One direction of a study: a key of the base economy and the values it takes.
struct StudyAxis {
    std::string name;
    std::string key;                  ///< dotted, as in overrides: "resource.*.redistribution"
    std::vector<AnyValue> values;     ///< as TOML
    std::vector<std::string> labels;  ///< one per value
};

/// One economy of a study and the policy it is solved from.
struct StudyPoint {
    std::vector<std::string> labels;  ///< one per axis
    PolicyStart start = PolicyStart::even;
    std::vector<std::string> overrides;  ///< `key=value`, one per axis
    std::vector<SourceLocation> places;  ///< where each override is written
};

/// A grid of economies around a base: every combination of the axes' values, from every start.
struct StudyConfig {
    std::string title;
    std::string description;
    std::string base;  ///< economy file as written, relative to the study file
    std::vector<PolicyStart> starts;
    std::vector<StudyAxis> axes;

    std::filesystem::path file;
    std::filesystem::path base_file;
    std::string base_text;  ///< read once, so that all points belong to the same economy

    /// Number of points.
    [[nodiscard]] std::size_t size() const;
    /// The point at a position: the last axis moves faster than the ones before it, the starts fastest of all.
    [[nodiscard]] StudyPoint point(std::size_t index) const;
};

inline constexpr std::size_t max_study_points = 1'000'000;

/// Up to here every point is read when the study is; of larger studies every value is, beside the first values of the
/// other axes (a combination that cannot be then shows only when its point is built).
inline constexpr std::size_t max_checked_points = 10'000;

/// Reads a study file and its base economy. Throws InputError with the study's file and line, IoError.
[[nodiscard]] StudyConfig read_study(const std::filesystem::path& file);

/// The economy of one point, its start included, with further overrides (`key=value`) applied last.
[[nodiscard]] EconomyConfig economy_of(const StudyConfig& study, const StudyPoint& point,
                                       std::span<const std::string> overrides = {});

}  // namespace polykarma
