#include "io/regrouped.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "base/error.hpp"

namespace polykarma {

Cuts cuts_of(const Collective& ranks, std::size_t own) {
    std::vector<std::int64_t> lengths(static_cast<std::size_t>(ranks.size()), 0);
    lengths[static_cast<std::size_t>(ranks.rank())] = static_cast<std::int64_t>(own);
    ranks.sum(lengths);
    Cuts cuts{0};
    for (const auto length : lengths) cuts.push_back(cuts.back() + static_cast<std::size_t>(length));
    return cuts;
}

std::vector<std::byte> regrouped(const Collective& ranks, std::span<const std::byte> elements,
                                 std::size_t element_size, const Cuts& from, const Cuts& to) {
    const auto self = static_cast<std::size_t>(ranks.rank());
    POLYKARMA_EXPECTS(elements.size() == (from[self + 1] - from[self]) * element_size);
    std::vector<std::vector<std::byte>> messages;
    for (std::size_t rank = 0; rank + 1 < to.size(); ++rank) {
        const std::size_t first = std::clamp(to[rank], from[self], from[self + 1]);
        const std::size_t last = std::clamp(to[rank + 1], from[self], from[self + 1]);
        const auto part = elements.subspan((first - from[self]) * element_size, (last - first) * element_size);
        messages.emplace_back(part.begin(), part.end());
    }
    messages = ranks.all_to_all(std::move(messages));
    std::vector<std::byte> result;
    result.reserve((to[self + 1] - to[self]) * element_size);
    for (const auto& message : messages) result.insert(result.end(), message.begin(), message.end());
    return result;
}

}  // namespace polykarma
