#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "config/any_value.hpp"
#include "config/sample.hpp"

namespace polykarma {

/// How computed values lie between their ends.
enum class AxisSpacing { linear, log };

/// One direction of a study: a key of the base economy and the values it takes. They are listed (values), computed
/// from one end to the other (from, to, count), or coordinates of the points of a sample (lower, upper).
struct StudyAxis {
    static constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

    std::string name;
    std::string key;                  ///< dotted, as in overrides: "resource.*.redistribution"
    std::vector<AnyValue> values{};   ///< as TOML
    std::vector<std::string> labels{};  ///< one per listed value
    double from = kAbsent;
    double to = kAbsent;
    int count = 0;
    double lower = kAbsent;
    double upper = kAbsent;
    AxisSpacing spacing = AxisSpacing::linear;
    std::string zip{};  ///< axes of one name advance together; empty: alone

    SourceLocation where{};      ///< of its values
    SampleConfig sample{};       ///< of the study, for a sampled axis
    std::size_t coordinate = 0;  ///< of the sample's points

    [[nodiscard]] bool is_sampled() const { return !std::isnan(lower); }
    [[nodiscard]] bool is_listed() const { return !values.empty(); }
    [[nodiscard]] std::size_t size() const;
    /// Computed values have twelve digits, like their label: what a table says is what was set, and standard libraries
    /// that round differently agree. Within the ends.
    [[nodiscard]] AnyValue value(std::size_t position) const;
    [[nodiscard]] std::string label(std::size_t position) const;
};

struct ReadState;

/// Checks the axes of one study against each other and completes what follows from other keys. Throws InputError.
void complete_axes(std::vector<StudyAxis>& axes, const SampleConfig& sample, const ReadState& state);

/// Axes that advance together.
struct AxisGroup {
    std::vector<std::size_t> axes;
    std::size_t size;
};

/// In the order of their first axes.
[[nodiscard]] std::vector<AxisGroup> groups_of(const std::vector<StudyAxis>& axes);

}  // namespace polykarma
