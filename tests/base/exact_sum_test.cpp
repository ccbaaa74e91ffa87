#include "base/exact_sum.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "base/denormals.hpp"
#include "support/random.hpp"

namespace polykarma {
namespace {

using test::Random;

static_assert(std::is_trivially_copyable_v<ExactSum>);

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLargest = std::numeric_limits<double>::max();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();

ExactSum sum_of(std::span<const double> terms) {
    ExactSum sum;
    for (const double x : terms) sum.add(x);
    return sum;
}

double value_of(std::initializer_list<double> terms) { return sum_of({terms.begin(), terms.size()}).value(); }

std::uint64_t bits(double x) { return std::bit_cast<std::uint64_t>(x); }

/// Any sign, mantissa and exponent but those of infinity.
double any_double(Random& random) {
    const auto word = [&] { return static_cast<std::uint64_t>(random.below(std::size_t{1} << 32)); };
    for (;;) {
        const double x = std::bit_cast<double>(word() << 32 | word());
        if (std::isfinite(x)) return x;
    }
}

// The reference counts in units of 2^base with 128 bits; the compiler's conversion rounds to nearest, ties to even.
TEST(ExactSum, IsTheNearestDoubleOfTheExactSumAtEveryMagnitude) {
    Random random(1);
    for (int base = -1074; base <= 900; base += 7) {
        for (const int spread : {1, 8, 60}) {
            ExactSum sum;
            __int128 reference = 0;
            for (int i = 0; i < 200; ++i) {
                const auto sign = random.chance(0.5) ? 1 : -1;
                const auto mantissa = static_cast<std::int64_t>(random.below(std::size_t{1} << 53)) * sign;
                const auto shift = static_cast<int>(random.below(static_cast<std::size_t>(spread)));
                reference += static_cast<__int128>(mantissa) << shift;
                sum.add(std::ldexp(static_cast<double>(mantissa), base + shift));
                const double expected = std::ldexp(static_cast<double>(reference), base);
                ASSERT_EQ(bits(sum.value()), bits(expected)) << "base " << base << ", term " << i;
            }
        }
    }
}

TEST(ExactSum, DependsNeitherOnTheOrderNorOnTheGroupingOfTheTerms) {
    Random random(2);
    std::mt19937 order(3);
    for (int trial = 0; trial < 30; ++trial) {
        std::vector<double> terms(300);
        for (double& x : terms) x = trial % 2 == 0 ? any_double(random) : random.between(-1.0, 1.0);
        const double expected = sum_of(terms).value();
        for (int again = 0; again < 20; ++again) {
            std::shuffle(terms.begin(), terms.end(), order);
            std::array<ExactSum, 7> groups;
            for (const double x : terms) random.pick(std::vector{&groups[0], &groups[3], &groups[6]})->add(x);
            ExactSum total;
            for (const ExactSum& group : groups) total.add(group);
            ASSERT_EQ(bits(total.value()), bits(expected)) << "trial " << trial;
        }
    }
}

TEST(ExactSum, TermsOfAllMagnitudesCancel) {
    Random random(4);
    for (int trial = 0; trial < 100; ++trial) {
        const double rest = any_double(random);
        ExactSum sum;
        std::vector<double> pending;
        for (int i = 0; i < 200; ++i) {
            pending.push_back(any_double(random));
            sum.add(pending.back());
        }
        sum.add(rest);
        for (const double x : pending) sum.add(-x);
        ASSERT_EQ(bits(sum.value()), bits(rest));
    }
}

TEST(ExactSum, ZeroIsPositive) {
    EXPECT_EQ(bits(ExactSum().value()), bits(0.0));
    EXPECT_EQ(bits(value_of({-0.0, -0.0})), bits(0.0));
    EXPECT_EQ(bits(value_of({-1e300, 1e300})), bits(0.0));
}

TEST(ExactSum, TiesGoToTheEvenNeighbourUnlessAnythingIsBelow) {
    for (const double sign : {1.0, -1.0}) {
        EXPECT_EQ(value_of({sign * 0x1p53, sign}), sign * 0x1p53);
        EXPECT_EQ(value_of({sign * 0x1p53, sign * 3}), sign * (0x1p53 + 4));
        EXPECT_EQ(value_of({sign * 0x1p53, sign, sign * kSmallest}), sign * (0x1p53 + 2));
        EXPECT_EQ(value_of({sign * 0x1p53, sign * 3, -sign * kSmallest}), sign * (0x1p53 + 2));
        for (int below = -1; below >= -1074; --below)
            for (const int up : {0, 1, 10, 21, 31, 32})
                ASSERT_EQ(value_of({std::ldexp(sign, up + 53), std::ldexp(sign, up), std::ldexp(sign, below)}),
                          std::ldexp(sign * (0x1p53 + 2), up))
                    << up << ' ' << below;
    }
}

TEST(ExactSum, TheLimitsOfDoubles) {
    EXPECT_EQ(value_of({kLargest, kLargest}), kInfinity);
    EXPECT_EQ(value_of({-kLargest, -kLargest}), -kInfinity);
    EXPECT_EQ(value_of({kLargest, kLargest, -kLargest}), kLargest);
    EXPECT_EQ(value_of({kLargest, 0x1p969}), kLargest);   // below half of the last place
    EXPECT_EQ(value_of({kLargest, 0x1p970}), kInfinity);  // a tie, and even is the power above
    EXPECT_EQ(value_of({kSmallest, kSmallest}), 2 * kSmallest);
    EXPECT_EQ(value_of({0x1p-1022, -kSmallest}), 0x1p-1022 - kSmallest);
    EXPECT_EQ(value_of({-0x1p-1022, kSmallest}), -(0x1p-1022 - kSmallest));
}

TEST(ExactSum, SubnormalTermsCountEvenWhereTheThreadFlushesThem) {
    const std::vector<double> terms(1000, kSmallest);
    const double expected = std::bit_cast<double>(std::uint64_t{1000});
    EXPECT_EQ(bits(sum_of(terms).value()), bits(expected));
    const FlushDenormals flush;
    EXPECT_EQ(bits(sum_of(terms).value()), bits(expected));
}

TEST(ExactSum, NotANumberAndInfinityMakeNotANumberForGood) {
    for (const double special : {std::nan(""), kInfinity, -kInfinity}) {
        ExactSum sum = sum_of(std::array{1.0, special, -special});
        EXPECT_TRUE(std::isnan(sum.value()));
        ExactSum other;
        other.add(2.0);
        other.add(sum);
        other.normalize();
        EXPECT_TRUE(std::isnan(other.value()));
        other.clear();
        EXPECT_EQ(bits(other.value()), bits(0.0));
    }
}

// Doubling reaches more additions than a test could make one by one: 2^200 of them.
TEST(ExactSum, NoNumberOfAdditionsOverflowsAWord) {
    for (const double x : {kSmallest, 0x1.fffffffffffffp0, -0x1.fffffffffffffp0, -1e-200}) {
        ExactSum sum;
        sum.add(x);
        for (int i = 1; i <= 200; ++i) {
            const ExactSum copy = sum;
            sum.add(copy);
            ASSERT_EQ(bits(sum.value()), bits(std::ldexp(x, i))) << i;
            sum.add(x);
            sum.add(-x);
        }
    }
}

/// Room for 2^30 terms of the worst kind without a carry, and then a carry.
TEST(ExactSum, CarriesByItselfBeforeAWordIsFull) {
    constexpr double kWorst = -0x1.fffffffffffffp31;
    ExactSum sum;
    for (int i = 0; i < 1 << 10; ++i) sum.add(kWorst);
    for (int i = 10; i < 29; ++i) {
        const ExactSum copy = sum;
        sum.add(copy);
    }
    const auto load = sum.words()[ExactSum::kWords - 1];
    EXPECT_EQ(load, 1 << 29);
    const ExactSum half = sum;
    sum.add(half);
    EXPECT_EQ(sum.words()[ExactSum::kWords - 1], 1);
    EXPECT_EQ(sum.value(), std::ldexp(kWorst, 30));
}

TEST(ExactSum, CarriesByItselfAfterSingleTermsToo) {
    ExactSum sum;
    sum.words()[ExactSum::kWords - 1] = (1 << 30) - 2;  // as after so many terms
    sum.add(1.0);
    EXPECT_EQ(sum.words()[ExactSum::kWords - 1], (1 << 30) - 1);
    sum.add(1.0);
    EXPECT_EQ(sum.words()[ExactSum::kWords - 1], 1);
    EXPECT_EQ(sum.value(), 2.0);
}

TEST(ExactSum, WordsOfManyRanksAddUp) {
    Random random(5);
    for (const double sign : {1.0, -1.0}) {
        ExactSum sum;
        for (int i = 0; i < 100; ++i) sum.add(sign * random.unit());
        const double one = sum.value();
        sum.normalize();
        for (std::int64_t& word : sum.words()) word *= std::int64_t{1} << 30;  // as many ranks with the same sum
        EXPECT_EQ(bits(sum.value()), bits(std::ldexp(one, 30)));
        sum.add(-std::ldexp(one, 30));
        EXPECT_LE(std::abs(sum.value()), std::ldexp(std::abs(one), 30 - 53));
    }
}

TEST(ExactSum, AnArrayOfSumsIsOneArrayOfWords) {
    std::array<ExactSum, 3> sums;
    EXPECT_EQ(sums[0].words().size(), ExactSum::kWords);
    EXPECT_EQ(sums[0].words().data() + ExactSum::kWords, sums[1].words().data());
    EXPECT_EQ(sums[1].words().data() + ExactSum::kWords, sums[2].words().data());
}

}  // namespace
}  // namespace polykarma
