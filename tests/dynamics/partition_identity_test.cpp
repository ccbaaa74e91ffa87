// The number of ranks does not change the answer: everything the engine computes, bit by bit, on emulated ranks.
#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "equilibrium/start.hpp"
#include "support/engine_results.hpp"
#include "support/random_pairs.hpp"
#include "support/small_economy.hpp"

namespace polykarma {
namespace {

/// Everything from a random social state, on every deal.
template <Game G>
void expect_the_same_on_all_deals(const G& game, std::uint64_t seed) {
    test::Random random(seed);
    const test::SocialState state = test::random_state(whole(game), random, seed % 2 == 0);
    const test::EngineResults alone = test::engine_results(game, state, Collective::serial());
    for (const auto& shares : test::real_deals())
        test::on_parts(game, shares, [&](const Part& part, const Collective& ranks) {
            test::expect_parts_of(test::engine_results(game, test::restricted(state, part), ranks), alone);
        });
}

/// With discounts at which values settle in a few dozen cycles: every sweep of every cycle is a meeting of all ranks.
MultiKarmaRules impatient(MultiKarmaRules rules) {
    for (auto& type : rules.types)
        for (double& discount : type.discount) discount *= 0.75;
    return rules;
}

class RandomEconomy : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomEconomy, IsTheSameOnAnyRanks) {
    expect_the_same_on_all_deals(MultiKarma(impatient(test::random_economy(GetParam()).rules)), GetParam());
}

INSTANTIATE_TEST_SUITE_P(PartitionIdentity, RandomEconomy, testing::Range<std::uint64_t>(0, 24));

class SmallEconomy : public testing::TestWithParam<Redistribution> {};

TEST_P(SmallEconomy, IsTheSameOnAnyRanks) {
    std::uint64_t seed = 0;
    for (const auto& exchange : {Exchange::none(2), Exchange::from_worth({1.0, 1.0}), Exchange::from_worth({1.0, 1.5}),
                                 Exchange({{1.0, 0.6}, {0.0, 1.0}})})
        expect_the_same_on_all_deals(
            MultiKarma(impatient(test::small_economy({5, 4}, {1.5, 1.0}, exchange, GetParam()))), ++seed);
}

INSTANTIATE_TEST_SUITE_P(PartitionIdentity, SmallEconomy,
                         testing::Values(Redistribution::active, Redistribution::all, Redistribution::non_winners));

/// Longer lines and more of them than in the random economies, and three accounts that pay for each other.
TEST(PartitionIdentity, OfThreeResources) {
    expect_the_same_on_all_deals(MultiKarma(test::three_resources({8, 6, 4})), 5);
}

TEST(PartitionIdentity, OfAGameThatIsCutByTypesOnly) {
    for (const auto end : {CycleEnd::wraps, CycleEnd::terminates})
        expect_the_same_on_all_deals(test::ToyGame(3, end, {0.5, 0.3, 0.2}), 6);
}

TEST(PartitionIdentity, OfPairs) {
    for (std::uint64_t seed = 0; seed < 16; ++seed)
        expect_the_same_on_all_deals(Pairwise(test::random_pairs(seed)), seed);
    for (std::uint64_t seed = 16; seed < 24; ++seed)
        expect_the_same_on_all_deals(Pairwise(test::undiscounted(test::random_pairs(seed))), seed);
}

TEST(PartitionIdentity, OfStarts) {
    const MultiKarma game(
        test::small_economy({5, 4}, {1.5, 1.2}, Exchange::from_worth({1.0, 1.5}), Redistribution::all));
    const auto start = [&](KarmaStart karma, PolicyStart policy, const Part& part) {
        Field mass(part);
        game.start_mass(karma, mass, 11);
        return test::SocialState{std::move(mass),
                                 pure_response(part, [&](Stage r, const Site& site, std::size_t length) {
                                     return game.start_action(policy, r, site, length, 11);
                                 })};
    };
    for (const auto karma : {KarmaStart::at_mean, KarmaStart::uniform, KarmaStart::random})
        for (const auto policy : {PolicyStart::zero, PolicyStart::proportional, PolicyStart::random}) {
            const auto alone = start(karma, policy, whole(game));
            for (const auto& shares : test::real_deals())
                test::on_parts(game, shares, [&](const Part& part, const Collective&) {
                    const auto own = start(karma, policy, part);
                    EXPECT_EQ(test::differences(own.mass, alone.mass), 0U);
                    EXPECT_EQ(test::differences(own.response, alone.response), 0U);
                });
        }
}

/// The solver stops after the same iteration for the same reason, and its history is the same.
TEST(PartitionIdentity, OfAWholeSolve) {
    const MultiKarma game(
        test::small_economy({5, 4}, {1.5, 1.2}, Exchange::from_worth({1.0, 1.5}), Redistribution::all));
    EvolutionSettings settings;
    settings.lambda = 20.0;
    settings.step = 0.2;
    settings.stationarity = 1e-3;
    settings.gain = 0.2;
    const auto solve = [&](const Part& part, const Collective& ranks) {
        Field mass(part);
        game.start_mass(KarmaStart::at_mean, mass);
        return evolve(game, settings, std::move(mass), even_response(part), {}, ranks);
    };
    const SolveOutcome alone = solve(whole(game), Collective::serial());
    ASSERT_EQ(alone.reason, StopReason::converged);
    for (const auto& shares : test::real_deals())
        test::on_parts(game, shares, [&](const Part& part, const Collective& ranks) {
            const SolveOutcome outcome = solve(part, ranks);
            test::expect_part_of(outcome, alone);
        });
}

}  // namespace
}  // namespace polykarma
