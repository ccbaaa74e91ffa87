#pragma once

#include <string>
#include <vector>

#include "config/spec.hpp"

namespace polykarma {

/// One line of `--help`. Elements of named lists and tables by name appear as `*`: "resource.*.k_max".
struct KeyHelp {
    std::string key;
    std::string type;      ///< "number", "even | zero | proportional", ...
    std::string standard;  ///< the default; empty when the key is required
    std::string range;     ///< "0 < capacity <= 1"
    std::string unit;
    std::string help;
};

/// The declarations of an economy file and of a study file.
[[nodiscard]] const KeySpec& economy_spec();
[[nodiscard]] const KeySpec& study_spec();

[[nodiscard]] std::vector<KeyHelp> economy_keys();
[[nodiscard]] std::vector<KeyHelp> study_keys();

/// JSON schemas (draft 2020-12) for editors and other tools: type, default, bounds, unit, description; unknown keys
/// are forbidden. What several keys must satisfy together is said in descriptions only.
[[nodiscard]] std::string economy_schema();
[[nodiscard]] std::string study_schema();

/// The keys as a table of text, a line or two each.
[[nodiscard]] std::string keys_text(const std::vector<KeyHelp>& keys);

}  // namespace polykarma
