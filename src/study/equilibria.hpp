#pragma once

#include <filesystem>
#include <vector>

#include "io/study_file.hpp"
#include "io/summary.hpp"

namespace polykarma {

/// Two certified states of one economy are the same equilibrium when their bid shares and payoffs agree this well.
inline constexpr double kSameBidShares = 1e-3;  ///< on || nu - nu' ||_1, summed over stages
inline constexpr double kSamePayoff = 1e-4;     ///< on every payoff

[[nodiscard]] bool same_equilibrium(const EquilibriumSummary& a, const EquilibriumSummary& b);

/// Numbers the distinct certified equilibria of each design, from 1, in the order of the rows; rows of one design share
/// their labels. Rows and summaries belong together; a failed point has an empty summary.
void number_equilibria(std::vector<StudyRow>& rows, const std::vector<EquilibriumSummary>& summaries);

/// Reads published values: a CSV file with a column per axis and columns <type>_en, SW_en, <type>_ex, SW_ex; lines
/// that start with # are its source. Throws InputError with file and line.
[[nodiscard]] PublishedTable read_published(const std::filesystem::path& file, const std::vector<std::string>& axes);

/// The published row of a design: its values by the order of the table's number columns; empty without one.
[[nodiscard]] std::vector<double> published_row(const PublishedTable& published, const StudyResults& results,
                                                const StudyRow& row);

/// The row's own values in the order of the table's number columns.
[[nodiscard]] std::vector<double> values_like(const PublishedTable& published, const StudyResults& results,
                                              const StudyRow& row);

/// Fills published_distance of every row: the largest difference over the columns; NaN without a published row, or
/// when a published column is not among ours.
void measure_distances(StudyResults& results, const PublishedTable& published);

}  // namespace polykarma
