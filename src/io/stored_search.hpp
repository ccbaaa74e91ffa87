#pragma once

#include "dynamics/search_state.hpp"
#include "io/group_writer.hpp"
#include "io/stored_group.hpp"

namespace polykarma {

/// What a search has to know, as far as every rank has it alike: attributes and tables of a group.
void write_search(hdf5::GroupWriter& group, const SearchState& state);
/// Reads it, with empty fields of a part. Throws IoError.
[[nodiscard]] SearchState read_search(const hdf5::StoredGroup& group, const Part& part);

}  // namespace polykarma
