#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "certificate/certificate.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"
#include "support/random_economy.hpp"
#include "support/small_economy.hpp"
#include "support/table_game.hpp"

namespace polykarma {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// At home, staying earns 1 and going out earns 0; outside, one action loses 10 and the other wins 10, both lead home.
/// Nobody is outside, and whoever went there would choose badly: staying looks right.
TEST(Certificate, SeesBadPlayWhereNobodyGoes) {
    const test::TableGame game({{1.0, 0.0}, {-10.0, 10.0}}, {{0, 1}, {0, 0}}, 0.9);
    Field mass(whole(game));
    mass.all()[0] = 1.0;
    SparseResponse response(whole(game));
    for (int state = 0; state < 2; ++state) response.append(std::vector<std::int32_t>{0}, std::vector<double>{1.0});
    const auto [c, value, average] = certify(game, mass, response);
    // 1e-12 max|V| / (1 - 0.9): what is left when the iteration of values stops.
    EXPECT_NEAR(value.all()[0], 10.0, 1e-9);  // 1 / (1 - 0.9)
    EXPECT_NEAR(value.all()[1], -1.0, 1e-9);  // -10 + 0.9 * 10
    EXPECT_EQ(c.stationarity, 0.0);
    EXPECT_NEAR(c.gain_mean, 0.0, 1e-9);
    EXPECT_NEAR(c.gain_max, 0.0, 1e-9);
    EXPECT_NEAR(c.gain_all, 20.0, 1e-9);
    // Going out and coming home forever: 0.9 * 10 every second step.
    const double regret = 9.0 / (1.0 - 0.81) - 10.0;
    EXPECT_NEAR(c.exploitability_mean, regret, 1e-9);
    EXPECT_NEAR(c.exploitability_max, regret, 1e-9);
    EXPECT_FALSE(meets(c, {1e-6, 1e-4, 1e-2}));
    EXPECT_TRUE(meets(c, {1e-6, 1e-4, 50.0}));
}

/// A solved small economy, to be spoilt.
struct Solved {
    Solved() : game(test::one_lane()), outcome(solve(game)) {}
    static SolveOutcome solve(const MultiKarma& game) {
        Field mass(whole(game));
        game.start_mass(KarmaStart::at_mean, mass);
        EvolutionSettings settings;
        settings.lambda = 50.0;
        settings.stationarity = 1e-8;
        settings.gain = 0.1;
        return evolve(game, settings, std::move(mass), even_response(whole(game)));
    }
    [[nodiscard]] Certificate certificate() const { return certify(game, outcome.mass, outcome.response).certificate; }
    static constexpr Tolerance kTolerance{1e-7, 0.1, 1.0};

