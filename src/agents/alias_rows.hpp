#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace polykarma {

/// Many laws over small numbers, each drawn from by one word and two loads (Walker's alias method): the word chooses one
/// of as many cells as the law has numbers, and between the two numbers of the cell.
/// Cost  12 bytes per number with weight, 4 per law. Probabilities are off by at most (numbers of the law) 2^-32
class AliasRows {
public:
    AliasRows() { starts_.push_back(0); }

    /// Appends a law: weights that need not add up to one; without any weight all numbers are alike.
    void append(std::span<const std::int32_t> numbers, std::span<const double> weights);

    [[nodiscard]] std::size_t size() const { return starts_.size() - 1; }
    [[nodiscard]] std::int32_t draw(std::size_t law, std::uint32_t word) const {
        const std::uint32_t first = starts_[law];
        const std::uint64_t place = std::uint64_t{word} * (starts_[law + 1] - first);
        const Cell& cell = cells_[first + (place >> 32)];
        return static_cast<std::uint32_t>(place) < cell.threshold ? cell.number : cell.alias;
    }

private:
    struct Cell {
        std::uint32_t threshold;  ///< 2^32 times the part of the cell that is `number`, less one when that is all
        std::int32_t number, alias;
    };
    std::vector<std::uint32_t> starts_;
    std::vector<Cell> cells_;
};

}  // namespace polykarma
