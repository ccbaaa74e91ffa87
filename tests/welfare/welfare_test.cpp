#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"
#include "support/random_pairs.hpp"
#include "support/small_economy.hpp"
#include "welfare/measures.hpp"
#include "welfare/multi_karma_benchmark.hpp"
#include "welfare/pairwise_benchmark.hpp"

namespace polykarma {
namespace {

const std::vector<double> kValues{0.0, 1.0, 9.0};

UrgencyChain case_study_chain(const std::vector<double>& need) {
    return UrgencyChain(
        drawn_chain(std::vector<double>{0.0, 0.75, 0.25}, need, true, kValues, Exogenous{std::size_t{0}}));
}

/// Highway and parking of [MK], section 4; the accounts do not matter to the benchmark.
MultiKarmaRules case_study() {
    MultiKarmaRules rules{{{"none", 0.0}, {"low", 1.0}, {"high", 9.0}}, {}, Exchange::none(2), {}, 2.0, 1e-4, 1.0};
    rules.resources = {{"H", {0.5, 0.1875}, 4, 2.0, Redistribution::all},
                       {"P", {0.5, 0.2}, 4, 2.0, Redistribution::all}};
    rules.types = {{"S", 0.5, case_study_chain({1.0, 1.0}), {1.0, 0.98}},
                   {"C", 0.5, case_study_chain({0.5, 1.0}), {1.0, 0.98}}};
    return rules;
}

/// E[u] = 3; 75 % need the highway, delay 0.5; all need parking, delay 1.
TEST(Benchmark, OfTheCaseStudyByHand) {
    const auto payoff = benchmark_payoffs(case_study());
    EXPECT_NEAR(payoff[0].endogenous, 3.75, 1e-14);
    EXPECT_NEAR(payoff[0].exogenous, 3.75, 1e-14);
    EXPECT_NEAR(payoff[1].endogenous, 2.625, 1e-14);
    EXPECT_NEAR(payoff[1].exogenous, 3.5, 1e-14);
}

/// Without priority capacity the dynamics end in the benchmark: who is not urgent stays away, the others share.
TEST(Benchmark, IsTheEquilibriumWithoutPriority) {
    MultiKarmaRules rules =
        test::small_economy({3, 3}, {1.0, 1.0}, Exchange::from_worth({1.0, 1.5}), Redistribution::all);
    for (auto& resource : rules.resources) resource.capacity.priority = 0.0;
    const MultiKarma game(rules);
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    EvolutionSettings settings;
    settings.lambda = 200.0;
    settings.step = settings.response_rate = 1.0;
    Evolution<MultiKarma> evolution(game, settings, std::move(mass), even_response(whole(game)));
    for (int i = 0; i < 20; ++i) evolution.step();
    Operators<MultiKarma> operators(game);
    operators.aggregate(evolution.mass(), evolution.response());
    const auto found = payoffs(operators, action_shares(evolution.mass(), evolution.response()));
    const auto benchmark = benchmark_payoffs(rules);
    for (std::size_t t = 0; t < 2; ++t) {
        // The weight of acting against one's interest is below e^-36 at this sharpness.
        EXPECT_NEAR(found[t].endogenous, benchmark[t].endogenous, 1e-13);
        EXPECT_NEAR(found[t].exogenous, benchmark[t].exogenous, 1e-13);
    }
}

/// Everybody bids 0, urgent or not: a lottery among all for each resource.
TEST(Payoffs, OfTheLotteryByHand) {
    const MultiKarmaRules rules = case_study();
    const MultiKarma game(rules);
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    const Response zero = pure_response(whole(game), [&](Stage r, const Site& site, std::size_t length) {
        return game.start_action(PolicyStart::zero, r, site, length);
    });
    Operators<MultiKarma> operators(game);
    operators.aggregate(mass, zero);
    const auto found = payoffs(operators, action_shares(mass, zero));
    const auto wait = [](double priority) {
        const double lose = 1.0 - priority / (1.0 + 1e-4), general_purpose = 0.5 - priority;
        return lose * (lose - general_purpose) / general_purpose;
    };
    const double at_h = wait(0.1875), at_p = wait(0.2);
    EXPECT_NEAR(found[0].endogenous, (3.0 * (2.0 - at_h) + 3.0 * (2.0 - at_p)) / 2.0, 1e-13);
    EXPECT_NEAR(found[1].endogenous, (0.5 * 3.0 * (2.0 - at_h) - 0.5 * at_h + 3.0 * (2.0 - at_p)) / 2.0, 1e-13);
    EXPECT_NEAR(found[1].exogenous, found[1].endogenous, 1e-13);  // everybody takes part
}

Layout two_types() { return MultiKarma(case_study()).layout(); }

TEST(Welfare, ByHand) {
    const Welfare w = welfare(two_types(), {{4.0, 4.0}, {3.0, 4.5}}, {{3.0, 3.0}, {2.5, 3.5}}, 0.0);
    EXPECT_NEAR(w.nash.endogenous, 0.5 * std::log(1.0) + 0.5 * std::log(0.5), 1e-15);
    EXPECT_NEAR(w.nash.exogenous, 0.0, 1e-15);
    EXPECT_DOUBLE_EQ(w.utilitarian.endogenous, 3.5);
    EXPECT_DOUBLE_EQ(w.utilitarian.exogenous, 4.25);
    EXPECT_DOUBLE_EQ(w.minimum.endogenous, 3.0);
    EXPECT_DOUBLE_EQ(w.minimum.exogenous, 4.0);
    EXPECT_TRUE(w.everyone_gains);
}

TEST(Welfare, WhoDoesNotGainMakesItMinusInfinityNeverNaN) {
    constexpr double kNone = -std::numeric_limits<double>::infinity();
    for (const double second : {2.5, 2.0, std::numeric_limits<double>::quiet_NaN()}) {
        const Welfare w = welfare(two_types(), {{4.0, 4.0}, {second, second}}, {{3.0, 3.0}, {2.5, 2.5}}, 0.0);
        EXPECT_EQ(w.nash.endogenous, kNone);
        EXPECT_EQ(w.nash.exogenous, kNone);
        EXPECT_FALSE(w.everyone_gains);
    }
}

TEST(Welfare, NoGainIsWhatTheMarginCovers) {
    const auto of_gain = [](double gain) {
        return welfare(two_types(), {{4.0, 4.0}, {0.5 + gain, 0.5 + gain}}, {{3.0, 3.0}, {0.5, 0.5}}, 0.0625);
    };
    for (const double gain : {-1.0, 1e-9, 0.0625}) {
        EXPECT_FALSE(of_gain(gain).everyone_gains) << gain;
        EXPECT_EQ(of_gain(gain).nash.endogenous, -std::numeric_limits<double>::infinity()) << gain;
        EXPECT_EQ(of_gain(gain).nash.exogenous, -std::numeric_limits<double>::infinity()) << gain;
    }
    EXPECT_TRUE(of_gain(0.125).everyone_gains);
    EXPECT_NEAR(of_gain(0.125).nash.endogenous, 0.5 * std::log(0.125), 1e-15);  // the margin is no part of the gain
}

TEST(Payoffs, OfATypeThatNeverTakesPart) {
    const MultiKarma game(case_study());
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    const Response away =
        pure_response(whole(game), [](Stage, const Site&, std::size_t) { return Action{std::size_t{0}}; });
    Operators<MultiKarma> operators(game);
    operators.aggregate(mass, away);
    const auto found = payoffs(operators, action_shares(mass, away));
    EXPECT_EQ(found[0].endogenous, 0.0);
    EXPECT_TRUE(std::isnan(found[0].exogenous));
}

/// The case study of [SC]: urgency 10 in one of 22 contests, else 1.
TEST(PairwiseBenchmark, OfTheCaseStudyByHand) {
    const PairwiseRules rules = test::case_study_pairs(Payee::society, 0.98, 40);
    EXPECT_NEAR(benchmark_payoffs(rules).front().endogenous, -31.0 / 44.0, 1e-15);
    EXPECT_NEAR(dictator_efficiency(rules), -0.5 * (1.0 + 9.0 / 484.0), 1e-15);
    PairwiseRules two = rules;  // two halves of a population are the population
    two.types.push_back(two.types.front());
    for (auto& type : two.types) type.share = 0.5;
    EXPECT_NEAR(dictator_efficiency(two), dictator_efficiency(rules), 1e-15);
    EXPECT_EQ(benchmark_payoffs(two).back().exogenous, benchmark_payoffs(rules).front().endogenous);
}

TEST(PairwiseBenchmark, ADictatorGivesWhoIsMoreUrgentMore) {
    PairwiseRules rules = test::case_study_pairs(Payee::society, 0.98, 40);
    EXPECT_NEAR(dictator_access(rules).front(), 0.5, 1e-15);
    // Invaders, a tenth of all, are highly urgent always: a contest among themselves is a coin, against others they win
    // unless those are highly urgent, too, which they are in one of 22 contests.
    rules.types.push_back(rules.types.front());
    rules.types[0].share = 0.9;
    rules.types[1].share = 0.1;
    rules.types[1].chain = UrgencyChain({{{0.0, 0.0, 1.0}, {0.0, 0.0, 1.0}, {0.0, 0.0, 1.0}}});
    const std::vector<double> access = dictator_access(rules);
    EXPECT_NEAR(access[1], 0.1 * 0.5 + 0.9 * (21.0 + 0.5) / 22.0, 1e-14);
    EXPECT_NEAR(0.9 * access[0] + 0.1 * access[1], 0.5, 1e-14);
}

}  // namespace
}  // namespace polykarma
