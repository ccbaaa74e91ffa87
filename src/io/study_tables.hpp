#pragma once

#include "io/study_file.hpp"
#include "io/table_writer.hpp"

namespace polykarma::hdf5 {

/// The tables of a study's file, as docs/FILE_FORMAT.md describes them: a row per point, of a sweep or of a search.
[[nodiscard]] Table results_table(const StudyResults& results);
/// A row per distinct certified equilibrium of a design.
[[nodiscard]] Table equilibria_table(const StudyResults& results);
/// A row per population that played without karma.
[[nodiscard]] Table references_table(const StudyResults& results);

}  // namespace polykarma::hdf5
