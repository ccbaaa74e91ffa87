#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "agents/alias_rows.hpp"
#include "agents/random_permutation.hpp"
#include "support/chi_squared.hpp"
#include "support/random.hpp"

namespace polykarma {
namespace {

const RandomNumbers kNumbers(20240917);

// Philox4x32-10 of counter 0 and key 0, from the known answers that come with Random123.
TEST(RandomNumbers, AreThoseOfPhilox) {
    const RandomNumbers::Words words = RandomNumbers(0)(0, 0, ChanceOf{0});
    EXPECT_EQ(words, (RandomNumbers::Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
}

TEST(RandomNumbers, EveryPartOfAnAddressMatters) {
    const auto words = kNumbers(5, 7, ChanceOf::bid);
    EXPECT_EQ(words, RandomNumbers(20240917)(5, 7, ChanceOf::bid));
    EXPECT_NE(words, RandomNumbers(20240918)(5, 7, ChanceOf::bid));
    EXPECT_NE(words, RandomNumbers(20240917 + (std::uint64_t{1} << 32))(5, 7, ChanceOf::bid));
    EXPECT_NE(words, kNumbers(6, 7, ChanceOf::bid));
    EXPECT_NE(words, kNumbers(5 + (std::uint64_t{1} << 32), 7, ChanceOf::bid));
    EXPECT_NE(words, kNumbers(5, 8, ChanceOf::bid));
    EXPECT_NE(words, kNumbers(5, 7, ChanceOf::credit));
}

TEST(RandomNumbers, OfATileAreThoseOfItsAgents) {
    RandomNumbers::Tile tile;
    const std::uint64_t first = (std::uint64_t{1} << 32) - 3;
    kNumbers.fill(tile, 7, first, 11, ChanceOf::urgency);
    for (std::size_t i = 0; i < 7; ++i)
        for (std::size_t w = 0; w < 4; ++w)
            EXPECT_EQ(tile.word[w][i], kNumbers(first + i, 11, ChanceOf::urgency)[w]);
}

TEST(RandomNumbers, BelowIsEven) {
    std::vector<std::int64_t> counts(7);
    for (std::uint32_t i = 0; i < 70000; ++i) ++counts[below(7, kNumbers(i, 0, ChanceOf::bid)[2])];
    test::expect_drawn_from(std::vector<double>(7, 1.0 / 7.0), counts);
}

TEST(RandomPermutation, HasEveryPlaceOnceAndAnInverse) {
    for (const std::uint32_t size : {1U, 2U, 3U, 4U, 5U, 7U, 8U, 31U, 32U, 33U, 127U, 1000U, 4097U}) {
        const RandomPermutation permutation(size, kNumbers, size, ChanceOf::credit);
        std::vector<bool> taken(size);
        std::vector<std::uint32_t> together(size);
        std::iota(together.begin(), together.end(), 0U);
        permutation(together);
        for (std::uint32_t item = 0; item < size; ++item) {
            const std::uint32_t place = permutation(item);
            ASSERT_LT(place, size);
            EXPECT_FALSE(taken[place]);
            taken[place] = true;
            EXPECT_EQ(permutation.inverse(place), item);
            EXPECT_EQ(together[item], place);
        }
    }
}

TEST(RandomPermutation, HasAnInverseUpToTheLargestSize) {
    for (const std::uint32_t size : {10'000'000U, 2'147'483'648U, 4'294'967'295U}) {
        const RandomPermutation permutation(size, kNumbers, 1, ChanceOf::credit);
        for (std::uint32_t i = 0; i < 1000; ++i) {
            const std::uint32_t item = below(size, kNumbers(i, 0, ChanceOf::bid)[0]);
            ASSERT_LT(permutation(item), size);
            ASSERT_EQ(permutation.inverse(permutation(item)), item);
        }
    }
}

// All orders of a few items are drawn alike.
TEST(RandomPermutation, IsAnyOfAllOrders) {
    for (const std::uint32_t size : {2U, 3U, 4U, 5U, 6U, 7U}) {
        SCOPED_TRACE(size);
        std::map<std::vector<std::uint32_t>, std::int64_t> seen;
        std::size_t orders = 1;
        for (std::uint32_t i = 2; i <= size; ++i) orders *= i;
        for (std::uint32_t time = 0; time < 40 * orders; ++time) {
            std::vector<std::uint32_t> order(size);
            std::iota(order.begin(), order.end(), 0U);
            RandomPermutation(size, kNumbers, time, ChanceOf::admission)(order);
            ++seen[order];
        }
        std::vector<std::int64_t> counts;
        for (const auto& [order, count] : seen) counts.push_back(count);
        counts.resize(orders);
        test::expect_drawn_from(std::vector<double>(orders, 1.0 / static_cast<double>(orders)), counts);
    }
}

// Where two neighbours of many get, and how many of a stretch are among the first places: uniform, as for a random
// subset (hypergeometric).
TEST(RandomPermutation, OfManyItemsSpreadsNeighboursAndStretches) {
    constexpr std::uint32_t size = 10000, cells = 10, times = 40000;  // as few rounds as for any more
    std::vector<std::int64_t> pairs(cells * cells), chosen(21);
    for (std::uint32_t time = 0; time < times; ++time) {
        const RandomPermutation permutation(size, kNumbers, time, ChanceOf::admission);
        ++pairs[permutation(4170) / 1000 * cells + permutation(4171) / 1000];
        std::size_t count = 0;
        for (std::uint32_t item = 500; item < 520; ++item) count += permutation(item) < 3000;
        ++chosen[count];
    }
    std::vector<double> of_pair;
    for (std::uint32_t a = 0; a < cells; ++a)
        for (std::uint32_t b = 0; b < cells; ++b) of_pair.push_back(a == b ? 0.1 * 999 / 9999 : 0.1 * 1000 / 9999);
    test::expect_drawn_from(of_pair, pairs);
    const auto log_choose = [](double n, double k) {
        return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
    };
    std::vector<double> hypergeometric;
    for (int k = 0; k <= 20; ++k)
        hypergeometric.push_back(std::exp(log_choose(20, k) + log_choose(9980, 3000 - k) - log_choose(10000, 3000)));
    test::expect_drawn_from(hypergeometric, chosen);
}

TEST(AliasRows, DrawTheirLaws) {
    test::Random random(3);
    AliasRows rows;
    std::vector<std::vector<double>> laws;
    for (const std::size_t count : {1U, 2U, 3U, 7U, 20U}) {
        auto law = random.law(count, 0.3);
        std::vector<std::int32_t> numbers(count);
        std::iota(numbers.begin(), numbers.end(), 0);
        for (double& weight : law) weight *= 3.0;  // they need not add up to one
        rows.append(numbers, law);
        for (double& weight : law) weight /= 3.0;
        laws.push_back(law);
    }
    ASSERT_EQ(rows.size(), laws.size());
    for (std::size_t row = 0; row < laws.size(); ++row) {
        std::vector<std::int64_t> counts(laws[row].size());
        for (std::uint32_t i = 0; i < 50000; ++i)
            ++counts[static_cast<std::size_t>(rows.draw(row, kNumbers(i, 0, ChanceOf::bid)[0]))];
        test::expect_drawn_from(laws[row], counts);
    }
}

}  // namespace
}  // namespace polykarma
