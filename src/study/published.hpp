#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/study_file.hpp"

namespace polykarma {

/// Reads known values of a study; lines that start with # are their source. Either a row per design: a column per axis
/// and one for every quantity; or a study without axes, a row per quantity: columns quantity, value, width, where the
/// width is how far others are from the value, and may be empty. Throws InputError with file and line.
///
/// Quantities     <type>_en, <type>_ex, SW_en, SW_ex, access_<type>, karma_<account>_<type>, mean_bid_<type>_<urgency>,
///                bid_share_<bid>, karma_share_<balance> (these of the first stage and account), agents_<measure>
///   <one of the shares>_distance   total variation distance from all values of it in the file
[[nodiscard]] PublishedTable read_published(const std::filesystem::path& file, const std::vector<std::string>& axes);

/// The published row of a design: its values by the order of the table's number columns; empty without one.
[[nodiscard]] std::vector<double> published_row(const PublishedTable& published, const StudyResults& results,
                                                const StudyRow& row);

/// The row's own values in the order of the table's number columns; NaN of quantities that it does not have.
[[nodiscard]] std::vector<double> values_like(const PublishedTable& published, const StudyResults& results,
                                              const StudyRow& row);

/// Fills published_distance of every row: the largest difference over the columns; NaN without a published row, or
/// when a published column is not among ours.
void measure_distances(StudyResults& results, const PublishedTable& published);

}  // namespace polykarma
