#pragma once

#include <string>

namespace polykarma {

/// "a, b, c": text(item) of all items.
template <class Items, class Text>
[[nodiscard]] std::string joined(const Items& items, Text&& text) {
    std::string out;
    for (const auto& item : items) out += (out.empty() ? "" : ", ") + text(item);
    return out;
}

}  // namespace polykarma
