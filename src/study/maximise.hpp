#pragma once

#include <functional>
#include <span>
#include <vector>

#include "config/study.hpp"

namespace polykarma {

/// Where a search may go.
struct SearchBox {
    std::vector<double> lower, upper;  ///< [variable], lower < upper
    std::vector<double> start;         ///< [variable], within the box
};

/// The value of a point; NaN or an infinity says that it has none.
using Objective = std::function<double(std::span<const double> point)>;

/// Evaluates points of the box in search of the largest value, one after the other, without derivatives and without
/// chance: the same values give the same points. A point without value counts less than any seen so far.
///   algorithm direct   divides the box, beginning at its middle: DIRECT in its locally biased form (Gablonsky, Kelley,
///                      A locally-biased form of the DIRECT algorithm, 2001)
///             sbplx    Nelder and Mead's simplices in subspaces (Rowan's Subplex), from the start
///   evaluations        not exceeded
///   tolerance          ends sbplx: share of upper - lower, on every variable. DIRECT keeps coarse boxes on its list
///                      and never knows a variable this well; it uses its evaluations
/// The caller sees every point and remembers the best.   Throws what the objective throws
void maximise(const DesignConfig& design, const SearchBox& box, const Objective& objective);

}  // namespace polykarma
