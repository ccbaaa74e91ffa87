#pragma once

#include <iosfwd>

#include "study/run_study.hpp"
#include "study_command.hpp"
#include "table.hpp"

namespace polykarma::cli {

/// A study beside published values, one row per design and start. Its columns are frozen: scripts
/// read them. Those of stability come last, if they were asked for.
[[nodiscard]] Table comparison_rows(const StudyOutcome& outcome, const PublishedTable& published, StudyExtent extent);

/// The same for a reader: per design the published row, a row per distinct certified equilibrium with the starts that
/// led there, price levels and certificate, the difference of the nearest one, and a line for starts that did not end
/// certified.
void print_comparison(std::ostream& out, const StudyOutcome& outcome, const PublishedTable& published,
                      const StudyRequest& request);

}  // namespace polykarma::cli
