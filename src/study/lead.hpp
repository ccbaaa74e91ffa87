#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "io/study_file.hpp"

namespace polykarma {

/// By how much agents fare better under one value of an axis than under the other, all else alike.
struct Lead {
    std::vector<std::string> labels;   ///< [other axis]
    std::array<Estimate, 3> measures;  ///< as kLeadMeasures: differences, with their standard errors
};
inline constexpr std::array<const char*, 3> kLeadMeasures{"efficiency", "access fairness", "reward fairness"};

/// A difference of less than so many standard errors says nothing.
inline constexpr double kDecided = 2.0;
[[nodiscard]] bool is_decided(const Estimate& lead);

/// One axis whose two values are held against each other, wherever both were played.
struct Comparison {
    std::string axis, ahead, behind;  ///< its label that comes last, less the one that comes first
    std::vector<std::string> others;  ///< the other axes
    std::vector<Lead> leads;
};

/// Of the first axis with two labels; the best equilibria of both. Nothing without such an axis or such a pair.
[[nodiscard]] std::optional<Comparison> compared(const StudyResults& results);

}  // namespace polykarma
