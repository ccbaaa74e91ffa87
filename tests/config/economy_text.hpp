#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/reader.hpp"

namespace polykarma::test {

/// A small valid economy; line numbers of its keys appear in the tests.
inline constexpr std::string_view small_economy = R"(title = "Small"
[[urgency]]
name = "none"
value = 0
[[urgency]]
name = "high"
value = 9
[[resource]]
name = "H"
capacity = 0.5
priority_capacity = 0.1875
k_max = 24
k_mean = 8
[[resource]]
name = "P"
capacity = 0.5
priority_capacity = 0.2
k_max = 24
k_mean = 8
discount = 0.98
[exchange]
rule = "worth"
worth = [1, "3/2"]
[[type]]
name = "S"
share = 0.25
[type.chain]
draw = { high = 0.25, none = 0.75 }
[[type]]
name = "C"
share = 0.75
[type.chain]
draw = { high = 1 }
need = { H = 0.5 }
)";

inline EconomyConfig parse(std::string_view text, const std::vector<std::string>& overrides = {}) {
    return parse_economy(text, "e.toml", overrides);
}

/// The text with one passage replaced; fails loudly when the passage is not there.
inline std::string with(std::string_view passage, std::string_view replacement) {
    std::string text(small_economy);
    return text.replace(text.find(passage), passage.size(), replacement);
}

/// The message of the InputError that the reader throws; empty when it throws none.
inline std::string problem(std::string_view text, const std::vector<std::string>& overrides = {}) {
    try {
        static_cast<void>(parse(text, overrides));
    } catch (const InputError& error) {
        return error.what();
    }
    return {};
}

}  // namespace polykarma::test
