#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "certificate/certificate.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"
#include "support/random_economy.hpp"
#include "support/small_economy.hpp"

namespace polykarma {
namespace {

Field start_mass(const MultiKarma& game) {
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    return mass;
}

Response start_response(const MultiKarma& game, PolicyStart rule) {
    if (rule == PolicyStart::even) return even_response(whole(game));
    return pure_response(whole(game), [&](Stage r, const Site& site, std::size_t length) {
        return game.start_action(rule, r, site, length);
    });
}

/// A sharpness at which the small lane settles: the softmax then gives away up to log(7 actions) / lambda = 0.04.
EvolutionSettings gentle() {
    EvolutionSettings settings;
    settings.lambda = 50.0;
    settings.stationarity = 1e-8;
    settings.gain = 0.04;
    return settings;
}

TEST(Evolution, ConvergesAndTheCertificateAgrees) {
    const MultiKarma game(test::one_lane());
    for (const auto rule : {PolicyStart::even, PolicyStart::zero, PolicyStart::proportional}) {
        const SolveOutcome outcome = evolve(game, gentle(), start_mass(game), start_response(game, rule));
        ASSERT_EQ(outcome.reason, StopReason::converged);
        const Certificate c = certify(game, outcome.mass, outcome.response).certificate;
        // Regret is at most the gain of every stage of a lifetime, 0.04 / (1 - 0.8).
        EXPECT_TRUE(meets(c, {1e-7, 0.04, 0.2}))
            << c.stationarity << " " << c.gain_mean << " " << c.exploitability_mean;
    }
}

TEST(Evolution, TwoResourcesWithExchangeConverge) {
    const MultiKarma game(
        test::small_economy({5, 5}, {1.5, 1.5}, Exchange::from_worth({1.0, 1.5}), Redistribution::all));
    EvolutionSettings settings = gentle();
    settings.lambda = 20.0;
    settings.gain = 0.15;  // log(14 actions) / lambda
    const SolveOutcome outcome = evolve(game, settings, start_mass(game), start_response(game, PolicyStart::even));
    ASSERT_EQ(outcome.reason, StopReason::converged);
    EXPECT_TRUE(meets(certify(game, outcome.mass, outcome.response).certificate, {1e-7, 0.15, 3.0}));
}

/// With everybody bidding 0 at the mean nothing moves, yet bidding 1 would win: stationarity alone must not stop it.
TEST(Evolution, TheZeroStartIsStationaryAndNotAnEnd) {
    const MultiKarma game(test::one_lane());
    const SolveOutcome outcome = evolve(game, gentle(), start_mass(game), start_response(game, PolicyStart::zero));
    ASSERT_FALSE(outcome.history.empty());
    EXPECT_EQ(outcome.history.front().iteration, 1);
    EXPECT_LT(outcome.history.front().residuals.stationarity, 1e-15);
    EXPECT_GT(outcome.history.front().residuals.gain, 0.1);
    EXPECT_GT(outcome.iterations, 10);
}

TEST(Evolution, StopsAtTheLimit) {
    const MultiKarma game(test::one_lane());
    EvolutionSettings settings = gentle();
    settings.max_iterations = 7;
    const auto outcome = evolve(game, settings, start_mass(game), start_response(game, PolicyStart::even));
    EXPECT_EQ(outcome.reason, StopReason::iteration_limit);
    EXPECT_EQ(outcome.iterations, 7);
}

TEST(Evolution, StopsWhenNothingImproves) {
    const MultiKarma game(test::one_lane());
    EvolutionSettings settings = gentle();
    settings.stationarity = 0.0;
    settings.patience = 50;
    const auto outcome = evolve(game, settings, start_mass(game), start_response(game, PolicyStart::even));
    EXPECT_EQ(outcome.reason, StopReason::stalled);
    EXPECT_LT(outcome.history.back().residuals.stationarity, 1e-12);
}

TEST(StopRule, TellsACycleFromAStandstill) {
    StopSettings settings;
    settings.patience = 100;
    const auto end_of = [&](auto&& stationarity) {
        StopRule rule(settings, {});
        for (long i = 0; rule.goes_on({stationarity(i), 0.0, 0.0, 1.0}); ++i) {
        }
        return std::pair(rule.reason(), rule.amplitude());
    };
    EXPECT_EQ(end_of([](long) { return 0.3; }), std::pair(StopReason::stalled, 0.0));
    EXPECT_EQ(end_of([](long i) { return 0.3 / (1.0 + 1e-5 * static_cast<double>(i)); }),
              std::pair(StopReason::stalled, 0.0));
    EXPECT_EQ(end_of([](long i) { return i % 7 == 0 ? 0.4 : 0.1; }), std::pair(StopReason::cycling, 0.4));
    EXPECT_EQ(end_of([](long i) { return i % 7 == 0 ? 4e-16 : 1e-16; }).first, StopReason::converged);
}

TEST(Evolution, StopsAtNaN) {
    const MultiKarma game(test::one_lane());
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        Field mass = start_mass(game);
        mass.all()[3] = bad;
        const auto outcome = evolve(game, gentle(), std::move(mass), start_response(game, PolicyStart::even));
        EXPECT_EQ(outcome.reason, StopReason::not_finite);
        EXPECT_LE(outcome.iterations, 2);
    }
}

TEST(Evolution, HistoryNamesEveryIterationOnceAndTheLastOne) {
    const MultiKarma game(test::one_lane());
    for (const long every : {1L, 10L, 7L})
        for (const long limit : {3L, 20L, 100000L}) {
            EvolutionSettings settings = gentle();
            settings.history_every = every;
            settings.max_iterations = limit;
            long progress_calls = 0;
            const auto outcome =
                evolve(game, settings, start_mass(game), start_response(game, PolicyStart::even),
                       [&](long iteration, const Residuals&) { EXPECT_EQ(iteration, ++progress_calls); });
            EXPECT_EQ(progress_calls, outcome.iterations);
            ASSERT_FALSE(outcome.history.empty());
            for (std::size_t i = 1; i < outcome.history.size(); ++i)
                EXPECT_LT(outcome.history[i - 1].iteration, outcome.history[i].iteration);
            EXPECT_EQ(outcome.history.back().iteration, outcome.iterations) << "every " << every << " limit " << limit;
        }
}

/// Mass, karma and probability rows survive thousands of damped steps without renormalisation.
TEST(Evolution, KeepsMassKarmaAndRows) {
    const MultiKarma game(
        test::small_economy({4, 4}, {1.5, 1.0}, Exchange::from_worth({1.0, 1.5}), Redistribution::active));
    Evolution<MultiKarma> evolution(game, gentle(), start_mass(game), start_response(game, PolicyStart::even));
    for (int i = 0; i < 3000; ++i) evolution.step();
    const Certificate c = certify(game, evolution.mass(), SparseResponse(evolution.response(), 0.0)).certificate;
    EXPECT_EQ(c.karma_lost, 0.0);
    // 3000 steps of a few roundings each.
    EXPECT_LT(c.mass_error, 1e-12);
    EXPECT_LT(c.karma_error, 1e-12);
    EXPECT_LT(c.response_error, 1e-14);
    EXPECT_EQ(c.negative_mass, 0.0);
}

TEST(StartResponses, AreProbabilityRows) {
    const MultiKarma game(
        test::small_economy({4, 3}, {1.5, 1.0}, Exchange::from_worth({1.0, 1.5}), Redistribution::active));
    for (const auto rule : {PolicyStart::even, PolicyStart::zero, PolicyStart::proportional}) {
        const Response response = start_response(game, rule);
        EXPECT_LT(detail::response_error(SparseResponse(response, 0.0)), 1e-15);
        const Response back = dense_response(SparseResponse(response, 1e-15));
        for (const auto r : Range<Stage>(2))
            response.for_each(r, [&](const Site& site, Row row) {
                const Row again = back.row(r, site, row.size());
                for (std::size_t a = 0; a < row.size(); ++a) EXPECT_NEAR(again[a], row[a], 2.3e-16);
            });
    }
}

}  // namespace
}  // namespace polykarma
