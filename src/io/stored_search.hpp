#pragma once

#include <vector>

#include "dynamics/search_state.hpp"
#include "io/group_writer.hpp"
#include "io/stored_group.hpp"

namespace polykarma {

/// What a search has to know, as far as every rank has it alike: attributes and tables of a group.
void write_search(hdf5::GroupWriter& group, const SearchState& state);
/// All that is in its tables, one after the other.
[[nodiscard]] std::vector<double> tables_of(const SearchState& state);
/// Of every account, in the lattice of that search. Throws IoError.
[[nodiscard]] std::vector<int> read_largest_balances(const hdf5::StoredGroup& group);
/// Reads it, with empty fields of a part. Throws IoError.
[[nodiscard]] SearchState read_search(const hdf5::StoredGroup& group, const Part& part);

}  // namespace polykarma
