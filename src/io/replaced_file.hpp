#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace polykarma {

/// Throws IoError unless a file can be put there: the directory exists and may be written to, and what has that name
/// now, if anything, is a regular file. For asking before a long computation.
void require_writable(const std::filesystem::path& target);

/// Makes `bytes` the content of `target`, as a whole or not at all: they are written beside it under the name
/// `<target>.partial-<process>`, flushed to the disk and renamed. Throws IoError with the system's reason, and then
/// leaves nothing behind and a former target as it was. A file size limit is an error like any other, not a signal.
/// What a process killed while writing the same target left behind is removed once it is an hour old.
void replace_file(const std::filesystem::path& target, std::span<const std::byte> bytes);

}  // namespace polykarma
