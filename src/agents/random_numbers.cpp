#include "agents/random_numbers.hpp"

#include <Random123/philox.h>

namespace polykarma {
namespace {

using Philox = r123::Philox4x32;

Philox::key_type key_of(std::uint64_t seed) {
    return {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
}

Philox::ctr_type counter_of(std::uint64_t item, std::uint32_t time, ChanceOf what) {
    return {{static_cast<std::uint32_t>(item), static_cast<std::uint32_t>(item >> 32), time,
             static_cast<std::uint32_t>(what)}};
}

}  // namespace

RandomNumbers::Words RandomNumbers::operator()(std::uint64_t item, std::uint32_t time, ChanceOf what) const {
    const auto words = Philox()(counter_of(item, time, what), key_of(seed_));
    return {words[0], words[1], words[2], words[3]};
}

void RandomNumbers::fill(Tile& tile, std::size_t count, std::uint64_t first_item, std::uint32_t time,
                         ChanceOf what) const {
    const auto key = key_of(seed_);
    Philox philox;
    for (std::size_t i = 0; i < count; ++i) {
        const auto words = philox(counter_of(first_item + i, time, what), key);
        for (std::size_t w = 0; w < 4; ++w) tile.word[w][i] = words[w];
    }
}

}  // namespace polykarma
