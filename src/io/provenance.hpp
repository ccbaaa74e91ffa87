#pragma once

#include "io/equilibrium_file.hpp"
#include "io/group_writer.hpp"

namespace polykarma::hdf5 {

/// The groups /provenance and /timing of a file, by the clock of the root. Nothing outside of them depends on when and
/// where a file was made. Returns the latter, for more about it.
GroupWriter write_provenance(GroupWriter& root, const Provenance& provenance, double seconds);

}  // namespace polykarma::hdf5
