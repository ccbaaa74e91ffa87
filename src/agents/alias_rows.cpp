#include "agents/alias_rows.hpp"

#include <algorithm>
#include <numeric>

#include "base/error.hpp"

namespace polykarma {

void AliasRows::append(std::span<const std::int32_t> numbers, std::span<const double> weights) {
    POLYKARMA_EXPECTS(!numbers.empty() && numbers.size() == weights.size());
    const std::size_t count = numbers.size();
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<double> part;  // of each cell that its own number fills; those above one lend the rest to others
    std::vector<std::size_t> lacking, lending;
    for (std::size_t i = 0; i < count; ++i) {
        part.push_back(total > 0.0 ? weights[i] / total * static_cast<double>(count) : 1.0);
        (part[i] < 1.0 ? lacking : lending).push_back(i);
    }
    std::vector<std::size_t> alias(count);
    std::iota(alias.begin(), alias.end(), std::size_t{0});
    while (!lacking.empty() && !lending.empty()) {
        const std::size_t poor = lacking.back(), rich = lending.back();
        lacking.pop_back();
        alias[poor] = rich;
        part[rich] -= 1.0 - part[poor];
        if (part[rich] >= 1.0) continue;
        lending.pop_back();
        lacking.push_back(rich);
    }
    for (std::size_t i = 0; i < count; ++i) {
        // What is left of either list is full, but for rounding: its alias is itself.
        const double threshold = std::min(part[i] * 0x1p32, 0x1p32 - 1.0);
        cells_.push_back({static_cast<std::uint32_t>(std::max(threshold, 0.0)), numbers[i], numbers[alias[i]]});
    }
    starts_.push_back(static_cast<std::uint32_t>(cells_.size()));
}

}  // namespace polykarma
