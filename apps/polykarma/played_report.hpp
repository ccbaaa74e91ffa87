#pragma once

#include <iosfwd>
#include <vector>

#include "io/study_file.hpp"
#include "table.hpp"

namespace polykarma::cli {

/// What agents make of the equilibria of a study, as columns of a table for scripts: of every type access and karma in
/// the continuum, then all that agents measure, with standard errors.
void add_played_columns(std::vector<Column>& columns, const StudyResults& results);
void add_played_cells(std::vector<Cell>& cells, const StudyResults& results, const StudyRow& row);
void add_played_cells(std::vector<Cell>& cells, const StudyResults& results, const StudyReference& reference);

/// The same for a reader: equilibria played by agents, references beside what infinitely many agents would come by, and
/// where one value of an axis with two is ahead of the other.
void print_played(std::ostream& out, const StudyResults& results);

}  // namespace polykarma::cli
