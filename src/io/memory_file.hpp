#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "io/handle.hpp"

namespace polykarma::hdf5 {

/// How every file is accessed and created, on the disk or in memory: the format is that of HDF5 1.10, whose metadata
/// carries checksums, and no object has time stamps.   `name` appears in messages
[[nodiscard]] Properties access_properties(const std::string& name);
[[nodiscard]] Properties creation_properties(const std::string& name);

/// An HDF5 file that exists in memory only. HDF5 cannot abandon a file whose last flush failed (it tries again when the
/// process ends), so one rank never writes a file by it: its image is taken and written in one go.
///   `name` appears in messages; `growth` [bytes] is what memory is allocated in.
[[nodiscard]] File create_in_memory(const std::string& name, std::size_t growth);

/// An image, for reading.
[[nodiscard]] File open_image(std::span<const std::byte> image, const std::string& name);

/// The file as bytes. Throws IoError when a pending change cannot be completed.
[[nodiscard]] std::vector<std::byte> take_image(const File& file, const std::string& name);

/// Creates a group without time stamps.
[[nodiscard]] Group create_group(hid_t parent, const std::string& path, const std::string& file);

}  // namespace polykarma::hdf5
