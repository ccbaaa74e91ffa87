#include "agents/random_permutation.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "base/error.hpp"

namespace polykarma {
namespace {

/// 32 bits of which the upper ones depend on all of x and of both keys (multipliers of Wellons's lowbias32).
constexpr std::uint32_t mixed(std::uint32_t x, std::uint32_t key, std::uint32_t other_key) {
    x = (x ^ key) * 0x7feb352du;
    x = (x ^ (x >> 15) ^ other_key) * 0x846ca68bu;
    return x ^ (x >> 16);
}

}  // namespace

RandomPermutation::RandomPermutation(std::uint32_t size, const RandomNumbers& numbers, std::uint32_t time,
                                     ChanceOf what)
    : size_(size), bits_(std::max(1U, static_cast<std::uint32_t>(std::bit_width(size) / 2))) {
    rows_ = std::max(1U, static_cast<std::uint32_t>((std::uint64_t{size} + (1U << bits_) - 1) >> bits_));
    if (size < kFew)
        shuffle(numbers, time, what);
    else
        for (std::uint32_t i = 0; i < kRounds; ++i) keys_[i] = numbers(i, time, what);
}

void RandomPermutation::shuffle(const RandomNumbers& numbers, std::uint32_t time, ChanceOf what) {
    item_.resize(size_);
    place_.resize(size_);
    std::iota(item_.begin(), item_.end(), 0U);
    RandomNumbers::Words words{};
    for (std::uint32_t drawn = 0; drawn + 1 < size_; ++drawn) {
        if (drawn % words.size() == 0) words = numbers(drawn / words.size(), time, what);
        const std::uint32_t left = size_ - drawn;
        std::swap(item_[left - 1], item_[below(left, words[drawn % words.size()])]);
    }
    for (std::uint32_t place = 0; place < size_; ++place) place_[item_[place]] = place;
}

inline std::uint32_t RandomPermutation::round(std::uint32_t cell, const RandomNumbers::Words& key) const {
    std::uint32_t row = cell >> bits_, column = cell & ((1U << bits_) - 1);
    row += below(rows_, mixed(column, key[0], key[1]));
    row = row >= rows_ ? row - rows_ : row;
    column ^= mixed(row, key[2], key[3]) >> (32 - bits_);
    return row << bits_ | column;
}

inline std::uint32_t RandomPermutation::round_back(std::uint32_t cell, const RandomNumbers::Words& key) const {
    std::uint32_t row = cell >> bits_, column = cell & ((1U << bits_) - 1);
    column ^= mixed(row, key[2], key[3]) >> (32 - bits_);
    row += rows_ - below(rows_, mixed(column, key[0], key[1]));
    row = row >= rows_ ? row - rows_ : row;
    return row << bits_ | column;
}

std::uint32_t RandomPermutation::step(std::uint32_t cell) const {
    for (const auto& key : keys_) cell = round(cell, key);
    return cell;
}

std::uint32_t RandomPermutation::step_back(std::uint32_t cell) const {
    for (std::size_t i = kRounds; i-- > 0;) cell = round_back(cell, keys_[i]);
    return cell;
}

std::uint32_t RandomPermutation::operator()(std::uint32_t item) const {
    POLYKARMA_EXPECTS(item < size_);
    if (is_stored()) return place_[item];
    do item = step(item);
    while (item >= size_);
    return item;
}

void RandomPermutation::operator()(std::span<std::uint32_t> items) const {
    if (is_stored()) {
        for (std::uint32_t& item : items) item = place_[item];
        return;
    }
    // Round by round, so that a loop over items is straight-line code for whole vectors of them.
    for (const auto& key : keys_)
        for (std::uint32_t& cell : items) cell = round(cell, key);
    for (std::uint32_t& item : items)
        while (item >= size_) item = step(item);
}

std::uint32_t RandomPermutation::inverse(std::uint32_t place) const {
    POLYKARMA_EXPECTS(place < size_);
    if (is_stored()) return item_[place];
    do place = step_back(place);
    while (place >= size_);
    return place;
}

void RandomPermutation::inverse(std::span<std::uint32_t> places) const {
    if (is_stored()) {
        for (std::uint32_t& place : places) place = item_[place];
        return;
    }
    for (std::size_t i = kRounds; i-- > 0;)
        for (std::uint32_t& cell : places) cell = round_back(cell, keys_[i]);
    for (std::uint32_t& place : places)
        while (place >= size_) place = step_back(place);
}

}  // namespace polykarma
