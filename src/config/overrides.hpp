#pragma once

#include <string>

#include "config/document.hpp"
#include "config/spec.hpp"

namespace polykarma {

/// One `key=value` that changes a document before it is read, and where it was asked for.
struct Override {
    std::string assignment;
    SourceLocation where;
};

/// An override of the command line.
[[nodiscard]] Override command_line_override(const std::string& assignment);

/// Sets every value that the key names: parts are joined by dots, elements of named lists are addressed by name or
/// position, `*` is every element. Parts that are absent are created where they may be. The value is TOML; words that
/// are not are text. Throws InputError.
void apply_override(Value& document, const KeySpec& spec, const Override& change);

}  // namespace polykarma
