// What the rounding promises, with the optimisation and the architecture of the kernels: a compiler that regroups
// (x + shift) - shift, or fuses a product into it, fails here.
#include "base/fixed_point.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.hpp"

namespace polykarma {
namespace {

using simd::kWidth;
using simd::Vec;
using test::Random;

std::uint64_t bits(double x) { return std::bit_cast<std::uint64_t>(x); }

/// x in units of 2^-scale, to the nearest, ties to even: exact, as a product by a power of two.
std::int64_t units(double x, int scale) { return static_cast<std::int64_t>(std::nearbyint(std::ldexp(x, scale))); }

double plain_sum(const std::vector<double>& terms) {
    double sum = 0.0;
    for (const double x : terms) sum += x;
    return sum;
}

/// In groups of random sizes, as blocks and ranks would: each summed by itself, and then the sums.
double grouped_sum(const std::vector<double>& terms, Random& random) {
    double total = 0.0;
    for (std::size_t i = 0; i < terms.size();) {
        const std::size_t end = std::min(terms.size(), i + random.below(terms.size()));
        double group = 0.0;
        for (; i < end; ++i) group += terms[i];
        total += group;
    }
    return total;
}

/// Masses of very different size, a law but for the sign: each is negative with the given probability.
std::vector<double> masses(std::size_t count, double negative, Random& random) {
    std::vector<double> result(count);
    double total = 0.0;
    for (double& x : result) total += x = std::exp(random.between(-60.0, 0.0));
    for (double& x : result) x /= random.chance(negative) ? -total : total;
    return result;
}

/// How many terms a sum has, and the probability that a term is negative.
constexpr std::pair<std::size_t, double> kSums[] = {{2, 0.0},    {17, 0.0},    {1000, 0.0},   {30000, 0.0},
                                                    {1000, 0.5}, {30000, 0.5}, {30000, 0.01}, {1000, 1.0}};

TEST(FixedPoint, TheUnitBelongsToThePowerOfTwoFromTheBoundOn) {
    static_assert(kShares.unit() == 0x1p-52);
    static_assert(FixedPoint(0.75).unit() == 0x1p-52);
    static_assert(FixedPoint(0x1.0000000000001p0).unit() == 0x1p-51);
    static_assert(FixedPoint(3.0).unit() == 0x1p-50);
    static_assert(FixedPoint(0x1p-30).unit() == 0x1p-82);
    EXPECT_EQ(FixedPoint(1e-6).unit(), 0x1p-71);
}

TEST(FixedPoint, RoundsToTheNearestMultipleOfTheUnit) {
    Random random(1);
    for (const double bound : {1.0, 0.3, 5.0, 1e-12, 7e9}) {
        const FixedPoint round(bound);
        const int scale = -std::ilogb(round.unit());
        for (int i = 0; i < 20000; ++i) {
            const double x = random.unit() * bound * (i % 3 == 0 ? std::exp(random.between(-40.0, 0.0)) : 1.0);
            const double rounded = round(x);
            ASSERT_EQ(rounded, std::ldexp(static_cast<double>(units(x, scale)), -scale)) << x;
            ASSERT_LE(std::abs(static_cast<long double>(rounded) - x), round.unit() / 2) << x;
        }
    }
}

TEST(FixedPoint, TheEndsOfTheRange) {
    EXPECT_EQ(bits(kShares(0.0)), bits(0.0));
    EXPECT_EQ(bits(0.0 + kShares(-0.0)), bits(0.0));
    EXPECT_EQ(bits(kShares(5e-324)), bits(0.0));
    EXPECT_EQ(bits(0.0 + kShares(-5e-324)), bits(0.0));
    EXPECT_EQ(kShares(1.0), 1.0);
    EXPECT_EQ(kShares(-1.0), -1.0);
    EXPECT_EQ(kShares(0x1p-53), 0.0);  // a tie
    EXPECT_EQ(kShares(0x1.8p-52), 0x1p-51);
    EXPECT_EQ(kShares(1.0 + 0x1p-52), 1.0);
    EXPECT_TRUE(std::isnan(kShares(std::nan(""))));
}

TEST(FixedPoint, SumsDependNeitherOnTheOrderNorOnTheGroupingOfTheTerms) {
    Random random(2);
    std::mt19937 order(3);
    int raw_sums_that_differ = 0;
    for (const auto& [count, negative] : kSums) {
        std::vector<double> raw = masses(count, negative, random);
        std::vector<double> rounded(count);
        __int128 reference = 0;
        for (std::size_t i = 0; i < count; ++i) {
            rounded[i] = kShares(raw[i]);
            reference += units(raw[i], 52);
        }
        const double raw_sum = plain_sum(raw);
        const double expected = std::ldexp(static_cast<double>(reference), -52);
        for (int again = 0; again < 20; ++again) {
            ASSERT_EQ(bits(plain_sum(rounded)), bits(expected));
            ASSERT_EQ(bits(grouped_sum(rounded, random)), bits(expected));
            std::shuffle(rounded.begin(), rounded.end(), order);
            std::shuffle(raw.begin(), raw.end(), order);
            raw_sums_that_differ += plain_sum(raw) != raw_sum ? 1 : 0;
        }
    }
    EXPECT_GT(raw_sums_that_differ, 40);  // the terms are such that the rounding is what makes it so
}

TEST(FixedPoint, SumsAreExactUpToTwiceTheBound) {
    const FixedPoint round(1.0);
    double sum = round(1.0) + round(1.0 - round.unit());
    EXPECT_EQ(sum, 2.0 - round.unit());
    sum += round(round.unit());
    EXPECT_EQ(sum, 2.0);
    EXPECT_EQ(sum - round(round.unit()), 2.0 - round.unit());
}

// Between 1/2 and 1 every other product is half way between two multiples of the unit, and rounds to the even one only
// if it has been rounded to a double before.
TEST(FixedPoint, AProductIsRoundedBeforeItIsPutOnTheGrid) {
    Random random(4);
    const std::vector<double> a = random.numbers(1000, 0.75, 1.0);
    const std::vector<double> b = random.numbers(1000, 0.75, 1.0);
    std::vector<double> products(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) products[i] = kShares(a[i] * b[i]);
    int fused_differently = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const volatile double product = a[i] * b[i];
        ASSERT_EQ(products[i], std::ldexp(static_cast<double>(units(product, 52)), -52));
        fused_differently += std::fma(a[i], b[i], 1.0) - 1.0 != products[i] ? 1 : 0;
    }
    EXPECT_GT(fused_differently, 100);
    for (std::size_t i = 0; i + kWidth <= a.size(); i += kWidth) {
        const Vec rounded = kShares(simd::load_unaligned(&a[i]) * simd::load_unaligned(&b[i]));
        for (std::size_t lane = 0; lane < kWidth; ++lane) ASSERT_EQ(rounded[lane], products[i + lane]);
    }
}

TEST(FixedPoint, ANegativeTermIsMinusTheTermOfItsMagnitude) {
    Random random(9);
    const std::vector<double> a = random.numbers(1000, 0.75, 1.0);
    const std::vector<double> b = random.numbers(1000, -1.0, 1.0);
    std::vector<double> rounded(a.size()), mirrored(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) rounded[i] = kShares(a[i] * b[i]);
    for (std::size_t i = 0; i < a.size(); ++i) mirrored[i] = kShares(a[i] * -b[i]);
    for (std::size_t i = 0; i < a.size(); ++i) {
        const volatile double product = a[i] * b[i];
        ASSERT_EQ(rounded[i], std::ldexp(static_cast<double>(units(product, 52)), -52));
        ASSERT_EQ(mirrored[i], -rounded[i]);
    }
    for (std::size_t i = 0; i + kWidth <= a.size(); i += kWidth) {
        const Vec term = kShares(simd::load_unaligned(&a[i]) * simd::load_unaligned(&b[i]));
        for (std::size_t lane = 0; lane < kWidth; ++lane) ASSERT_EQ(term[lane], rounded[i + lane]);
    }
}

TEST(FixedPoint, LoopsOfAnyLengthRoundAsOneTermDoes) {
    Random random(5);
    for (std::size_t count = 1; count <= 4 * kWidth + 3; ++count) {
        const std::vector<double> x = random.numbers(count, 0.0, 1.0);
        std::vector<double> rounded(count);
        double sum = 0.0;
        __int128 reference = 0;
        for (std::size_t i = 0; i < count; ++i) rounded[i] = kShares(x[i] / static_cast<double>(count));
        for (std::size_t i = 0; i < count; ++i) sum += kShares(x[i] / static_cast<double>(count));
        for (std::size_t i = 0; i < count; ++i) {
            const volatile double term = x[i] / static_cast<double>(count);
            ASSERT_EQ(rounded[i], std::ldexp(static_cast<double>(units(term, 52)), -52));
            reference += units(term, 52);
        }
        ASSERT_EQ(bits(sum), bits(std::ldexp(static_cast<double>(reference), -52)));
    }
}

TEST(SplitShare, OneTermIsOffBy2ToTheMinus77AtMost) {
    Random random(6);
    for (int i = 0; i < 50000; ++i) {
        const double x = i % 2 == 0 ? random.unit() : std::exp(random.between(-60.0, 0.0));
        const SplitShare parts = split(x);
        ASSERT_EQ(parts.high, kShares(x));
        ASSERT_EQ(parts.low, std::ldexp(static_cast<double>(units(parts.low, 76)), -76)) << x;
        // Both differences are exact: the first in double, and so is what is left of it.
        ASSERT_LE(std::abs((x - parts.high) - parts.low), 0x1p-77) << x;
        const SplitShare mirrored = split(-x);
        ASSERT_EQ(mirrored.high, -parts.high);
        ASSERT_EQ(mirrored.low, -parts.low);
    }
    EXPECT_EQ(split(1.0).value(), 1.0);
    EXPECT_EQ(split(0x1p-60).value(), 0x1p-60);
    EXPECT_EQ(bits((SplitShare{} += split(-0.0)).value()), bits(0.0));
}

TEST(SplitShare, SumsAreExactInAnyOrder) {
    Random random(7);
    std::mt19937 order(8);
    for (const auto& [count, negative] : kSums) {
        std::vector<double> terms = masses(count, negative, random);
        __int128 reference = 0;
        for (const double x : terms) {
            const SplitShare parts = split(x);
            reference += (static_cast<__int128>(units(parts.high, 52)) << 24) + units(parts.low, 76);
        }
        for (int again = 0; again < 20; ++again) {
            SplitShare sum;
            SplitShare group;
            for (const double x : terms) {
                group += split(x);
                if (random.chance(0.01)) {
                    sum += group;
                    group = {};
                }
            }
            sum += group;
            const auto high = static_cast<__int128>(units(sum.high, 52)) << 24;
            ASSERT_TRUE(high + units(sum.low, 76) == reference);
            ASSERT_EQ(bits(sum.value()), bits(std::ldexp(static_cast<double>(reference), -76)));
            std::shuffle(terms.begin(), terms.end(), order);
        }
    }
}

// 2^30 terms whose low parts are as large as they come, and have the last bit of their grid set where they can.
TEST(SplitShare, LowPartsOf2ToThe30TermsAddUpExactly) {
    const double largest = std::abs(split(0x1p-53).low);
    ASSERT_EQ(largest, 0x1p-53);
    const double odd = split(0x1p-53 - 0x1p-76).low;
    ASSERT_EQ(odd, 0x1p-53 - 0x1p-76);
    double sum = 0.0;
    for (int i = 0; i < 1 << 10; ++i) sum += odd;
    sum *= static_cast<double>((1 << 20) - 1);  // as often the same
    EXPECT_EQ(units(sum, 76), ((std::int64_t{1} << 23) - 1) * ((std::int64_t{1} << 30) - (1 << 10)));
    for (int i = 0; i < 1 << 10; ++i) {
        const double before = sum;
        sum += odd;
        ASSERT_EQ(sum - before, odd);
    }
}

}  // namespace
}  // namespace polykarma
