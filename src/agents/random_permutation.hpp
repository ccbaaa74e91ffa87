#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "agents/random_numbers.hpp"

namespace polykarma {

/// A random permutation of 0..size-1 that any rank can evaluate anywhere. A few items are shuffled by every rank (Fisher
/// and Yates). The order of many is not stored: it is a keyed Feistel network whose halves are a row and a column of a
/// rectangle of at least `size` cells, walked until it is back among them (Black and Rogaway 2002). The rectangle has as
/// many rows as it takes and a power of two of columns, so that hardly a cell is beyond: one walk in sqrt(size) is longer
/// than one step.
///
/// Who is among m of n chosen at random: those whose place is below m.
class RandomPermutation {
public:
    RandomPermutation(std::uint32_t size, const RandomNumbers& numbers, std::uint32_t time, ChanceOf what);

    [[nodiscard]] std::uint32_t size() const { return size_; }
    /// The place of an item.
    [[nodiscard]] std::uint32_t operator()(std::uint32_t item) const;
    /// The places of items, in place.
    void operator()(std::span<std::uint32_t> items) const;
    /// The item of a place; the items of places, in place.
    [[nodiscard]] std::uint32_t inverse(std::uint32_t place) const;
    void inverse(std::span<std::uint32_t> places) const;

private:
    /// With few cells, so few rounds would make some orders likelier than others; many never show it.
    static constexpr std::uint32_t kFew = 4096;
    static constexpr std::size_t kRounds = 6;
    void shuffle(const RandomNumbers& numbers, std::uint32_t time, ChanceOf what);
    [[nodiscard]] bool is_stored() const { return !place_.empty(); }
    [[nodiscard]] std::uint32_t round(std::uint32_t cell, const RandomNumbers::Words& key) const;
    [[nodiscard]] std::uint32_t round_back(std::uint32_t cell, const RandomNumbers::Words& key) const;
    [[nodiscard]] std::uint32_t step(std::uint32_t cell) const;
    [[nodiscard]] std::uint32_t step_back(std::uint32_t cell) const;

    std::uint32_t size_;
    std::uint32_t bits_;  // of a column
    std::uint32_t rows_;
    std::array<RandomNumbers::Words, kRounds> keys_;  // two of a round move the row, two the column
    std::vector<std::uint32_t> place_, item_;         // of few
};

}  // namespace polykarma
