#include "config/suggestion.hpp"

#include <algorithm>
#include <vector>

namespace polykarma {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Three rows of the table: a swap of neighbours looks back two rows.
    std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replace});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                current[j] = std::min(current[j], before[j - 2] + 1);
        }
        std::swap(before, previous);
        std::swap(previous, current);
    }
    return previous[b.size()];
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
    if (known.empty()) return {};
    // Longer than any key: cannot be close to one, and the table of distances would be large.
    constexpr std::size_t longest_word = 64;
    std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
    std::string_view closest;
    for (const std::string& candidate : known) {
        if (word.size() > longest_word) break;
        // Every letter replaced is no resemblance.
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best && distance < std::max(word.size(), candidate.size())) {
            best = distance;
            closest = candidate;
        }
    }
    if (!closest.empty()) return "did you mean " + std::string(closest) + "?";
    std::string list = "one of ";
    constexpr std::size_t most_listed = 12;
    for (std::size_t i = 0; i < known.size() && i < most_listed; ++i) list += (i == 0 ? "" : ", ") + known[i];
    return known.size() > most_listed ? list + ", ..." : list;
}

}  // namespace polykarma
