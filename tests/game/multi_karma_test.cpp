#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "dynamics/operators.hpp"
#include "equilibrium/start.hpp"
#include "support/partitioned.hpp"
#include "support/random_economy.hpp"
#include "support/small_economy.hpp"

namespace polykarma {
namespace {

constexpr Stage kH{std::size_t{0}};
constexpr Exogenous kHigh{std::size_t{2}};
const Block kIdleBlock{std::size_t{0}}, kLowBlock{std::size_t{1}}, kHighBlock{std::size_t{2}};
const Action kInactive{std::size_t{0}}, kBidNothing{std::size_t{1}}, kBidOne{std::size_t{2}};

MultiKarma small(Exchange exchange) {
    return MultiKarma(test::small_economy({4, 3}, {1.5, 2.0}, std::move(exchange), Redistribution::all));
}

TEST(MultiKarma, LayoutDescribesActionsAndAccounts) {
    const MultiKarma game = small(Exchange::from_worth({1.0, 1.5}));
    const Layout& layout = game.layout();
    EXPECT_EQ(layout.stages(), 2U);
    EXPECT_EQ(layout.blocks(), 6U);
    EXPECT_EQ(layout.sites(), 20U);
    EXPECT_EQ(layout.stage(kH).actions.size(), 2U + 4U + 4U);  // 4 + floor(3 * 3/2) = 8 is the largest bid
    EXPECT_FALSE(layout.stage(kH).actions.front().participates);
    EXPECT_EQ(layout.stage(kH).actions.back().bid, 8.0);
    EXPECT_EQ(layout.exogenous_infos()[kHigh.at()].name, "high");
}

/// Everybody bids 0: a lottery for the priority capacity among all.
TEST(MultiKarma, ZeroBidsAreALottery) {
    const MultiKarma game = small(Exchange::none(2));
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    const Response zero = pure_response(whole(game), [&](Stage r, const Site& site, std::size_t length) {
        return game.start_action(PolicyStart::zero, r, site, length);
    });
    Operators<MultiKarma> operators(game);
    operators.aggregate(mass, zero);
    const auto& m = operators.aggregates(kH);
    const double win = 0.2 / (1.0 + 1e-3);         // s_pr / (epsilon + 1)
    const double delay = (1.0 - win - 0.3) / 0.3;  // s_gp = 0.5 - 0.2
    EXPECT_DOUBLE_EQ(m.psi[kBidNothing.at()], win);
    EXPECT_NEAR(m.delay, delay, 1e-14);
    EXPECT_EQ(m.mean_payment, 0.0);
    EXPECT_EQ(m.credit.whole + m.credit.fraction, 0.0);
    EXPECT_NEAR(game.reward(kH, m, kHighBlock, kBidNothing), 4.0 * (2.0 - (1.0 - win) * delay), 1e-13);
    EXPECT_NEAR(game.reward(kH, m, kLowBlock, kBidOne), 1.0 * 2.0, 1e-15);
    EXPECT_NEAR(game.reward(kH, m, kIdleBlock, kBidNothing), -(1.0 - win) * delay, 1e-14);
    EXPECT_EQ(game.reward(kH, m, kIdleBlock, kInactive), 0.0);
    for (std::size_t outcome = 0; outcome < 3; ++outcome) {
        EXPECT_EQ(game.outcome_probability(kH, m, outcome, kInactive), outcome == 2 ? 1.0 : 0.0);
        EXPECT_EQ(game.outcome_probability(kH, m, outcome, kBidOne), outcome == 0 ? 1.0 : 0.0);
    }
}

/// Every block of every stage holds its share of the population and the mean karma of two accounts.
void expect_means(const MultiKarma& game, const Field& mass, const std::vector<double>& means) {
    const Layout& layout = game.layout();
    std::vector<int> balances(2);
    for (const auto r : Range<Stage>(2))
        for (const auto b : Range<Block>(layout.blocks())) {
            double total = 0.0;
            std::vector<double> held(2, 0.0);
            for (std::size_t i = 0; i < layout.sites(); ++i) {
                layout.lattice().balances(layout.contested(r), i, balances);
                const double d = mass.block(r, b)[i];
                EXPECT_GE(d, 0.0);
                total += d;
                for (std::size_t a = 0; a < 2; ++a) held[a] += d * balances[a];
            }
            const double share = game.stationary_exogenous(r, b);
            EXPECT_NEAR(total, share, 1e-15);
            for (std::size_t a = 0; a < 2; ++a) EXPECT_NEAR(held[a], share * means[a], 1e-14);
        }
}

TEST(MultiKarma, StartMassHasTheMeansAndTheUrgencyLaw) {
    for (const auto rule : {KarmaStart::at_mean, KarmaStart::uniform})
        for (const auto& means : {std::vector<double>{2.0, 1.0}, {1.3, 0.75}, {0.0, 1.5}}) {
            const MultiKarma game(test::small_economy({4, 3}, means, Exchange::none(2), Redistribution::all));
            Field mass(whole(game));
            game.start_mass(rule, mass);
            expect_means(game, mass, means);
        }
}

/// A mean above half of k_max leaves no room for twice it; the mixture conserves karma all the same.
TEST(MultiKarma, RandomStartsHaveTheMeansAndDependOnTheSeed) {
    for (const auto& means : {std::vector<double>{2.0, 1.0}, {1.3, 2.9}, {4.0, 0.75}, {3.3, 1.5}}) {
        const MultiKarma game(test::small_economy({4, 3}, means, Exchange::none(2), Redistribution::all));
        const auto start = [&](int seed) {
            Field mass(whole(game));
            game.start_mass(KarmaStart::random, mass, seed);
            return mass;
        };
        for (int seed = 0; seed < 20; ++seed) {
            const Field mass = start(seed);
            expect_means(game, mass, means);
            EXPECT_EQ(test::differences(mass, start(seed)), 0U);
        }
        EXPECT_GT(test::differences(start(1), start(2)), 0U);
    }
}

/// One share of what may be bid per stage and block, whatever the site; over many seeds it is anywhere in [0, 1).
TEST(MultiKarma, RandomStartBidsAShareOfWhatMayBeBid) {
    const MultiKarma game = small(Exchange::from_worth({1.0, 1.0}));
    constexpr std::size_t b_max = 1000;
    const auto bid_of = [&](int seed, Stage r, Block b, std::size_t most) {
        return game.start_action(PolicyStart::random, r, Site{b, 0, 0, 0}, most + 2, seed).at() - 1;
    };
    std::vector<std::size_t> bids;
    for (int seed = 0; seed < 200; ++seed)
        for (const auto r : Range<Stage>(2))
            for (const auto b : Range<Block>(game.layout().blocks())) {
                const std::size_t bid = bid_of(seed, r, b, b_max);
                EXPECT_LT(bid, b_max);
                EXPECT_EQ(bid, bid_of(seed, r, b, b_max));
                EXPECT_NEAR(static_cast<double>(bid_of(seed, r, b, 10 * b_max)), 10.0 * static_cast<double>(bid), 10.0);
                EXPECT_EQ(bid_of(seed, r, b, 0), 0U);
                bids.push_back(bid);
            }
    // Hardly two are alike, and every tenth of the range has its tenth: 4 standard deviations of a count.
    std::ranges::sort(bids);
    const auto count = static_cast<double>(bids.size());
    for (std::size_t tenth = 0; tenth < 10; ++tenth) {
        const auto below = std::ranges::lower_bound(bids, (tenth + 1) * b_max / 10);
        const auto from = std::ranges::lower_bound(bids, tenth * b_max / 10);
        EXPECT_NEAR(static_cast<double>(below - from), count / 10.0, 4.0 * std::sqrt(0.09 * count));
    }
}

TEST(MultiKarma, ProportionalStartBidsByUrgency) {
    const MultiKarma game = small(Exchange::from_worth({1.0, 1.0}));
    const auto bid_of = [&](Block b, std::size_t b_max) {
        return game.start_action(PolicyStart::proportional, kH, Site{b, 0, 0, 0}, b_max + 2);
    };
    EXPECT_EQ(bid_of(kIdleBlock, 7), kInactive);
    EXPECT_EQ(bid_of(kLowBlock, 7), kBidOne);  // floor(7 / 4)
    EXPECT_EQ(bid_of(kHighBlock, 7), Action{std::size_t{8}});
    EXPECT_EQ(bid_of(kHighBlock, 0), kBidNothing);
}

/// b_max u / u_max is meant exactly: 3 * 0.3 / 0.9 is 1, whatever its rounding.
TEST(MultiKarma, ProportionalStartForgivesRounding) {
    auto rules = test::one_lane();
    for (const auto& [low, high, b_max, bid] : {std::tuple{0.3, 0.9, 3.0, 1.0},
                                                {0.7, 2.1, 3.0, 1.0},
                                                {0.6, 1.4, 7.0, 3.0},
                                                {0.1, 0.7, 7.0, 1.0},
                                                {1.1, 3.3, 3.0, 1.0}}) {
        rules.urgencies = {{"low", low}, {"high", high}};
        const MultiKarma game(rules);
        const Site site{Block{std::size_t{0}}, 0, 0, 0};
        EXPECT_EQ(game.start_action(PolicyStart::proportional, kH, site, static_cast<std::size_t>(b_max) + 2).at(),
                  1U + static_cast<std::size_t>(bid))
            << low << " of " << high;
    }
}

TEST(MultiKarma, ConservedQuantitiesFollowTheExchange) {
    const MultiKarma apart = small(Exchange::none(2));
    EXPECT_EQ(apart.conserved(), 2U);
    EXPECT_DOUBLE_EQ(apart.conserved_value(0), 1.5);
    EXPECT_DOUBLE_EQ(apart.conserved_value(1), 2.0);
    const MultiKarma joint = small(Exchange::from_worth({1.0, 1.5}));
    ASSERT_EQ(joint.conserved(), 1U);
    EXPECT_DOUBLE_EQ(joint.conserved_value(0), 1.5 + 1.5 * 2.0);
    EXPECT_DOUBLE_EQ(joint.conserved_weight(0, std::vector<int>{2, 2}), 5.0);
    EXPECT_DOUBLE_EQ(joint.cycle_discount(), 0.9);
}

TEST(MultiKarma, AccountsThatHoldNothingAndZeroMeans) {
    auto rules = test::small_economy({0, 3}, {0.0, 1.0}, Exchange::none(2), Redistribution::active);
    const MultiKarma game(rules);
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    const Response even = even_response(whole(game));
    Operators<MultiKarma> operators(game);
    operators.aggregate(mass, even);
    std::vector<double> pushed(mass.stage(kH).size());
    operators.push(kH, mass.stage(kH), even, pushed);
    double total = 0.0;
    for (const double d : pushed) total += d;
    EXPECT_NEAR(total, 1.0, 1e-15);
    EXPECT_EQ(operators.aggregates(kH).mean_payment, 0.0);
}

}  // namespace
}  // namespace polykarma
