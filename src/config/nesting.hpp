#pragma once

#include <string>
#include <string_view>

namespace polykarma {

/// Refuses documents whose keys have too many parts or whose brackets are too deep: a TOML parser recurses into both,
/// and a megabyte of "a.a.a." is deep enough to exhaust the stack. Throws InputError with file and line.
void check_nesting(std::string_view text, const std::string& file);

}  // namespace polykarma