    MultiKarma game;
    SolveOutcome outcome;
};

TEST(Certificate, OfASolvedEconomyMeetsTheTolerances) {
    const Solved solved;
    ASSERT_EQ(solved.outcome.reason, StopReason::converged);
    const Certificate c = solved.certificate();
    EXPECT_TRUE(meets(c, Solved::kTolerance));
    EXPECT_LE(c.gain_mean, c.gain_max);
    EXPECT_LE(c.gain_max, c.gain_all);
    EXPECT_LE(c.gain_mean, c.exploitability_mean);
    EXPECT_LE(c.exploitability_mean, c.exploitability_max);
    EXPECT_EQ(c.karma_lost, 0.0);
    EXPECT_FALSE(meets(c, {0.5 * c.stationarity, 0.1, 1.0}));
    EXPECT_FALSE(meets(c, {1e-7, 0.5 * c.gain_mean, 1.0}));
    EXPECT_FALSE(meets(c, {1e-7, 0.1, 0.5 * c.exploitability_mean}));
}

TEST(Certificate, SeesEveryChangedEntryOfTheMass) {
    const Solved solved;
    for (std::size_t x = 0; x < solved.outcome.mass.all().size(); ++x)
        for (const double factor : {1e-4, -2.0}) {
            Field mass = solved.outcome.mass;
            mass.all()[x] += factor * std::max(mass.all()[x], 1e-4);
            const Certificate c = certify(solved.game, mass, solved.outcome.response).certificate;
            EXPECT_FALSE(meets(c, Solved::kTolerance)) << "entry " << x << " factor " << factor;
        }
}

TEST(Certificate, SeesMassMovedBetweenStates) {
    const Solved solved;
    Field mass = solved.outcome.mass;
    mass.all()[2] += 1e-5;
    mass.all()[3] -= 1e-5;
    const Certificate c = certify(solved.game, mass, solved.outcome.response).certificate;
    EXPECT_LT(c.mass_error, 1e-12);
    EXPECT_GT(c.stationarity, 1e-6);
    EXPECT_FALSE(meets(c, Solved::kTolerance));
}

TEST(Certificate, NothingThatIsNotFiniteIsEverCertified) {
    const Solved solved;
    for (const double bad : {kNaN, kInfinity, -kInfinity})
        for (std::size_t x = 0; x < solved.outcome.mass.all().size(); ++x) {
            Field mass = solved.outcome.mass;
            mass.all()[x] = bad;
            const Certificate c = certify(solved.game, mass, solved.outcome.response).certificate;
            EXPECT_FALSE(meets(c, {kInfinity, kInfinity, kInfinity})) << "entry " << x << " = " << bad;
        }
}

TEST(Certificate, RowsThatAreNoProbabilitiesAreNeverCertified) {
    const Solved solved;
    const auto& good = solved.outcome.response;
    for (const double bad : {kNaN, kInfinity, -0.1, 0.5, 1.0 + 1e-6})
        for (std::size_t spoilt = 0; spoilt < solved.game.layout().states(); ++spoilt) {
            SparseResponse response(whole(solved.game));
            for (std::size_t state = 0; state < solved.game.layout().states(); ++state) {
                const auto first = good.starts()[state], count = good.starts()[state + 1] - first;
                const auto actions = good.actions().subspan(first, count);
                const auto weights = good.probabilities().subspan(first, count);
                std::vector<double> row(weights.begin(), weights.end());
                if (state == spoilt) *std::max_element(row.begin(), row.end()) *= bad;
                response.append(actions, row);
            }
            const Certificate c = certify(solved.game, solved.outcome.mass, response).certificate;
            EXPECT_FALSE(meets(c, {1e9, 1e9, 1e9})) << "state " << spoilt << " factor " << bad;
        }
}

TEST(Certificate, EachNumberCountsInMeets) {
    Certificate good;
    good.value_scale = 1.0;
    EXPECT_TRUE(meets(good, {}));
    for (double Certificate::*number :
         {&Certificate::stationarity, &Certificate::gain_mean, &Certificate::exploitability_mean, &Certificate::bellman,
          &Certificate::mass_error, &Certificate::karma_error, &Certificate::karma_lost, &Certificate::response_error,
          &Certificate::negative_mass, &Certificate::karma_tail, &Certificate::karma_clipped}) {
        Certificate c = good;
        c.*number = 1e-3;
        EXPECT_FALSE(meets(c, {}));
    }
    for (double Certificate::*number :
         {&Certificate::stationarity, &Certificate::gain_mean, &Certificate::gain_max, &Certificate::gain_all,
          &Certificate::exploitability_mean, &Certificate::exploitability_max, &Certificate::bellman,
          &Certificate::value_scale, &Certificate::mass_error, &Certificate::karma_error, &Certificate::karma_lost,
          &Certificate::response_error, &Certificate::negative_mass, &Certificate::karma_tail,
          &Certificate::karma_clipped}) {
        Certificate c = good;
        c.*number = kNaN;
        EXPECT_FALSE(meets(c, {kInfinity, kInfinity, kInfinity, kInfinity}));
    }
}

/// Lifetime regret <= n_r E_all / (1 - product of the discounts), for any profile.
TEST(Certificate, RegretIsBoundedByTheGainsEverywhere) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const MultiKarma game(test::random_economy(seed).rules);
        test::Random random(seed);
        const Field mass = test::random_mass(whole(game), random, false);
        const Response response = test::random_response(whole(game), random);
        const Certificate c = certify(game, mass, SparseResponse(response, 0.0)).certificate;
        const double bound = static_cast<double>(game.layout().stages()) * c.gain_all / (1.0 - game.cycle_discount());
        // Random mass also lies on urgencies that never occur, which E_all leaves out: exclude those economies.
        bool all_occur = true;
        for (const auto r : Range<Stage>(game.layout().stages()))
            for (const auto b : Range<Block>(game.layout().blocks()))
                all_occur = all_occur && game.stationary_exogenous(r, b) > 0.0;
        if (!all_occur) continue;
        EXPECT_LE(c.exploitability_max, bound * (1.0 + 1e-9)) << "seed " << seed;
        EXPECT_GT(c.exploitability_max, 0.0);
    }
}

/// The economy's karma is part of what is certified: the same population with other means is another economy.
TEST(Certificate, SeesAnotherEconomysKarma) {
    const Solved solved;
    MultiKarmaRules rules = test::one_lane();
    rules.resources[0].k_mean *= 1.0 + 1e-6;
    const MultiKarma other(rules);
    const Certificate c = certify(other, solved.outcome.mass, solved.outcome.response).certificate;
    EXPECT_NEAR(c.karma_error, 1e-6, 1e-9);
    EXPECT_FALSE(meets(c, Solved::kTolerance));
}

}  // namespace
}  // namespace polykarma
