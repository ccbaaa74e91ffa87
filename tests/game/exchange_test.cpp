#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "game/exchange.hpp"
#include "support/random.hpp"

namespace polykarma {
namespace {

Account account(std::size_t a) { return Account{a}; }

/// The refusal of rates, or none.
std::optional<MoneyPump> refusal(const Exchange::Rates& rates) {
    try {
        const Exchange exchange(rates);
    } catch (const MoneyPump& pump) {
        return pump;
    }
    return std::nullopt;
}

/// What one unit becomes along a cycle, each step at the direct rate or against the reverse one.
double along(const std::vector<Account>& cycle, const Exchange::Rates& rates) {
    double product = 1.0;
    for (std::size_t i = 0; i + 1 < cycle.size(); ++i) {
        const double direct = rates[cycle[i + 1].at()][cycle[i].at()],
                     reverse = rates[cycle[i].at()][cycle[i + 1].at()];
        product *= direct > 0.0 ? direct : 1.0 / reverse;
    }
    return product;
}

TEST(GuardedFloor, ForgivesRoundingOnly) {
    EXPECT_EQ(guarded_floor(2.0 / 3.0 * 3.0), 2);
    EXPECT_EQ(guarded_floor(std::nextafter(7.0, 0.0)), 7);
    EXPECT_EQ(guarded_floor(4.0 / 3.0 * 3.0 + 2.0 / 3.0 * 3.0), 6);
    EXPECT_EQ(guarded_floor(1.999999), 1);
    EXPECT_EQ(guarded_floor(0.0), 0);
    for (int n = 1; n <= 200; ++n)
        for (int d = 1; d <= 30; ++d) {
            const double third = static_cast<double>(n) / d;
            EXPECT_EQ(guarded_floor(third * d), n);
            EXPECT_EQ(guarded_floor(third), n / d);
        }
}

TEST(Exchange, NoneKeepsEveryAccountApart) {
    const Exchange exchange = Exchange::none(3);
    EXPECT_EQ(exchange.groups(), 3U);
    EXPECT_EQ(exchange.rate(account(1), account(1)), 1.0);
    EXPECT_EQ(exchange.rate(account(1), account(2)), 0.0);
}

TEST(Exchange, WorthGivesRatesAndOneGroup) {
    const Exchange exchange = Exchange::from_worth({1.0, 1.5, 2.0});
    EXPECT_EQ(exchange.groups(), 1U);
    EXPECT_DOUBLE_EQ(exchange.rate(account(0), account(1)), 1.5);
    EXPECT_DOUBLE_EQ(exchange.rate(account(1), account(0)), 2.0 / 3.0);
    EXPECT_DOUBLE_EQ(exchange.worth(account(2)) / exchange.worth(account(1)), 4.0 / 3.0);
}

TEST(Exchange, RatesInOneDirectionConnectAccounts) {
    const Exchange exchange({{1.0, 0.0, 0.0}, {2.0, 1.0, 0.0}, {0.0, 3.0, 1.0}});
    EXPECT_EQ(exchange.groups(), 1U);
    // w[0] = w[1] * 2 and w[1] = w[2] * 3
    EXPECT_DOUBLE_EQ(exchange.worth(account(0)) / exchange.worth(account(1)), 2.0);
    EXPECT_DOUBLE_EQ(exchange.worth(account(1)) / exchange.worth(account(2)), 3.0);
}

TEST(Exchange, SeparateGroupsStaySeparate) {
    const Exchange exchange({{1.0, 0.0, 2.0}, {0.0, 1.0, 0.0}, {0.5, 0.0, 1.0}});
    EXPECT_EQ(exchange.groups(), 2U);
    EXPECT_EQ(exchange.group(account(0)), exchange.group(account(2)));
    EXPECT_NE(exchange.group(account(0)), exchange.group(account(1)));
}

TEST(Exchange, RefusesAPumpOfTwo) {
    const auto pump = refusal({{1.0, 1.5}, {1.5, 1.0}});
    ASSERT_TRUE(pump);
    EXPECT_EQ(pump->cycle.size(), 3U);
    EXPECT_DOUBLE_EQ(pump->product, 2.25);
}

TEST(Exchange, RefusesAPumpAroundACycleAndNamesIt) {
    const Exchange::Rates rates{{1.0, 0.0, 2.0}, {2.0, 1.0, 0.0}, {0.0, 2.0, 1.0}};
    const auto pump = refusal(rates);
    ASSERT_TRUE(pump);
    EXPECT_EQ(pump->cycle.size(), 4U);
    EXPECT_EQ(pump->cycle.front(), pump->cycle.back());
    EXPECT_NEAR(std::abs(std::log(pump->product)), std::log(8.0), 1e-14);
    EXPECT_DOUBLE_EQ(pump->product, along(pump->cycle, rates));
}

/// Random rates with gaps: consistent ones are accepted; otherwise the cycle is a cycle, and its product the one named.
TEST(Exchange, NamesTheCycleOfAnyPump) {
    test::Random random(14);
    int pumps = 0, accepted = 0;
    for (int trial = 0; trial < 2000; ++trial) {
        const std::size_t n = 2 + random.below(5);
        const auto worth = random.numbers(n, 0.5, 2.0);
        Exchange::Rates rates(n, std::vector<double>(n, 0.0));
        for (std::size_t r = 0; r < n; ++r)
            for (std::size_t a = 0; a < n; ++a)
                rates[r][a] = r == a ? 1.0 : random.chance(0.6) ? 0.0 : worth[a] / worth[r];
        const bool spoil = random.chance(0.5);
        if (spoil) {
            const std::size_t r = random.below(n), a = (r + 1 + random.below(n - 1)) % n;
            rates[r][a] = 1.3 * worth[a] / worth[r];
        }
        const auto pump = refusal(rates);
        ++(pump ? pumps : accepted);
        if (!spoil) {
            EXPECT_FALSE(pump);
        }
        if (!pump) continue;
        EXPECT_NEAR(std::abs(std::log(pump->product)), std::log(1.3), 1e-12);
        EXPECT_NEAR(pump->product, along(pump->cycle, rates), 1e-12);
        EXPECT_EQ(pump->cycle.front(), pump->cycle.back());
        std::vector<Account> distinct(pump->cycle.begin() + 1, pump->cycle.end());
        std::sort(distinct.begin(), distinct.end());
        EXPECT_EQ(std::adjacent_find(distinct.begin(), distinct.end()), distinct.end());
    }
    EXPECT_GT(pumps, 100);
    EXPECT_GT(accepted, 100);
}

TEST(Exchange, AcceptsRatesWrittenWithRounding) {
    EXPECT_FALSE(refusal({{1.0, 1.0 / 3.0, 0.1}, {3.0, 1.0, 0.3}, {10.0, 10.0 / 3.0, 1.0}}));
}

}  // namespace
}  // namespace polykarma
