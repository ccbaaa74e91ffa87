#pragma once

#include <span>
#include <string>
#include <string_view>

namespace polykarma {

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// "did you mean k_max?", or all the known words when none is close.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace polykarma
