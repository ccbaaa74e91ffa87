// Identities of the pairwise game that hold for every social state, equilibrium or not, and of its dynamics.
#include <algorithm>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "certificate/certificate.hpp"
#include "equilibrium/evolutionary.hpp"
#include "support/effort.hpp"
#include "support/random_pairs.hpp"
#include "support/state_identities.hpp"
#include "welfare/measures.hpp"

namespace polykarma {
namespace {

constexpr std::uint64_t kEconomies = test::economies(200);

PairwiseRules patient(PairwiseRules rules) {
    for (auto& type : rules.types) type.discount = 1.0;
    return rules;
}

class RandomPairs : public testing::TestWithParam<std::uint64_t> {
protected:
    test::StateIdentities<Pairwise> state_{Pairwise(patient(test::random_pairs(GetParam()))), GetParam()};
};

TEST_P(RandomPairs, PushConservesMassAndKarma) { state_.expect_mass_and_karma_conserved(); }
TEST_P(RandomPairs, PushedMassIsNotNegative) { state_.expect_no_negative_mass(); }
TEST_P(RandomPairs, PushIsTheAdjointOfPull) { state_.expect_adjoint(); }
TEST_P(RandomPairs, PushOfSignedMassIsLinearAndTheAdjointOfPull) { state_.expect_linear(); }
TEST_P(RandomPairs, NegativeMassMirrorsEverything) { state_.expect_mirrored(); }
TEST_P(RandomPairs, ASparseResponseIsTheDenseOne) { state_.expect_the_same_of_a_sparse_response(); }
TEST_P(RandomPairs, OneActionValueIsThatOfTheRow) { state_.expect_single_values_of_rows(); }

INSTANTIATE_TEST_SUITE_P(RandomEconomies, RandomPairs, testing::Range<std::uint64_t>(0, kEconomies));

TEST(PairDrift, Peer) { test::expect_no_drift(Pairwise(test::case_study_pairs(Payee::peer, 0.9, 40))); }
TEST(PairDrift, Society) { test::expect_no_drift(Pairwise(test::case_study_pairs(Payee::society, 0.9, 40))); }
TEST(PairDrift, Tax) {
    PairwiseRules rules = test::case_study_pairs(Payee::peer, 0.9, 40);
    rules.tax_coefficient = 0.005;
    rules.tax_power = 2.0;
    test::expect_no_drift(Pairwise(rules));
}

/// Some steps of the dynamics from an even start.
Evolution<Pairwise> evolved(const Pairwise& game, double lambda, int steps = 50) {
    EvolutionSettings settings;
    settings.lambda = lambda;
    Field mass(whole(game));
    game.start_mass(KarmaStart::uniform, mass);
    Evolution<Pairwise> evolution(game, settings, std::move(mass), even_response(whole(game)));
    for (int step = 0; step < steps; ++step) evolution.step();
    return evolution;
}

/// What the rounding of bid shares does to payments to peers, where most of them are small, stays a tenth of what a
/// certificate tolerates for as long as a search may take.
TEST(PairDrift, OfManySmallBids) {
    const Pairwise game(test::case_study_pairs(Payee::peer, 0.9, 150));
    const Evolution<Pairwise> evolution = evolved(game, 300.0, 2000);
    EXPECT_LT(detail::karma_error(game, evolution.mass(), Collective::serial()), 0.1 * kConservationTolerance);
    EXPECT_LT(detail::mass_error(evolution.mass(), Collective::serial()), 2000 * 0x1p-53);
}

TEST(PairIdentity, DoubleUrgenciesAndHalfTheSharpnessDoubleTheValues) {
    for (std::uint64_t seed = 1; seed < 12; ++seed) {
        const PairwiseRules rules = test::random_pairs(seed);
        PairwiseRules doubled = rules;
        for (auto& urgency : doubled.urgencies) urgency.urgency *= 2.0;
        const Pairwise game(rules), doubled_game(doubled);
        const auto one = evolved(game, 20.0), two = evolved(doubled_game, 10.0);
        for (std::size_t x = 0; x < one.mass().all().size(); ++x) {
            EXPECT_EQ(one.mass().all()[x], two.mass().all()[x]);
            EXPECT_EQ(2.0 * one.value().all()[x], two.value().all()[x]);
        }
    }
}

TEST(PairIdentity, PermutedTypesPermuteTheResults) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const PairwiseRules rules = test::random_pairs(seed);
        if (rules.types.size() < 2) continue;
        PairwiseRules turned = rules;
        std::rotate(turned.types.begin(), turned.types.begin() + 1, turned.types.end());
        const Pairwise game(rules), turned_game(turned);
        const auto one = evolved(game, 20.0), two = evolved(turned_game, 20.0);
        const std::size_t types = rules.types.size();
        for (std::size_t t = 0; t < types; ++t)
            for (const auto u : Range<Exogenous>(rules.urgencies.size())) {
                const Block here = game.layout().block(Type{(t + 1) % types}, u), there = game.layout().block(Type{t}, u);
                EXPECT_TRUE(std::ranges::equal(one.mass().block(Stage{}, here), two.mass().block(Stage{}, there)));
                EXPECT_TRUE(std::ranges::equal(one.value().block(Stage{}, here), two.value().block(Stage{}, there)));
            }
    }
}

/// Without a future, bidding everything is a best reply to everything, and it wins every second contest.
TEST(PairIdentity, MyopicAgentsBidEverythingAndGainNothingBySocietysCredit) {
    const Pairwise game(test::case_study_pairs(Payee::society, 0.0, 60));
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    const Response all =
        pure_response(whole(game), [](Stage, const Site&, std::size_t length) { return Action{length - 1}; });
    Operators<Pairwise> operators(game);
    Field pushed(whole(game));
    for (int push = 0; push < 2000; ++push) {
        operators.aggregate(mass, all);
        operators.push(Stage{}, mass.stage(Stage{}), all, pushed.stage(Stage{}));
        for (std::size_t x = 0; x < mass.all().size(); ++x) mass.all()[x] = 0.5 * (mass.all()[x] + pushed.all()[x]);
    }
    const Certificate c = certify(game, mass, SparseResponse(all, 0.0)).certificate;
    EXPECT_LT(c.stationarity, 1e-12);
    EXPECT_LT(c.karma_error, 1e-12);
    EXPECT_EQ(c.gain_all, 0.0);
    EXPECT_LT(c.exploitability_max, 1e-12);
    operators.aggregate(mass, all);
    EXPECT_NEAR(payoffs(operators, action_shares(mass, all)).front().endogenous, -31.0 / 44.0, 1e-12);
}

}  // namespace
}  // namespace polykarma
