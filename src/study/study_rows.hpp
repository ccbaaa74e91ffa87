#pragma once

#include <functional>
#include <span>
#include <string>

#include "config/study.hpp"
#include "io/study_file.hpp"
#include "io/summary.hpp"

namespace polykarma {

/// The key of a point or a design in files.
[[nodiscard]] PointKey key_of(const StudyConfig& study, const StudyPoint& point, std::size_t index);

/// The row of a point that could not be computed: what is unknown of it is not 0.
[[nodiscard]] StudyRow failed_row(const PointKey& key, const std::string& error);
[[nodiscard]] StudyRow solved_row(const PointKey& key, const EquilibriumSummary& summary);

/// Axes and variables become columns beside those of every study: throws InputError for one that is called like those.
void require_free_names(const StudyConfig& study);

/// What axes, starts and variables set is not overridden: their labels would lie. Throws InputError.
void require_free_keys(const StudyConfig& study, std::span<const std::string> overrides);

/// A mistake in the overrides fails every point: then it is the input that is wrong, not a point. Throws the InputError
/// of the first of point(0), ..., point(count - 1) if none is an economy that can be solved by so many ranks.
void require_a_point(const StudyConfig& study, std::size_t count, const std::function<StudyPoint(std::size_t)>& point,
                     std::span<const std::string> overrides, int ranks = 1);

}  // namespace polykarma
