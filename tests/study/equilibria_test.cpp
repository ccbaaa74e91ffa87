// When two states are the same equilibrium, and how the equilibria of a design are numbered.
#include "study/equilibria.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace polykarma {
namespace {

/// Two stages; the share of the first bid and the payoff of the only type.
EquilibriumSummary summary(double share, double payoff) {
    EquilibriumSummary s;
    s.bid_share = {{0.0, share, 1.0 - share}, {0.0, 0.25, 0.75}};
    s.welfare.payoffs = {{payoff, payoff}};
    return s;
}

StudyRow row(const std::string& label, bool certified = true) {
    StudyRow r;
    r.labels = {label};
    r.certified = certified;
    return r;
}

std::vector<int> numbers(std::vector<StudyRow> rows, const std::vector<EquilibriumSummary>& summaries) {
    number_equilibria(rows, summaries);
    std::vector<int> found;
    for (const auto& r : rows) found.push_back(r.equilibrium);
    return found;
}

TEST(SameEquilibrium, BidSharesCountInTheSumOverActionsAndStages) {
    const auto reference = summary(0.5, 2.0);
    EXPECT_TRUE(same_equilibrium(reference, reference));
    // A share that moves from one bid to another counts twice.
    EXPECT_TRUE(same_equilibrium(reference, summary(0.5 + 0.49 * kSameBidShares, 2.0)));
    EXPECT_FALSE(same_equilibrium(reference, summary(0.5 + 0.51 * kSameBidShares, 2.0)));
    auto later = reference;
    later.bid_share[1] = {2.0 * kSameBidShares, 0.25, 0.75 - 2.0 * kSameBidShares};
    EXPECT_FALSE(same_equilibrium(reference, later));
}

TEST(SameEquilibrium, PayoffsCountOneByOne) {
    EXPECT_TRUE(same_equilibrium(summary(0.5, 2.0), summary(0.5, 2.0 - 0.9 * kSamePayoff)));
    EXPECT_FALSE(same_equilibrium(summary(0.5, 2.0), summary(0.5, 2.0 - 1.1 * kSamePayoff)));
}

TEST(SameEquilibrium, BidsThatAreNotThereAreNotPlaced) {
    auto longer = summary(0.5, 2.0);
    longer.bid_share[0].push_back(0.0);
    EXPECT_TRUE(same_equilibrium(summary(0.5, 2.0), longer));
    EXPECT_TRUE(same_equilibrium(longer, summary(0.5, 2.0)));
    longer.bid_share[0] = {0.0, 0.5, 0.4, 0.1};
    EXPECT_FALSE(same_equilibrium(summary(0.5, 2.0), longer));
    EXPECT_FALSE(same_equilibrium(longer, summary(0.5, 2.0)));
}

TEST(SameEquilibrium, OtherStagesOrTypesAreOtherEquilibria) {
    auto shorter = summary(0.5, 2.0);
    shorter.bid_share.pop_back();
    EXPECT_FALSE(same_equilibrium(summary(0.5, 2.0), shorter));
    auto more = summary(0.5, 2.0);
    more.welfare.payoffs.push_back({1.0, 1.0});
    EXPECT_FALSE(same_equilibrium(summary(0.5, 2.0), more));
}

TEST(SameEquilibrium, WhatIsNotANumberIsTheSameAsNothing) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(same_equilibrium(summary(nan, 2.0), summary(nan, 2.0)));
    EXPECT_FALSE(same_equilibrium(summary(0.5, nan), summary(0.5, nan)));
}

