#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "game/priority_auction.hpp"
#include "support/random.hpp"

namespace polykarma {
namespace {

std::vector<double> probabilities(const std::vector<double>& nu, double priority, double epsilon) {
    std::vector<double> psi(nu.size(), -1.0);
    priority_probabilities(nu, priority, epsilon, psi);
    return psi;
}

TEST(PriorityProbabilities, HighestBidsWinTheMarginalOneInPart) {
    const auto psi = probabilities({0.4, 0.3, 0.2, 0.1}, 0.2, 1e-4);
    EXPECT_EQ(psi[0], 0.0);
    EXPECT_EQ(psi[1], 0.0);
    EXPECT_DOUBLE_EQ(psi[2], (0.2 - 0.1) / (0.2 + 1e-4));
    EXPECT_EQ(psi[3], 1.0);
}

TEST(PriorityProbabilities, AllAtOneBidAreALottery) {
    const auto psi = probabilities({0.0, 1.0, 0.0}, 0.25, 1e-3);
    EXPECT_EQ(psi[0], 0.0);
    EXPECT_DOUBLE_EQ(psi[1], 0.25 / 1.001);
    EXPECT_EQ(psi[2], 1.0);  // who outbids everybody wins for sure
}

TEST(PriorityProbabilities, NoPriorityCapacityMeansNobodyWins) {
    for (const double psi : probabilities({0.5, 0.0, 0.5, 0.0}, 0.0, 1e-4)) EXPECT_EQ(psi, 0.0);
}

TEST(PriorityProbabilities, NobodyBidsEverybodyWouldWin) {
    for (const double psi : probabilities({0.0, 0.0, 0.0}, 0.2, 1e-4)) EXPECT_EQ(psi, 1.0);
}

TEST(PriorityProbabilities, BidsThatFillTheCapacityExactly) {
    const auto psi = probabilities({0.5, 0.25, 0.25}, 0.5, 1e-4);
    EXPECT_EQ(psi[2], 1.0);
    EXPECT_DOUBLE_EQ(psi[1], 0.25 / (0.25 + 1e-4));
    EXPECT_EQ(psi[0], 0.0);
}

/// Probabilities, monotone in the bid, and never more winners than the capacity: what exceeds 1 by a rounding would
/// make negative mass of the losers.
TEST(PriorityProbabilities, AreMonotoneProbabilitiesWithinTheCapacity) {
    test::Random random(6);
    for (int trial = 0; trial < 20000; ++trial) {
        const auto nu = random.law(1 + random.below(6), 0.4);
        const double epsilon = random.pick(std::vector<double>{1e-4, 1e-2, 0.3});
        const double at_the_edge = std::accumulate(nu.begin(), nu.end(), epsilon);  // the lowest bid just wins
        const double priority = random.chance(0.5) ? at_the_edge : random.unit();
        const auto psi = probabilities(nu, priority, epsilon);
        double winners = 0.0;
        for (std::size_t b = 0; b < nu.size(); ++b) {
            EXPECT_GE(psi[b], 0.0);
            EXPECT_LE(psi[b], 1.0);
            if (b > 0) {
                EXPECT_GE(psi[b], psi[b - 1] - 1e-12);  // 1.1e-16 / epsilon
            }
            winners += nu[b] * psi[b];
        }
        EXPECT_LE(winners, priority + 1e-15);
    }
}

TEST(CongestionDelay, ByHand) {
    EXPECT_DOUBLE_EQ(congestion_delay(0.75, {0.5, 0.0}), 0.5);
    EXPECT_DOUBLE_EQ(congestion_delay(1.0, {0.5, 0.0}), 1.0);
    EXPECT_DOUBLE_EQ(congestion_delay(0.8, {0.5, 0.25}), 2.2);
    EXPECT_EQ(congestion_delay(0.2, {0.5, 0.25}), 0.0);
}

}  // namespace
}  // namespace polykarma
