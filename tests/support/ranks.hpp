#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "parallel/emulated.hpp"

// Numerical tests on emulated ranks: threads of one process, so that no launcher is needed. A test that includes this
// depends on polykarma::parallel.
namespace polykarma::test {

/// The numbers of ranks on which a result must be the same: one, an even split, uneven ones, and five so that small
/// problems leave ranks without work.
inline constexpr std::array kRankCounts{1, 2, 3, 5};

/// check(ranks) on that many ranks; failures name the rank.
template <class Check>
void on_ranks(int size, Check&& check) {
    emulate_ranks(size, [&](const Collective& ranks) {
        SCOPED_TRACE("rank " + std::to_string(ranks.rank()) + " of " + std::to_string(ranks.size()));
        check(ranks);
    });
}

/// What compute(ranks) returns on each of that many ranks, in the order of the ranks.
template <class Compute>
auto results_on_ranks(int size, Compute&& compute) {
    using Result = std::invoke_result_t<Compute&, const Collective&>;
    std::vector<std::optional<Result>> parts(static_cast<std::size_t>(size));
    on_ranks(size, [&](const Collective& ranks) { parts[static_cast<std::size_t>(ranks.rank())] = compute(ranks); });
    std::vector<Result> results;
    for (auto& part : parts) results.push_back(std::move(*part));
    return results;
}

/// The representations of some doubles, so that equal means the same bits: 0 is not -0, and NaN is itself.
template <class Doubles>
[[nodiscard]] std::vector<std::uint64_t> bits_of(const Doubles& values) {
    std::vector<std::uint64_t> bits;
    for (const double value : values) bits.push_back(std::bit_cast<std::uint64_t>(value));
    return bits;
}

/// compute(ranks) returns doubles (any range of them) that every rank should know alike: expects the bits of a single
/// rank on every rank, whatever their number.
template <class Compute>
void expect_same_bits_on_any_ranks(Compute&& compute) {
    const auto alone = bits_of(compute(Collective::serial()));
    for (const int size : kRankCounts)
        on_ranks(size, [&](const Collective& ranks) { EXPECT_EQ(bits_of(compute(ranks)), alone); });
}

}  // namespace polykarma::test
