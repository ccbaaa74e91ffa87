#include <algorithm>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "agents/hand_out.hpp"
#include "support/chi_squared.hpp"
#include "support/ranks.hpp"

namespace polykarma {
namespace {

const RandomNumbers kNumbers(11);

/// Shares out an amount among agents dealt to ranks in stretches; what everybody holds then, on every rank.
std::vector<std::int32_t> handed_out(std::vector<std::int32_t> balances, const std::vector<std::uint8_t>& receives,
                                     std::int32_t limit, std::int64_t amount, std::uint32_t time,
                                     const Collective& ranks, IntegerCredit* credit = nullptr) {
    const auto begin_of = [&](int rank) {
        return balances.size() * static_cast<std::size_t>(rank) / static_cast<std::size_t>(ranks.size());
    };
    const std::size_t first = begin_of(ranks.rank()), last = begin_of(ranks.rank() + 1);
    HandOut hand_out(limit, ranks);
    const auto in_tiles = [&](auto&& work) {
        for (std::size_t i = first; i < last; i += kTile) {
            const std::size_t size = std::min(kTile, last - i);
            work(std::span(balances).subspan(i, size), std::span(receives).subspan(i, size));
        }
    };
    in_tiles([&](auto b, auto r) { hand_out.count(b, r); });
    hand_out.decide(amount, kNumbers, time, ChanceOf::credit);
    in_tiles([&](auto b, auto r) { hand_out.give(b, r); });
    if (credit != nullptr) *credit = hand_out.credit();
    std::vector<std::int64_t> all(balances.size());
    std::copy(balances.begin() + static_cast<std::ptrdiff_t>(first), balances.begin() + static_cast<std::ptrdiff_t>(last),
              all.begin() + static_cast<std::ptrdiff_t>(first));
    ranks.sum(all);
    return {all.begin(), all.end()};
}

TEST(HandOut, IsEvenExactAndLeavesNobodyAboveTheLimit) {
    const std::vector<std::int32_t> before{0, 3, 5, 6, 2, 6, 1};
    const std::vector<std::uint8_t> receives{1, 1, 1, 1, 0, 1, 1};
    for (std::int64_t amount = 0; amount <= 20; ++amount) {
        SCOPED_TRACE(amount);
        IntegerCredit credit;
        const auto after = handed_out(before, receives, 6, amount, 3, Collective::serial(), &credit);
        std::int64_t given = 0;
        for (std::size_t i = 0; i < before.size(); ++i) {
            const std::int32_t more = after[i] - before[i], room = receives[i] != 0 ? 6 - before[i] : 0;
            given += more;
            EXPECT_LE(more, std::min<std::int64_t>(credit.whole + 1, room));
            EXPECT_GE(more, std::min<std::int64_t>(credit.whole, room));
        }
        EXPECT_EQ(given + credit.lost, amount);
        EXPECT_EQ(credit.lost, std::max<std::int64_t>(0, amount - 15));
    }
}

TEST(HandOut, WithoutALimitIsEven) {
    const std::vector<std::uint8_t> receives{1, 0, 1, 1};
    auto after = handed_out({7, 7, 7, 7}, receives, Contest::kUnlimited, 3'000'000'001, 0, Collective::serial());
    EXPECT_EQ(after[1], 7);
    after.erase(after.begin() + 1);
    std::ranges::sort(after);
    EXPECT_EQ(after, (std::vector<std::int32_t>{1'000'000'007, 1'000'000'007, 1'000'000'008}));
}

TEST(HandOut, ToNobodyIsLost) {
    IntegerCredit credit;
    EXPECT_EQ(handed_out({1, 2}, {0, 0}, Contest::kUnlimited, 5, 0, Collective::serial(), &credit),
              (std::vector<std::int32_t>{1, 2}));
    EXPECT_EQ(credit.lost, 5);
    EXPECT_EQ(handed_out({1, 2}, {0, 0}, 4, 5, 0, Collective::serial(), &credit), (std::vector<std::int32_t>{1, 2}));
    EXPECT_EQ(credit.lost, 5);
}

// Who gets the rest: any set of that many is as likely as any other.
TEST(HandOut, GivesTheRestToAnySetOfAgents) {
    const std::vector<std::int32_t> before{0, 1, 4, 2, 0, 3};
    const std::vector<std::uint8_t> receives{1, 1, 1, 1, 1, 1};  // the third is full
    std::vector<std::int64_t> sets(32);
    for (std::uint32_t time = 0; time < 20000; ++time) {
        const auto after = handed_out(before, receives, 4, 2, time, Collective::serial());
        std::size_t set = 0, bit = 1;
        for (std::size_t i = 0; i < before.size(); ++i) {
            if (i == 2) continue;
            if (after[i] > before[i]) set += bit;
            bit *= 2;
        }
        ++sets[set];
    }
    std::vector<double> of_two(32, 0.0);
    for (std::size_t set = 0; set < 32; ++set)
        if (__builtin_popcount(static_cast<unsigned>(set)) == 2) of_two[set] = 0.1;
    test::expect_drawn_from(of_two, sets);
}

TEST(HandOut, IsTheSameOnAnyRanks) {
    std::vector<std::int32_t> before(2000);
    std::vector<std::uint8_t> receives(2000);
    for (std::size_t i = 0; i < before.size(); ++i) {
        before[i] = static_cast<std::int32_t>(i * i % 9);
        receives[i] = i % 5 != 0;
    }
    for (const std::int32_t limit : {8, Contest::kUnlimited}) {
        const auto alone = handed_out(before, receives, limit, 4321, 1, Collective::serial());
        for (const int size : test::kRankCounts)
            test::on_ranks(size, [&](const Collective& ranks) {
                EXPECT_EQ(handed_out(before, receives, limit, 4321, 1, ranks), alone);
            });
    }
    const auto few = handed_out({1, 2}, {1, 1}, 8, 3, 1, Collective::serial());
    test::on_ranks(5, [&](const Collective& ranks) { EXPECT_EQ(handed_out({1, 2}, {1, 1}, 8, 3, 1, ranks), few); });
}

}  // namespace
}  // namespace polykarma
