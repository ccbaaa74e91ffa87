// Accounts without a bound: larger and larger lattices, each from the end of the one before.
#include <cmath>

#include <gtest/gtest.h>

#include "certificate/certificate.hpp"
#include "equilibrium/accelerated.hpp"
#include "equilibrium/growth.hpp"
#include "equilibrium/start.hpp"
#include "support/partitioned.hpp"
#include "support/random_pairs.hpp"

namespace polykarma {
namespace {

/// Half as much room again, up to a limit.
auto larger_up_to(int limit) {
    return [limit](const Pairwise& game) -> std::shared_ptr<const Pairwise> {
        PairwiseRules rules = game.rules();
        rules.k_max += rules.k_max / 2;
        return rules.k_max > limit ? nullptr : std::make_shared<const Pairwise>(std::move(rules));
    };
}

auto searcher(const Collective& ranks = Collective::serial()) {
    return [&ranks](const Pairwise& game, const std::optional<SearchStart>& from) {
        const Part part = part_of(game, ranks.rank(), ranks.size());
        EvolutionSettings settings;
        settings.lambda = from ? from->earlier.lambda : 100.0;
        settings.stationarity = 5e-8;
        settings.gain = 5e-5;
        Field mass(part);
        game.start_mass(KarmaStart::at_mean, mass);
        if (!from) return accelerate(game, settings, std::move(mass), even_response(part), {}, ranks);
        SolveOutcome outcome = accelerate(game, settings, from->mass, dense_response(from->response), {}, ranks);
        put_before(outcome, from->earlier);
        return outcome;
    };
}

TEST(Growth, EndsWhereTheKarmaFits) {
    constexpr double kTolerated = 1e-6;
    const auto grown = grow(std::make_shared<const Pairwise>(test::worked_example(20)), kTolerated, searcher(),
                            larger_up_to(1000));
    EXPECT_EQ(grown.outcome.reason, StopReason::converged);
    EXPECT_GT(grown.game->rules().k_max, 60);
    EXPECT_LT(grown.game->rules().k_max, 250);
    const Certificate c = certify(*grown.game, grown.outcome.mass, grown.outcome.response).certificate;
    EXPECT_TRUE(meets(c, {1e-7, 1e-4, 1e-2, kTolerated}));
    EXPECT_FALSE(meets(c, {1e-7, 1e-4, 1e-2, 0.0}));
    EXPECT_LT(c.karma_clipped, c.karma_tail);
    for (std::size_t i = 1; i < grown.outcome.history.size(); ++i)
        EXPECT_GT(grown.outcome.history[i].iteration, grown.outcome.history[i - 1].iteration);
}

/// The larger game has the equilibrium of the smaller one where nobody comes near the top of either.
TEST(Growth, WhatHadRoomIsAlreadyAnEquilibrium) {
    const Pairwise small(test::case_study_pairs(Payee::society, 0.9, 60));
    const Pairwise large(test::case_study_pairs(Payee::society, 0.9, 90));
    const SolveOutcome solved = searcher()(small, {});
    const SearchStart start = prolonged(solved, whole(large));
    const Certificate c = certify(large, start.mass, start.response).certificate;
    EXPECT_LT(c.karma_error, 1e-12);
    EXPECT_LT(c.stationarity, 1e-7);
    EXPECT_LT(c.exploitability_max, 2e-3);
}

TEST(Growth, ProlongsWhatPeopleHoldAndDo) {
    const Pairwise small(test::random_pairs(3)), large([] {
        PairwiseRules rules = test::random_pairs(3);
        rules.k_max *= 3;
        return rules;
    }());
    test::Random random(4);
    const SolveOutcome outcome{.lambda = 7.0,
                               .history = {},
                               .branch = {},
                               .mass = test::random_mass(whole(small), random, false),
                               .response = SparseResponse(test::random_response(whole(small), random), 0.0)};
    const Field& mass = outcome.mass;
    const SparseResponse& response = outcome.response;
    const SearchStart start = prolonged(outcome, whole(large));
    EXPECT_EQ(start.earlier.lambda, 7.0);
    const auto k_max = static_cast<std::size_t>(small.rules().k_max);
    whole(large).for_each_site(Stage{}, [&](const Site& site, std::size_t) {
        const std::size_t old = site.block.at() * (k_max + 1) + std::min(site.position, k_max);
        EXPECT_EQ(start.mass.all()[site.state], site.position > k_max ? 0.0 : mass.all()[old]);
        Site richest = site;
        richest.state = old;
        const SparseRow here = start.response.row(Stage{}, site), there = response.row(Stage{}, richest);
        EXPECT_TRUE(std::ranges::equal(here.actions, there.actions));
        EXPECT_TRUE(std::ranges::equal(here.probabilities, there.probabilities));
    });
}

/// Agents without a future bid all they have, and who wins pays it to one peer: karma collects without end.
TEST(Growth, SaysWhenItDoesNotClose) {
    const auto grown = grow(
        std::make_shared<const Pairwise>(test::case_study_pairs(Payee::peer, 0.0, 20)), 1e-6,
        [](const Pairwise& game, const std::optional<SearchStart>& from) {
            EvolutionSettings settings;
            settings.max_iterations = 300;
            settings.stationarity = 0.0;
            Field mass(whole(game));
            game.start_mass(KarmaStart::at_mean, mass);
            return from ? evolve(game, settings, from->mass, dense_response(from->response))
                        : evolve(game, settings, std::move(mass), even_response(whole(game)));
        },
        larger_up_to(50));
    EXPECT_EQ(grown.outcome.reason, StopReason::does_not_close);
    EXPECT_EQ(grown.game->rules().k_max, 45);
}

TEST(Growth, IsTheSameOnAnyRanks) {
    PairwiseRules rules = test::worked_example(12);
    rules.k_mean = 3.0;
    rules.types.front().share = 0.4;
    rules.types.push_back(rules.types.front());
    rules.types.back().share = 0.6;
    rules.types.back().discount = 0.5;
    const auto solve = [&](const Collective& ranks) {
        return grow(std::make_shared<const Pairwise>(rules), 1e-3, searcher(ranks), larger_up_to(60), ranks);
    };
    const auto alone = solve(Collective::serial());
    EXPECT_GT(alone.game->rules().k_max, 12);
    for (const int size : {2, 3})
        test::on_ranks(size, [&](const Collective& ranks) {
            const auto grown = solve(ranks);
            EXPECT_EQ(grown.outcome.iterations, alone.outcome.iterations);
            EXPECT_EQ(test::differences(grown.outcome.mass, alone.outcome.mass), 0U);
        });
}

}  // namespace
}  // namespace polykarma
