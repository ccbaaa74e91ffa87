// The dynamics against the enumeration, step by step; and the pooled economy that unit exchange amounts to.
#include <cmath>

#include <gtest/gtest.h>

#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"
#include "oracle/bridge.hpp"
#include "oracle/dense_dynamics.hpp"
#include "support/random_economy.hpp"
#include "support/small_economy.hpp"
#include "welfare/measures.hpp"

namespace polykarma {
namespace {

using oracle::DenseDynamics;
using oracle::DenseEconomy;

class EvolutionOracle : public testing::TestWithParam<std::uint64_t> {};

TEST_P(EvolutionOracle, FollowsTheEnumeration) {
    const auto economy = test::random_economy(GetParam());
    const MultiKarma game(economy.rules);
    const Layout& layout = game.layout();
    test::Random random(GetParam());
    const Field mass = test::random_mass(whole(game), random, false);
    const Response response = test::random_response(whole(game), random);
    EvolutionSettings settings;
    settings.lambda = 3.0;
    settings.step = 0.3;
    settings.response_rate = 0.7;
    const DenseEconomy dense(oracle::describe(economy.rules, economy.rates));
    std::vector<oracle::Values> d;
    std::vector<oracle::Rows> pi;
    for (const auto r : Range<Stage>(layout.stages())) {
        d.push_back(dense_values(dense, mass, r));
        pi.push_back(dense_rows(dense, r, response));
    }
    DenseDynamics exact(dense, {settings.lambda, settings.step, settings.response_rate}, d, pi);
    Evolution<MultiKarma> evolution(game, settings, mass, response);
    for (int step = 0; step < 5; ++step) {
        evolution.step();
        exact.step();
    }
    // The start's V is iterated to 1e-12 max|V|, with max|V| up to 1e3; the softmax multiplies that by lambda.
    for (const auto r : Range<Stage>(layout.stages())) {
        const auto engine_d = dense_values(dense, evolution.mass(), r);
        const auto engine_v = dense_values(dense, evolution.value(), r);
        const auto engine_pi = dense_rows(dense, r, evolution.response());
        for (std::size_t x = 0; x < engine_d.size(); ++x) {
            EXPECT_NEAR(static_cast<double>(engine_d[x] - exact.mass()[r.at()][x]), 0.0, 1e-10);
            EXPECT_NEAR(static_cast<double>(engine_v[x] - exact.value()[r.at()][x]), 0.0, 1e-8);
            for (std::size_t a = 0; a < engine_pi[x].size(); ++a)
                EXPECT_NEAR(static_cast<double>(engine_pi[x][a] - exact.response()[r.at()][x][a]), 0.0, 1e-8);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(RandomEconomies, EvolutionOracle, testing::ValuesIn(test::small_seeds(100, 12)));

/// Largest difference in payoffs between an economy with two accounts under unit exchange and the same economy with all
/// karma in one account, after some steps from even bids.
double pooling_error(int k_max) {
    const auto rules =
        test::small_economy({k_max, k_max}, {1.0, 1.0}, Exchange::from_worth({1.0, 1.0}), Redistribution::all);
    constexpr int kSteps = 25;
    EvolutionSettings settings;
    settings.lambda = 5.0;
    settings.step = 0.2;
    settings.response_rate = 0.5;

    const MultiKarma game(rules);
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    Evolution<MultiKarma> evolution(game, settings, std::move(mass), even_response(whole(game)));
    for (int step = 0; step < kSteps; ++step) evolution.step();
    Operators<MultiKarma> operators(game);
    operators.aggregate(evolution.mass(), evolution.response());
    const auto apart = payoffs(operators, action_shares(evolution.mass(), evolution.response()));

    auto description = oracle::describe(rules, {{1, 1}, {1, 1}});
    description.k_max = {2 * k_max};
    for (auto& stage : description.stages) {
        stage.account = 0;
        stage.rates = {1};
    }
    const DenseEconomy pooled(description);
    std::vector<oracle::Values> d(2, oracle::Values(pooled.states().size(), 0.0L));
    for (const auto r : Range<Stage>(2))
        for (std::size_t x = 0; x < pooled.states().size(); ++x) {
            const auto& state = pooled.states()[x];
            if (state.karma[0] == 2)
                d[r.at()][x] =
                    game.stationary_exogenous(r, game.layout().block(Type{state.type}, Exogenous{state.urgency}));
        }
    DenseDynamics together(pooled, {settings.lambda, settings.step, settings.response_rate}, d,
                           oracle::even_rows(pooled));
    for (int step = 0; step < kSteps; ++step) together.step();
    double worst = 0.0;
    for (std::size_t t = 0; t < apart.size(); ++t)
        worst = std::max(worst, std::abs(apart[t].endogenous - static_cast<double>(together.payoffs()[t])));
    return worst;
}

/// Unit exchange makes two accounts one, up to agents whose single account is full: ever fewer as accounts grow.
TEST(UnitExchange, IsOnePooledAccount) {
    const double small = pooling_error(3), medium = pooling_error(5), large = pooling_error(8);
    RecordProperty("errors", testing::PrintToString(std::vector<double>{small, medium, large}));
    EXPECT_LT(small, 1e-1);
    EXPECT_LT(medium, 0.1 * small);
    EXPECT_LT(large, 0.01 * medium);
    EXPECT_LT(large, 1e-6);
}

}  // namespace
}  // namespace polykarma
