// Identities of the dynamics: economies that are the same economy in another form follow the same path.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "certificate/certificate.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"
#include "support/random_economy.hpp"
#include "support/small_economy.hpp"

namespace polykarma {
namespace {

EvolutionSettings at_lambda(double lambda) {
    EvolutionSettings settings;
    settings.lambda = lambda;
    return settings;
}

Evolution<MultiKarma> started(const MultiKarma& game, double lambda) {
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    return Evolution<MultiKarma>(game, at_lambda(lambda), std::move(mass), even_response(whole(game)));
}

void run(Evolution<MultiKarma>& evolution, int steps) {
    for (int i = 0; i < steps; ++i) evolution.step();
}

/// Twice the payoffs at half the sharpness: doubling is exact in binary, so is everything that follows from it.
TEST(Scaling, DoublePayoffsAtHalfTheSharpness) {
    const auto rules = test::small_economy({4, 3}, {1.5, 1.0}, Exchange::from_worth({1.0, 1.5}), Redistribution::all);
    auto doubled = rules;
    for (auto& urgency : doubled.urgencies) urgency.urgency *= 2.0;
    doubled.idle_delay_cost *= 2.0;
    const MultiKarma game(rules), twice(doubled);
    auto evolution = started(game, 40.0), other = started(twice, 20.0);
    run(evolution, 200);
    run(other, 200);
    EXPECT_TRUE(std::ranges::equal(evolution.mass().all(), other.mass().all()));
    for (std::size_t x = 0; x < other.value().all().size(); ++x)
        ASSERT_EQ(other.value().all()[x], 2.0 * evolution.value().all()[x]);
    const SparseResponse pi(evolution.response(), 0.0), other_pi(other.response(), 0.0);
    EXPECT_TRUE(std::ranges::equal(pi.probabilities(), other_pi.probabilities()));
    const Certificate c = certify(game, evolution.mass(), pi).certificate;
    const Certificate d = certify(twice, other.mass(), other_pi).certificate;
    EXPECT_EQ(d.stationarity, c.stationarity);
    for (double Certificate::*number :
         {&Certificate::gain_mean, &Certificate::gain_max, &Certificate::gain_all, &Certificate::exploitability_mean,
          &Certificate::exploitability_max, &Certificate::value_scale})
        EXPECT_EQ(d.*number, 2.0 * c.*number);
}

TEST(Permutation, OfTypesPermutesResults) {
    const auto rules =
        test::small_economy({4, 3}, {1.5, 1.0}, Exchange::from_worth({1.0, 1.5}), Redistribution::active);
    auto swapped = rules;
    std::swap(swapped.types[0], swapped.types[1]);
    const MultiKarma game(rules), other_game(swapped);
    auto evolution = started(game, 10.0), other = started(other_game, 10.0);
    run(evolution, 100);
    run(other, 100);
    const Layout& layout = game.layout();
    for (const auto r : Range<Stage>(2))
        for (const auto t : Range<Type>(2))
            for (const auto u : Range<Exogenous>(3)) {
                const Block b = layout.block(t, u), partner = layout.block(Type{1 - t.at()}, u);
                const auto d = evolution.mass().block(r, b), e = other.mass().block(r, partner);
                const auto v = evolution.value().block(r, b), w = other.value().block(r, partner);
                for (std::size_t i = 0; i < d.size(); ++i) {
                    // Sums over types in another order, 1e-16 a step, magnified by lambda * V = 400 at most.
                    EXPECT_NEAR(d[i], e[i], 1e-12);
                    EXPECT_NEAR(v[i], w[i], 1e-10);
                }
            }
}

/// A type split in two halves that differ in nothing but their name.
TEST(Permutation, ATypeSplitInTwoStaysTheSame) {
    const auto rules = test::small_economy({4, 3}, {1.5, 1.0}, Exchange::none(2), Redistribution::non_winners);
    auto split = rules;
    split.types.push_back(split.types[0]);
    split.types[0].share *= 0.5;
    split.types[2].share *= 0.5;
    const MultiKarma game(rules), other_game(split);
    auto evolution = started(game, 10.0), other = started(other_game, 10.0);
    run(evolution, 100);
    run(other, 100);
    for (const auto r : Range<Stage>(2))
        for (const auto u : Range<Exogenous>(3)) {
            const auto d = evolution.mass().block(r, game.layout().block(Type{std::size_t{0}}, u));
            const auto half = other.mass().block(r, other_game.layout().block(Type{std::size_t{0}}, u));
            const auto rest = other.mass().block(r, other_game.layout().block(Type{std::size_t{2}}, u));
            for (std::size_t i = 0; i < d.size(); ++i) {
                EXPECT_NEAR(d[i], half[i] + rest[i], 1e-12);
                EXPECT_EQ(half[i], rest[i]);
            }
        }
}

/// What one account alone sees of a stage: mass [block][balance] and mean bid weights.
std::vector<double> marginal(const MultiKarma& game, const Field& mass, Stage r, Account account) {
    const Layout& layout = game.layout();
    const auto balances_of = static_cast<std::size_t>(layout.lattice().k_max(account)) + 1;
    std::vector<double> result(layout.blocks() * balances_of, 0.0);
    std::vector<int> balances(layout.lattice().accounts());
    mass.part().for_each_site(r, [&](const Site& site, std::size_t) {
        layout.lattice().balances(layout.contested(r), site.index, balances);
        result[site.block.at() * balances_of + static_cast<std::size_t>(balances[account.at()])] +=
            mass.stage(r)[site.state];
    });
    return result;
}

/// Without exchange the accounts do not know of each other: each follows the path it would follow alone.
TEST(Separation, NoExchangeSeparatesTheAccounts) {
    const std::vector<int> k_max{4, 3};
    const std::vector<double> k_mean{1.5, 1.0};
    const MultiKarma both(test::small_economy(k_max, k_mean, Exchange::none(2), Redistribution::active));
    auto evolution = started(both, 10.0);
    run(evolution, 100);
    for (const std::size_t kept : {std::size_t{0}, std::size_t{1}}) {
        auto alone_k_max = k_max;
        auto alone_k_mean = k_mean;
        alone_k_max[1 - kept] = 0;  // nobody can bid more than nothing for the other resource
        alone_k_mean[1 - kept] = 0.0;
        const MultiKarma alone(
            test::small_economy(alone_k_max, alone_k_mean, Exchange::none(2), Redistribution::active));
        auto single = started(alone, 10.0);
        run(single, 100);
        const Account account{kept};
        for (const auto r : Range<Stage>(2)) {
            const auto joint = marginal(both, evolution.mass(), r, account);
            const auto own = marginal(alone, single.mass(), r, account);
            // Rounding of 1e-16 |V| lambda a step, forgotten at the rate of the damping.
            for (std::size_t i = 0; i < own.size(); ++i) EXPECT_NEAR(joint[i], own[i], 1e-11);
        }
        const Stage contest{kept};
        evolution.response().for_each(contest, [&](const Site& site, Row row) {
            // Alone, a block is one line.
            const Part& part = single.mass().part();
            const Site there{site.block, 0, site.position, site.position,
                             part.block(contest, site.block).first + site.position};
            const Row p = single.response().row(contest, there, row.size());
            for (std::size_t a = 0; a < row.size(); ++a) ASSERT_NEAR(row[a], p[a], 1e-11);
        });
    }
}

/// An account that nobody may use changes nothing: with every rate zero but the own one, exchange is no exchange.
TEST(Separation, ExchangeWithoutRatesIsNoExchange) {
    const MultiKarma none(test::small_economy({4, 3}, {1.5, 1.0}, Exchange::none(2), Redistribution::all));
    const MultiKarma rates(
        test::small_economy({4, 3}, {1.5, 1.0}, Exchange({{1.0, 0.0}, {0.0, 1.0}}), Redistribution::all));
    auto first = started(none, 10.0), second = started(rates, 10.0);
    run(first, 50);
    run(second, 50);
    EXPECT_TRUE(std::ranges::equal(first.mass().all(), second.mass().all()));
}

/// Stage order is a circle: the same economy told from the second resource on ends in the same equilibrium.
TEST(Rotation, TheSameEquilibriumFromAnotherFirstStage) {
    const auto rules = test::small_economy({4, 4}, {1.5, 1.5}, Exchange::from_worth({1.0, 1.0}), Redistribution::all);
    auto turned = rules;
    std::swap(turned.resources[0], turned.resources[1]);
    for (auto& type : turned.types) {
        std::vector<UrgencyChain::Matrix> transition;
        for (const std::size_t r : {std::size_t{1}, std::size_t{0}}) {
            auto& phi = transition.emplace_back(3, std::vector<double>(3));
            for (const auto u : Range<Exogenous>(3))
                for (const auto v : Range<Exogenous>(3)) phi[u.at()][v.at()] = type.chain.probability(Stage{r}, u, v);
        }
        type.chain = UrgencyChain(std::move(transition));
        std::swap(type.discount[0], type.discount[1]);
    }
    const MultiKarma game(rules), other_game(turned);
    auto evolution = started(game, 10.0), other = started(other_game, 10.0);
    run(evolution, 600);
    run(other, 600);
    for (const auto r : Range<Stage>(2)) {
        const auto d = evolution.mass().stage(r), e = other.mass().stage(Stage{1 - r.at()});
        for (std::size_t x = 0; x < d.size(); ++x) EXPECT_NEAR(d[x], e[x], 1e-9);  // both are that near to their limit
    }
}

// One block only, accounts of different length, and mass on one line: the line that a stage begins with can have the
// number of the one that the stage before ended with, and lie elsewhere.
TEST(OneBlock, ConservesKarmaFromAConcentratedStart) {
    for (const auto& k_max : {std::vector<int>{4, 9}, {9, 4}, {3, 3}}) {
        MultiKarmaRules rules = test::small_economy(k_max, {2.0, 2.0}, Exchange::none(2), Redistribution::all);
        rules.urgencies = {{"always", 1.0}};
        rules.types = {{"anyone", 1.0, UrgencyChain({{{1.0}}, {{1.0}}}), {1.0, 0.9}}};
        const MultiKarma game(rules);
        const Part part = whole(game);
        Field mass(part);
        game.start_mass(KarmaStart::at_mean, mass);
        Evolution<MultiKarma> evolution(
            game, at_lambda(5.0), std::move(mass),
            pure_response(part, [](Stage, const Site&, std::size_t) { return Action{std::size_t{1}}; }));
        for (int step = 0; step < 20; ++step) evolution.step();
        const Certificate c =
            certify(game, evolution.mass(), SparseResponse(evolution.response(), 1e-15)).certificate;
        EXPECT_LT(c.karma_error, 1e-13) << k_max[0];
        EXPECT_LT(c.mass_error, 1e-13) << k_max[0];
    }
}

}  // namespace
}  // namespace polykarma
