#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agents/contest.hpp"
#include "agents/random_permutation.hpp"
#include "game/credit.hpp"

namespace polykarma {

/// An integer amount of karma shared out evenly among agents, those of all ranks: what does not divide goes to distinct
/// agents chosen at random, and nobody gets more than there is room for.
///
/// First all receivers are counted, then the amount is decided upon, then it is given, tile by tile in the same order.
class HandOut {
public:
    /// limit: the most that anybody can hold, or Contest::kUnlimited
    HandOut(std::int32_t limit, const Collective& ranks);

    /// Receivers [agent of a tile] and what they hold.
    void count(std::span<const std::int32_t> balances, std::span<const std::uint8_t> receives);
    /// Collective. The same amount on all ranks.
    void decide(std::int64_t amount, const RandomNumbers& numbers, std::uint32_t time, ChanceOf what);
    void give(std::span<std::int32_t> balances, std::span<const std::uint8_t> receives);

    [[nodiscard]] const IntegerCredit& credit() const { return credit_; }

private:
    [[nodiscard]] std::int32_t room(std::int32_t balance) const { return limit_ - balance; }

    std::int32_t limit_;
    Collective ranks_;
    std::vector<std::int64_t> receivers_;  // of this rank [balance], the last one full; unlimited: [able, full]
    IntegerCredit credit_;
    std::vector<RandomPermutation> order_;  // of the able ones; at most one
    std::uint64_t able_ = 0;                // number of the next one of this rank
};

}  // namespace polykarma