TEST(NumberEquilibria, TheBestIsTheFirst) {
    const std::vector<EquilibriumSummary> summaries{summary(0.5, 2.0), summary(0.6, 2.0), summary(0.5, 2.0),
                                                    summary(0.7, 2.0), summary(0.8, 2.0)};
    std::vector<StudyRow> rows(5, row("x"));
    const double infinity = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> nash{-0.3, nan, -0.3, -0.2, -infinity};
    const std::vector<double> stationarity{2e-7, 1e-7, 1e-7, 1e-7, 1e-7};
    for (std::size_t i = 0; i < 5; ++i) {
        rows[i].nash.endogenous = nash[i];
        rows[i].certificate.stationarity = stationarity[i];
        rows[i].start = std::string(1, static_cast<char>('a' + i));
    }
    const auto found = number_equilibria(rows, summaries);
    ASSERT_EQ(found.size(), 4u);
    EXPECT_EQ(found[0].row, 3u);
    EXPECT_EQ(found[1].row, 2u);  // the smallest stationarity stands for both
    EXPECT_EQ(found[1].starts, (std::vector<std::string>{"a", "c"}));
    EXPECT_EQ(found[2].row, 4u);
    EXPECT_EQ(found[3].row, 1u);
    std::vector<int> numbers;
    for (const auto& r : rows) numbers.push_back(r.equilibrium);
    EXPECT_EQ(numbers, (std::vector<int>{2, 4, 2, 1, 3}));
}

TEST(NumberEquilibria, DesignsStayInTheirOrder) {
    std::vector<StudyRow> rows{row("y"), row("x"), row("y")};
    rows[0].nash.endogenous = -1.0;
    rows[2].nash.endogenous = -0.5;
    auto better = summary(0.6, 2.0);
    better.price_level = {3.0, 5.0};
    const auto found = number_equilibria(rows, {summary(0.5, 2.0), summary(0.5, 2.0), better});
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ((std::vector<std::size_t>{found[0].row, found[1].row, found[2].row}), (std::vector<std::size_t>{2, 0, 1}));
    EXPECT_EQ(found[0].price_level, (std::vector<double>{3.0, 5.0}));
}

TEST(UncertifiedStarts, AreCountedByReason) {
    const auto ended = [](const char* start, bool certified, const char* reason) {
        StudyRow r = row("x", certified);
        r.start = start;
        r.reason = reason;
        return r;
    };
    const std::vector<StudyRow> rows{ended("a", false, "stalled"), ended("b", true, "converged"),
                                     ended("c", false, "failed"), ended("d", false, "stalled"),
                                     ended("e", false, "converged")};
    const auto reasons = uncertified_starts(rows);
    ASSERT_EQ(reasons.size(), 3u);
    EXPECT_EQ(reasons[0].reason, "stalled");
    EXPECT_EQ(reasons[0].starts, (std::vector<std::string>{"a", "d"}));
    EXPECT_EQ(reasons[1].reason, "failed");
    EXPECT_EQ(reasons[2].reason, "above a tolerance");
    EXPECT_EQ(reasons[2].starts, (std::vector<std::string>{"e"}));
}

TEST(NumberEquilibria, CountsFromOneWithinADesign) {
    const auto a = summary(0.5, 2.0);
    const auto b = summary(0.6, 2.0);
    EXPECT_EQ(numbers({row("x"), row("x"), row("x"), row("y"), row("y")}, {a, b, a, b, b}),
              (std::vector<int>{1, 2, 1, 1, 1}));
}

TEST(NumberEquilibria, LeavesOutWhatIsNotCertified) {
    const auto a = summary(0.5, 2.0);
    const auto b = summary(0.6, 2.0);
    EXPECT_EQ(numbers({row("x", false), row("x"), row("x", false), row("x")}, {a, a, b, b}),
              (std::vector<int>{0, 1, 0, 2}));
    // A failed point has an empty summary.
    EXPECT_EQ(numbers({row("x", false), row("x")}, {EquilibriumSummary{}, a}), (std::vector<int>{0, 1}));
    EXPECT_EQ(numbers({}, {}), std::vector<int>{});
}

TEST(NumberEquilibria, TellsDesignsApartThatAreNotNeighbours) {
    const auto a = summary(0.5, 2.0);
    const auto b = summary(0.6, 2.0);
    EXPECT_EQ(numbers({row("x"), row("y"), row("x"), row("y")}, {a, b, b, a}), (std::vector<int>{1, 1, 2, 2}));
}

}  // namespace
}  // namespace polykarma
