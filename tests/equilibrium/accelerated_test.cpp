#include "equilibrium/accelerated.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "certificate/certificate.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"
#include "support/engine_results.hpp"
#include "support/partitioned.hpp"
#include "support/random_economy.hpp"
#include "support/small_economy.hpp"
#include "welfare/measures.hpp"

namespace polykarma {
namespace {

Field start_mass(const MultiKarma& game, const Part& part) {
    Field mass(part);
    game.start_mass(KarmaStart::at_mean, mass);
    return mass;
}

SolveOutcome accelerated(const MultiKarma& game, const EvolutionSettings& settings) {
    return accelerate(game, settings, start_mass(game, whole(game)), even_response(whole(game)));
}

/// What an economy file asks for when it says nothing.
constexpr Tolerance kTolerance{1e-6, 1e-4, 1e-2};

/// Soft enough for the dynamics to settle; then it gives away more than 1e-4.
EvolutionSettings soft() {
    EvolutionSettings settings;
    settings.lambda = 20.0;
    settings.step = 0.2;
    settings.stationarity = 1e-11;
    settings.gain = 1.0;
    settings.bellman = 1e-11;
    return settings;
}

/// Karma of the second resource is worth less, and is handed out to all: bids chase each other, and the dynamics cycles.
MultiKarma cycling() {
    return MultiKarma(
        test::small_economy({6, 5}, {2.1, 1.75}, Exchange::from_worth({1.0, 2.0 / 3.0}), Redistribution::all));
}

std::vector<double> payoffs_of(const MultiKarma& game, const SolveOutcome& outcome) {
    Operators<MultiKarma> operators(game);
    operators.aggregate(outcome.mass, outcome.response);
    std::vector<double> result;
    for (const auto& payoff : payoffs(operators, action_shares(outcome.mass, outcome.response)))
        result.push_back(payoff.endogenous);
    return result;
}

class AcceleratedUnder : public testing::TestWithParam<Redistribution> {};

TEST_P(AcceleratedUnder, FindsWhatTheDynamicsFindsInFewerIterations) {
    for (const auto& exchange : {Exchange::none(2), Exchange::from_worth({1.0, 1.0}), Exchange::from_worth({1.0, 1.5})}) {
        const MultiKarma game(test::small_economy({5, 4}, {1.5, 1.0}, exchange, GetParam()));
        const SolveOutcome slow =
            evolve(game, soft(), start_mass(game, whole(game)), even_response(whole(game)));
        const SolveOutcome fast = accelerated(game, soft());
        ASSERT_EQ(slow.reason, StopReason::converged);
        ASSERT_EQ(fast.reason, StopReason::converged);
        EXPECT_LT(fast.iterations, slow.iterations);
        double distance = 0.0;
        for (std::size_t x = 0; x < slow.mass.all().size(); ++x)
            distance += std::abs(fast.mass.all()[x] - slow.mass.all()[x]);
        EXPECT_LT(distance, 1e-6);
        const auto here = payoffs_of(game, fast), there = payoffs_of(game, slow);
        for (std::size_t t = 0; t < there.size(); ++t) EXPECT_NEAR(here[t], there[t], 1e-6);
    }
}

INSTANTIATE_TEST_SUITE_P(Rules, AcceleratedUnder,
                         testing::Values(Redistribution::active, Redistribution::all, Redistribution::non_winners));

TEST(Accelerated, ASingleLaneIsCertified) {
    const MultiKarma game(test::one_lane());
    const SolveOutcome outcome = accelerated(game, EvolutionSettings{});
    ASSERT_EQ(outcome.reason, StopReason::converged);
    EXPECT_TRUE(meets(certify(game, outcome.mass, outcome.response).certificate, kTolerance));
}

TEST(Accelerated, CertifiesAnEquilibriumThatTheDynamicsCirclesAround) {
    const MultiKarma game = cycling();
    EvolutionSettings settings;
    settings.max_iterations = 12000;
    const SolveOutcome dynamics =
        evolve(game, settings, start_mass(game, whole(game)), even_response(whole(game)));
    ASSERT_NE(dynamics.reason, StopReason::converged);
    ASSERT_GT(dynamics.history.back().residuals.stationarity, 1e-3);  // it cycles, rather than creeps
    const SolveOutcome outcome = accelerated(game, settings);
    ASSERT_EQ(outcome.reason, StopReason::converged);
    const Certificate c = certify(game, outcome.mass, outcome.response).certificate;
    EXPECT_TRUE(meets(c, kTolerance)) << c.stationarity << " " << c.gain_mean << " " << c.exploitability_mean;
}

/// Whatever it is doing when the limit comes: the dynamics, Newton's method, a detour.
TEST(Accelerated, StopsAtTheLimit) {
    const MultiKarma game = cycling();
    for (const long limit : {1L, 7L, 199L, 200L, 201L, 203L, 1100L, 1700L, 2000L, 2400L, 2450L}) {
        EvolutionSettings settings;
        settings.max_iterations = limit;
        const SolveOutcome outcome = accelerated(game, settings);
        EXPECT_EQ(outcome.reason, StopReason::iteration_limit) << limit;
        EXPECT_EQ(outcome.iterations, limit);
        ASSERT_FALSE(outcome.history.empty());
        EXPECT_EQ(outcome.history.back().iteration, limit);
        const Certificate c = certify(game, outcome.mass, outcome.response).certificate;
        EXPECT_LT(c.mass_error, kConservationTolerance) << limit;
        EXPECT_LT(c.karma_error, kConservationTolerance) << limit;
        EXPECT_LT(c.response_error, kConservationTolerance) << limit;
    }
}

/// The last iteration that is allowed may be the one that gets there; one less is not enough.
TEST(Accelerated, MayConvergeInItsLastIteration) {
    for (const MultiKarma& game : {MultiKarma(test::one_lane()), cycling()}) {
        EvolutionSettings settings;
        const SolveOutcome free = accelerated(game, settings);
        ASSERT_EQ(free.reason, StopReason::converged);
        settings.max_iterations = free.iterations;
        const SolveOutcome just = accelerated(game, settings);
        EXPECT_EQ(just.reason, StopReason::converged);
        EXPECT_EQ(just.iterations, free.iterations);
        EXPECT_TRUE(meets(certify(game, just.mass, just.response).certificate, kTolerance));
        settings.max_iterations = free.iterations - 1;
        const SolveOutcome short_of = accelerated(game, settings);
        EXPECT_EQ(short_of.reason, StopReason::iteration_limit);
        EXPECT_EQ(short_of.iterations, free.iterations - 1);
    }
}

TEST(Accelerated, StopsAtNaN) {
    const MultiKarma game(test::one_lane());
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        Field mass = start_mass(game, whole(game));
        mass.all()[3] = bad;
        const auto outcome = accelerate(game, EvolutionSettings{}, std::move(mass), even_response(whole(game)));
        EXPECT_EQ(outcome.reason, StopReason::not_finite);
        EXPECT_LE(outcome.iterations, 2);
    }
}

/// lambda = 20 gives away more than is tolerated; larger ones do not.
TEST(Accelerated, RaisesLambdaWhereItLimitsTheGain) {
    const MultiKarma game(test::one_lane());
    EvolutionSettings settings = soft();
    const SolveOutcome asked = accelerated(game, settings);
    ASSERT_EQ(asked.reason, StopReason::converged);
    EXPECT_EQ(asked.lambda, settings.lambda);
    settings.gain = 0.1 * certify(game, asked.mass, asked.response).certificate.gain_mean;
    const SolveOutcome raised = accelerated(game, settings);
    EXPECT_EQ(raised.reason, StopReason::converged);
    EXPECT_GT(raised.lambda, settings.lambda);
    EXPECT_LE(certify(game, raised.mass, raised.response).certificate.gain_mean, settings.gain);
}

/// The end is stationary all the same, and says that it is not what was asked for.
TEST(Accelerated, SaysSoWhereNoLambdaIsEnough) {
    const MultiKarma game(test::one_lane());
    EvolutionSettings settings = soft();
    settings.gain = -1.0;
    const SolveOutcome outcome = accelerated(game, settings);
    EXPECT_EQ(outcome.reason, StopReason::smoothed);
    EXPECT_GT(outcome.lambda, 100.0 * settings.lambda);
    EXPECT_LE(certify(game, outcome.mass, outcome.response).certificate.stationarity, 2.0 * settings.stationarity);
}

/// The end is the same from any start; the one that the even start leads to is another one here.
TEST(Accelerated, TheBranchOfLogitEquilibriaEndsInAnEquilibrium) {
    const MultiKarma game(test::one_lane());
    std::vector<double> ends;
    const auto zero = pure_response(whole(game), [&](Stage r, const Site& site, std::size_t length) {
        return game.start_action(PolicyStart::zero, r, site, length);
    });
    for (const auto& start : {even_response(whole(game)), zero}) {
        const SolveOutcome outcome = follow_branch(game, EvolutionSettings{}, start_mass(game, whole(game)), start);
        ASSERT_EQ(outcome.reason, StopReason::converged);
        EXPECT_TRUE(meets(certify(game, outcome.mass, outcome.response).certificate, kTolerance));
        ends.push_back(payoffs_of(game, outcome).front());
        ASSERT_GT(outcome.branch.size(), 3u);
        EXPECT_LT(outcome.branch.front().lambda, 0.1);
        EXPECT_EQ(outcome.branch.back().lambda, EvolutionSettings{}.lambda);
        for (std::size_t i = 1; i < outcome.branch.size(); ++i) {
            EXPECT_GT(outcome.branch[i].lambda, outcome.branch[i - 1].lambda);
            EXPECT_GE(outcome.branch[i].arclength - outcome.branch[i - 1].arclength,
                      std::log(outcome.branch[i].lambda / outcome.branch[i - 1].lambda) * (1.0 - 1e-12));
            EXPECT_FALSE(outcome.branch[i].jump);
        }
    }
    EXPECT_NEAR(ends[0], ends[1], 1e-6);
    EXPECT_GT(std::abs(ends[0] - payoffs_of(game, accelerated(game, EvolutionSettings{})).front()), 1e-3);
}

/// A random economy whose branch folds: lambda shrinks for a while, and the bid shares move by small steps all the same.
TEST(Accelerated, TheBranchIsFollowedAroundItsFolds) {
    const MultiKarma game(test::roomy_economy(25).rules);
    const SolveOutcome outcome =
        follow_branch(game, EvolutionSettings{}, start_mass(game, whole(game)), even_response(whole(game)));
    EXPECT_TRUE(meets(certify(game, outcome.mass, outcome.response).certificate, kTolerance));
    std::size_t back = 0;
    for (std::size_t i = 1; i < outcome.branch.size(); ++i) {
        const BranchPoint& point = outcome.branch[i];
        if (point.lambda < outcome.branch[i - 1].lambda) ++back;
        if (!point.jump) {
            EXPECT_LE(point.change, 0.1);
        }
        // An arclength of up to 100, rounded.
        EXPECT_GE(point.arclength - outcome.branch[i - 1].arclength, point.change - 1e-13);
    }
    EXPECT_GT(back, 0u);
}

/// Nothing is ever as stationary as that.
TEST(Accelerated, StopsWhenNothingImproves) {
    const MultiKarma game(test::one_lane());
    EvolutionSettings settings;
    settings.lambda = 50.0;
    settings.stationarity = -1.0;
    settings.patience = 50;
    const SolveOutcome outcome = accelerated(game, settings);
    EXPECT_EQ(outcome.reason, StopReason::stalled);
    EXPECT_LT(outcome.iterations, 5000);
}

/// Economies for which no detour leads back. Where values and mass have settled, a response at lambda gives away
/// log(actions) / lambda a stage at most; more is given away by a softer one, which nobody asked for.
TEST(Accelerated, EndsAtTheLambdaThatWasAskedFor) {
    for (const std::uint64_t seed : {std::uint64_t{4}, std::uint64_t{10}, std::uint64_t{126}}) {
        const MultiKarma game(test::random_economy(seed).rules);
        const EvolutionSettings settings;
        const Residuals last = accelerated(game, settings).history.back().residuals;
        const double given_away = std::log(static_cast<double>(game.layout().longest_row())) / settings.lambda;
        const bool settled = last.stationarity <= 1e-9 && last.bellman <= 1e-9 * last.value_scale;
        EXPECT_TRUE(!settled || last.gain <= given_away)
            << "seed " << seed << ": gain " << last.gain << ", more than " << given_away;
    }
}

TEST(Accelerated, HistoryNamesEveryIterationOnceAndTheLastOne) {
    for (const long every : {1L, 7L}) {
        const MultiKarma game = cycling();
        EvolutionSettings settings;
        settings.history_every = every;
        long calls = 0;
        const SolveOutcome outcome =
            accelerate(game, settings, start_mass(game, whole(game)), even_response(whole(game)),
                       [&](long iteration, const Residuals&) { EXPECT_EQ(iteration, ++calls); });
        EXPECT_EQ(calls, outcome.iterations);
        ASSERT_FALSE(outcome.history.empty());
        EXPECT_EQ(outcome.history.front().iteration, 1);
        for (std::size_t i = 1; i < outcome.history.size(); ++i)
            EXPECT_LT(outcome.history[i - 1].iteration, outcome.history[i].iteration);
        EXPECT_EQ(outcome.history.back().iteration, outcome.iterations);
    }
}

/// The same reason after the same iterations with the same history; through a detour, too, and from a search cut short.
void expect_the_same_on(const std::vector<std::vector<double>>& deals, const MultiKarma& game,
                        const EvolutionSettings& settings, StopReason reason) {
    const SolveOutcome alone = accelerated(game, settings);
    ASSERT_EQ(alone.reason, reason);
    for (const auto& shares : deals)
        test::on_parts(game, shares, [&](const Part& part, const Collective& ranks) {
            const SolveOutcome outcome =
                accelerate(game, settings, start_mass(game, part), even_response(part), {}, ranks);
            test::expect_part_of(outcome, alone);
        });
}

TEST(AcceleratedOnRanks, TheSameWhereTheDynamicsSettles) {
    for (const auto redistribution : {Redistribution::active, Redistribution::all, Redistribution::non_winners})
        expect_the_same_on(test::real_deals(),
                           MultiKarma(test::small_economy({5, 4}, {1.5, 1.0}, Exchange::from_worth({1.0, 1.5}),
                                                          redistribution)),
                           soft(), StopReason::converged);
}

/// Thousands of steps, every one a meeting of all ranks: two of them, and an empty one among three.
const std::vector<std::vector<double>> kFewDeals{{1.0, 1.0}, {1.0, 0.0, 2.0}};

TEST(AcceleratedOnRanks, TheSameThroughADetour) {
    expect_the_same_on(kFewDeals, cycling(), EvolutionSettings{}, StopReason::converged);
}

TEST(AcceleratedOnRanks, TheSameBranch) {
    const MultiKarma game(test::one_lane());
    const auto branch_on = [&](const Part& part, const Collective& ranks) {
        return follow_branch(game, EvolutionSettings{}, start_mass(game, part), even_response(part), {}, ranks);
    };
    const SolveOutcome alone = branch_on(whole(game), Collective::serial());
    test::on_parts(game, {1.0, 0.0, 2.0}, [&](const Part& part, const Collective& ranks) {
        const SolveOutcome outcome = branch_on(part, ranks);
        test::expect_part_of(outcome, alone);
        ASSERT_EQ(outcome.branch.size(), alone.branch.size());
        for (std::size_t i = 0; i < alone.branch.size(); ++i)
            EXPECT_EQ(outcome.branch[i].arclength, alone.branch[i].arclength);
    });
}

TEST(AcceleratedOnRanks, TheSameWhenCutShort) {
    EvolutionSettings settings;
    settings.max_iterations = 2000;
    expect_the_same_on({{1.0, 0.0, 2.0}}, cycling(), settings, StopReason::iteration_limit);
}

}  // namespace
}  // namespace polykarma
