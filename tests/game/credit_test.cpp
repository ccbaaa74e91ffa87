#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "game/credit.hpp"
#include "support/adjoint.hpp"

namespace polykarma {
namespace {

/// Expected total credit, from the definition.
double handed_out(const Credit& credit, const std::vector<double>& receivers) {
    double total = 0.0;
    const auto k_max = static_cast<int>(receivers.size()) - 1;
    for (int k = 0; k <= k_max; ++k) {
        const double low = std::min(credit.whole, k_max - k), high = std::min(credit.whole + 1, k_max - k);
        total += receivers[static_cast<std::size_t>(k)] * ((1.0 - credit.fraction) * low + credit.fraction * high);
    }
    return total;
}

TEST(SaturatedCredit, WithoutClippingIsThePaymentPerReceiver) {
    const std::vector<double> receivers{0.25, 0.25, 0.0, 0.0, 0.0};
    const Credit credit = saturated_credit(0.75, receivers);
    EXPECT_EQ(credit.whole, 1);
    EXPECT_DOUBLE_EQ(credit.fraction, 0.5);
    EXPECT_EQ(credit.lost, 0.0);
}

/// Half of the receivers are one unit from full: a rescaled single credit would stay in the first bracket, the exact
/// one needs the third.
TEST(SaturatedCredit, CrossesBrackets) {
    const std::vector<double> receivers{0.5, 0.0, 0.0, 0.0, 0.5, 0.0};
    const Credit credit = saturated_credit(1.75, receivers);
    EXPECT_EQ(credit.whole, 2);
    EXPECT_DOUBLE_EQ(credit.fraction, 0.5);
    EXPECT_DOUBLE_EQ(handed_out(credit, receivers), 1.75);
}

TEST(SaturatedCredit, TotalEqualsThePaymentWhateverTheReceivers) {
    test::Random random(2);
    for (int trial = 0; trial < 2000; ++trial) {
        const auto receivers = random.law(1 + random.below(8), 0.4);
        double room = 0.0;
        for (std::size_t k = 0; k < receivers.size(); ++k)
            room += receivers[k] * static_cast<double>(receivers.size() - 1 - k);
        const double payment = random.between(0.0, 1.3) * room;
        const Credit credit = saturated_credit(payment, receivers);
        EXPECT_GE(credit.fraction, 0.0);
        EXPECT_LT(credit.fraction, 1.0);
        // Sums of at most 8 * 8 products of size 1.
        EXPECT_NEAR(handed_out(credit, receivers) + credit.lost, payment, 1e-14);
        EXPECT_NEAR(credit.lost, std::max(0.0, payment - room), 1e-14);
    }
}

TEST(SaturatedCredit, AllFullLosesThePayment) {
    const Credit credit = saturated_credit(0.3, std::vector<double>{0.0, 0.0, 1.0});
    EXPECT_DOUBLE_EQ(credit.lost, 0.3);
    EXPECT_EQ(credit.fraction, 0.0);
}

TEST(SaturatedCredit, NobodyReceivesAndNobodyPaid) {
    const Credit credit = saturated_credit(0.0, std::vector<double>{0.0, 0.0, 0.0});
    EXPECT_EQ(credit.whole, 0);
    EXPECT_EQ(credit.fraction, 0.0);
    EXPECT_EQ(credit.lost, 0.0);
}

TEST(SaturatedCredit, IntegerPaymentIsPaidInFull) {
    const Credit credit = saturated_credit(2.0, std::vector<double>{1.0, 0.0, 0.0, 0.0});
    EXPECT_EQ(credit.whole, 2);
    EXPECT_EQ(credit.fraction, 0.0);
    std::vector<double> after(4, 0.0);
    push(credit, std::vector<double>{1.0, 0.0, 0.0, 0.0}, after);
    EXPECT_EQ(after, (std::vector<double>{0.0, 0.0, 1.0, 0.0}));
}

TEST(SaturatedCredit, RoundingBelowZeroIsNoPayment) {
    for (const std::size_t balances : {std::size_t{1}, std::size_t{4}}) {
        const Credit credit = saturated_credit(-1e-16, std::vector<double>(balances, 1.0 / 4.0));
        EXPECT_EQ(credit.whole, 0);
        EXPECT_EQ(credit.fraction, 0.0);
        EXPECT_EQ(credit.lost, 0.0);
    }
}

TEST(SaturatedCredit, AnAccountThatHoldsNothingLosesAll) {
    EXPECT_DOUBLE_EQ(saturated_credit(0.5, std::vector<double>{1.0}).lost, 0.5);
}

TEST(Credit, PullIsTheExpectationOverTheCredit) {
    const Credit credit{1, 0.25, 0.0};
    const std::vector<double> value{1.0, 10.0, 100.0, 1000.0};
    std::vector<double> out(4);
    pull(credit, value, out);
    EXPECT_DOUBLE_EQ(out[0], 0.75 * 10.0 + 0.25 * 100.0);
    EXPECT_DOUBLE_EQ(out[1], 0.75 * 100.0 + 0.25 * 1000.0);
    EXPECT_DOUBLE_EQ(out[2], 1000.0);
    EXPECT_DOUBLE_EQ(out[3], 1000.0);
}

TEST(Credit, PushIsTheAdjointOfPull) {
    test::Random random(3);
    for (int trial = 0; trial < 200; ++trial) {
        const std::size_t n = 1 + random.below(7);
        const Credit credit{static_cast<int>(random.below(n + 2)), random.unit(), 0.0};
        test::expect_adjoint(
            {n, n}, [&](std::span<const double> in, std::span<double> out) { pull(credit, in, out); },
            [&](std::span<const double> in, std::span<double> out) { push(credit, in, out); }, random);
    }
}

}  // namespace
}  // namespace polykarma
