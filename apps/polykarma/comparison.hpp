#pragma once

#include <iosfwd>
#include <string>

#include "study/run_study.hpp"
#include "table.hpp"

namespace polykarma::cli {

/// A study beside published values, one row per design and start. Its columns are frozen: scripts read them.
[[nodiscard]] Table comparison_rows(const StudyOutcome& outcome, const PublishedTable& published);

/// The same for a reader: per design the published row, a row per distinct certified equilibrium with the starts that
/// led there, price levels and certificate, the difference of the nearest one, and a line for starts that did not end
/// certified.
void print_comparison(std::ostream& out, const StudyOutcome& outcome, const PublishedTable& published,
                      const std::string& title);

}  // namespace polykarma::cli
