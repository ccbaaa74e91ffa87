#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "dynamics/row_kernels.hpp"
#include "support/random.hpp"

namespace polykarma {
namespace {

/// A row in the form of the kernels: aligned, padded with `filler`.
struct TestRow {
    TestRow(const std::vector<double>& values, double filler)
        : data(padded(values.size()), filler), length(values.size()) {
        std::copy(values.begin(), values.end(), data.begin());
    }
    [[nodiscard]] Row row() const { return {data.data(), length}; }
    AlignedVector<double> data;
    std::size_t length;
};

double ulps(double a, double b) {
    if (a == b) return 0.0;
    return std::abs(a - b) / (std::nextafter(std::abs(b), std::numeric_limits<double>::infinity()) - std::abs(b));
}

/// The softmax of a row, [action, padded].
struct Softmax {
    Softmax(Row q, double lambda) : weight(padded(q.size()), -1.0), result(softmax_weights(q, lambda, weight.data())) {}
    /// One damped step of p towards it.
    void attract(TestRow& p, double rate) const { damp({p.data.data(), p.length}, weight.data(), result.total, rate); }
    AlignedVector<double> weight;
    SoftmaxRow result;
};

TEST(RowMaximum, IgnoresThePadding) {
    for (std::size_t n = 1; n <= 20; ++n) {
        std::vector<double> values(n, -1e9);
        values[n / 2] = -5.0;
        EXPECT_EQ(row_maximum(TestRow(values, kForbidden).row()), -5.0);
    }
}

TEST(ExpectedValue, IsTheScalarProductWhateverThePadding) {
    test::Random random(8);
    for (std::size_t n = 1; n <= 20; ++n) {
        const auto p = random.law(n), q = random.numbers(n, -3.0, 9.0);
        double expected = 0.0;
        for (std::size_t a = 0; a < n; ++a) expected += p[a] * q[a];
        EXPECT_NEAR(expected_value(TestRow(p, 0.0).row(), TestRow(q, kForbidden).row()), expected, 1e-14);
    }
}

TEST(Softmax, WeightsAreExponentials) {
    test::Random random(9);
    double worst = 0.0;
    for (int trial = 0; trial < 3000; ++trial) {
        const std::size_t n = 1 + random.below(trial % 100 == 0 ? 1500 : 20);
        const double lambda = std::exp(random.between(-3.0, 8.0));
        std::vector<double> values(n);
        for (double& q : values) q = 40.0 + random.between(-45.0, 0.0) / lambda;
        const TestRow q(values, kForbidden);
        const Softmax softmax(q.row(), lambda);
        const auto& [weight, result] = softmax;
        EXPECT_EQ(result.maximum, *std::max_element(values.begin(), values.end()));
        double total = 0.0, weighted = 0.0, size = 0.0;
        for (std::size_t a = 0; a < n; ++a) {
            const double exact = std::exp(lambda * (values[a] - result.maximum));
            if (exact > 1.01 * std::exp(-kSoftmaxRange)) worst = std::max(worst, ulps(weight[a], exact));
            if (exact < 0.99 * std::exp(-kSoftmaxRange)) {
                EXPECT_EQ(weight[a], 0.0);
            }
            total += weight[a];
            weighted += weight[a] * values[a];
            size += weight[a] * std::abs(values[a]);
        }
        for (std::size_t a = n; a < weight.size(); ++a) EXPECT_EQ(weight[a], 0.0);
        EXPECT_GE(result.total, 1.0);
        EXPECT_NEAR(result.total, total, 1e-14 * total);  // positive numbers in another order
        EXPECT_NEAR(result.weighted, weighted, 1e-14 * size);
    }
    EXPECT_LE(worst, 4.0);  // the header promises 5e-16 relative, and std::exp is within one unit itself
}

TEST(Softmax, SingleActionAndTies) {
    const Softmax single(TestRow({-7.0}, kForbidden).row(), 1000.0);
    EXPECT_EQ(single.result.total, 1.0);
    EXPECT_EQ(single.weight[0], 1.0);
    const Softmax ties(TestRow({2.0, 2.0, -9.0}, kForbidden).row(), 1000.0);
    EXPECT_EQ(ties.result.total, 2.0);
    EXPECT_EQ(ties.weight[0], 1.0);
    EXPECT_EQ(ties.weight[1], 1.0);
    EXPECT_EQ(ties.weight[2], 0.0);
}

/// A sharpness at which not even neighbouring numbers share weight: the best action keeps all of it.
TEST(Softmax, AnySharpness) {
    for (const double lambda : {1e-6, 1.0, 1e9, 1e15, 1e18, 1e300}) {
        const Softmax softmax(TestRow({400.0, 399.0}, kForbidden).row(), lambda);
        EXPECT_GE(softmax.result.total, 1.0) << lambda;
        EXPECT_EQ(softmax.weight[0], 1.0) << lambda;
        EXPECT_NEAR(softmax.weight[1], std::exp(-lambda), 1e-15) << lambda;
        for (std::size_t a = 2; a < kLanes; ++a) EXPECT_EQ(softmax.weight[a], 0.0) << lambda;
    }
}

TEST(Softmax, AForbiddenActionInTheRowHasNoWeight) {
    const Softmax softmax(TestRow({1.0, kForbidden, 1.0}, kForbidden).row(), 10.0);
    EXPECT_EQ(softmax.result.total, 2.0);
    EXPECT_EQ(softmax.result.weighted, 2.0);
    EXPECT_EQ(softmax.weight[1], 0.0);
}

/// Values whose weights are the given ones at sharpness 1.
std::vector<double> with_weights(const std::vector<double>& law) {
    std::vector<double> values(law.size());
    std::transform(law.begin(), law.end(), values.begin(), [](double p) { return std::log(p); });
    return values;
}

TEST(Damp, KeepsTheSumAndMovesByTheRate) {
    test::Random random(10);
    for (std::size_t n = 1; n <= 20; ++n) {
        const auto before = random.law(n), towards = random.law(n);
        TestRow p(before, 0.0);
        const Softmax softmax(TestRow(with_weights(towards), kForbidden).row(), 1.0);
        softmax.attract(p, 0.05);
        double sum = 0.0;
        for (std::size_t a = 0; a < n; ++a) {
            EXPECT_NEAR(p.data[a], 0.95 * before[a] + 0.05 * towards[a], 4e-16);  // roundings of numbers up to 1
            sum += p.data[a];
        }
        EXPECT_NEAR(sum, 1.0, 1e-15);
        for (std::size_t a = n; a < p.data.size(); ++a) EXPECT_EQ(p.data[a], 0.0);
    }
}

/// Sums stay at one: the error of a step is damped by the next one.
TEST(Damp, ManyStepsDoNotDrift) {
    test::Random random(11);
    const std::size_t n = 13;
    TestRow p(random.law(n), 0.0);
    for (int step = 0; step < 100000; ++step) {
        const Softmax softmax(TestRow(random.numbers(n, 0.0, 1.0), kForbidden).row(), 1.0);
        softmax.attract(p, 0.01);
    }
    double sum = 0.0;
    for (const double x : p.data) sum += x;
    EXPECT_NEAR(sum, 1.0, 1e-14);  // a rounding of 1e-16 per step, forgotten after 1 / rate steps
}

}  // namespace
}  // namespace polykarma
