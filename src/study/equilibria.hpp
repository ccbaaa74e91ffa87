#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/study_file.hpp"
#include "io/summary.hpp"

namespace polykarma {

/// Two certified states of one economy are the same equilibrium when their bid shares and payoffs agree this well.
inline constexpr double kSameBidShares = 1e-3;  ///< on || nu - nu' ||_1, summed over stages
inline constexpr double kSamePayoff = 1e-4;     ///< on every payoff

[[nodiscard]] bool same_equilibrium(const EquilibriumSummary& a, const EquilibriumSummary& b);

/// Finds the distinct certified equilibria of each design and numbers them from 1 by their Nash welfare over all
/// stages, best first; equally good ones in the order of the rows. Rows of one design share their labels. Shapes rows,
/// summaries: belong together; a failed point has an empty summary Ensures  equilibrium of every row set, 0 where it is
/// not certified Returns  the equilibria by design, in the order of the rows, then by number
std::vector<StudyEquilibrium> number_equilibria(std::vector<StudyRow>& rows,
                                                const std::vector<EquilibriumSummary>& summaries);

/// Starts that did not end certified for one reason.
struct UncertifiedStarts {
    std::string reason;
    std::vector<std::string> starts;
};

/// Why rows are not certified, in the order in which the reasons first occur.
[[nodiscard]] std::vector<UncertifiedStarts> uncertified_starts(std::span<const StudyRow> rows);

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
