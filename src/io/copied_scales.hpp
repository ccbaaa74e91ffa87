#pragma once

#include <string>

#include <hdf5.h>

namespace polykarma::hdf5 {

/// Copying objects between files leaves the references between arrays and their scales behind (HDF5 clears them). Ties
/// every array under `to`, a copy of the root group of `from`, to the scales that its original has.
void restore_scales(hid_t from, hid_t to, const std::string& file);

}  // namespace polykarma::hdf5
