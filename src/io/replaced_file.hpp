#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "io/partial_file.hpp"

namespace polykarma {

/// Makes `bytes` the content of `target`, as a whole or not at all: they are written beside it, flushed to the disk and
/// renamed. Throws IoError with the system's reason, and then leaves nothing behind and a former target as it was.
void replace_file(const std::filesystem::path& target, std::span<const std::byte> bytes);

}  // namespace polykarma
