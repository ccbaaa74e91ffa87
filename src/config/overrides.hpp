#pragma once

#include <string>
#include <string_view>
#include <vector>

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

/// The dotted key of a `key=value`; all of it without an `=`.
[[nodiscard]] std::string key_of(std::string_view assignment);

/// The parts of a dotted key.
[[nodiscard]] std::vector<std::string> parts_of(std::string_view key);

/// Whether what one key names can lie within what the other does: "resource.*.capacity" and "resource.H.capacity",
/// "exchange" and "exchange.worth.1".
[[nodiscard]] bool keys_meet(std::string_view a, std::string_view b);

/// Sets every value that the key names: parts are joined by dots, elements of named lists are addressed by name or
/// position, `*` is every element. Parts that are absent are created where they may be. The value is TOML; words that
/// are not are text. Throws InputError.
void apply_override(Value& document, const KeySpec& spec, const Override& change);

}  // namespace polykarma
