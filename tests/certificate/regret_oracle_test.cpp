// Values, gains and lifetime regret of the certificate against a dense solution of one agent's problem.
#include <cmath>

#include <gtest/gtest.h>

#include "certificate/certificate.hpp"
#include "oracle/bridge.hpp"
#include "support/random_economy.hpp"

namespace polykarma {
namespace {

class RegretOracle : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RegretOracle, CertificateEqualsPolicyIteration) {
    const auto economy = test::random_economy(GetParam());
    const MultiKarma game(economy.rules);
    const Layout& layout = game.layout();
    test::Random random(GetParam());
    const Field mass = test::random_mass(whole(game), random, GetParam() % 2 == 0);
    const Response response = test::random_response(whole(game), random);
    const auto [c, value, average] = certify(game, mass, SparseResponse(response, 0.0));

    const oracle::DenseEconomy dense(oracle::describe(economy.rules, economy.rates));
    const auto aggregates = oracle::dense_aggregates(dense, mass, response);
    std::vector<oracle::Rows> rows;
    for (const auto r : Range<Stage>(layout.stages())) rows.push_back(dense_rows(dense, r, response));
    const oracle::DenseAgent agent(dense, aggregates);
    const auto followed = agent.value_of(rows);
    const auto optimal = agent.optimal(followed);

    double worst = 0.0, regret_mean = 0.0, regret_max = 0.0, gain_mean = 0.0, gain_all = 0.0;
    const auto stages = static_cast<double>(layout.stages());
    for (const auto r : Range<Stage>(layout.stages())) {
        const auto d = dense_values(dense, mass, r);
        const auto v = dense_values(dense, value, r);
        const auto q = dense.action_values(r.at(), aggregates[r.at()], followed[layout.next(r).at()]);
        for (std::size_t x = 0; x < d.size(); ++x) {
            const auto& state = dense.states()[x];
            worst = std::max(worst, static_cast<double>(std::abs(v[x] - followed[r.at()][x])));
            const double regret = static_cast<double>(optimal[r.at()][x] - followed[r.at()][x]);
            regret_mean += static_cast<double>(d[x]) * regret / stages;
            if (d[x] > 1e-9L) regret_max = std::max(regret_max, regret);
            const double gain = static_cast<double>(*std::max_element(q[x].begin(), q[x].end()) - followed[r.at()][x]);
            gain_mean += static_cast<double>(d[x]) * gain / stages;
            const auto& chain = economy.rules.types[state.type].chain;
            if (chain.occurs(r, Exogenous{state.urgency})) gain_all = std::max(gain_all, gain);
        }
    }
    // The iteration of values stops at changes of 1e-12 max|V| a cycle, which are 1e-12 / (1 - discount) of error.
    const double tolerance = 4e-12 * c.value_scale / (1.0 - game.cycle_discount());
    EXPECT_LT(worst, tolerance);
    // G is an upper bound: the regret plus what both iterations may be short of, once per stage.
    const double rounding = 1e-14 * c.value_scale;
    EXPECT_GE(c.exploitability_mean, regret_mean - rounding);
    EXPECT_GE(c.exploitability_max, regret_max - rounding);
    EXPECT_LE(c.exploitability_mean, regret_mean + stages * tolerance);
    EXPECT_LE(c.exploitability_max, regret_max + stages * tolerance);
    EXPECT_NEAR(c.gain_mean, gain_mean, tolerance);
    EXPECT_NEAR(c.gain_all, gain_all, tolerance);
    EXPECT_GT(regret_mean, 1e-3);
}

TEST_P(RegretOracle, StationarityIsTheDistanceOfThePushedMass) {
    const auto economy = test::random_economy(GetParam());
    const MultiKarma game(economy.rules);
    const Layout& layout = game.layout();
    test::Random random(GetParam());
    const Field mass = test::random_mass(whole(game), random, false);
    const Response response = test::random_response(whole(game), random);
    const Certificate c = certify(game, mass, SparseResponse(response, 0.0)).certificate;
    const oracle::DenseEconomy dense(oracle::describe(economy.rules, economy.rates));
    const auto aggregates = oracle::dense_aggregates(dense, mass, response);
    double distance = 0.0;
    for (const auto r : Range<Stage>(layout.stages())) {
        const auto pushed =
            dense.push(r.at(), aggregates[r.at()], dense_values(dense, mass, r), dense_rows(dense, r, response));
        const auto d = dense_values(dense, mass, layout.next(r));
        for (std::size_t x = 0; x < d.size(); ++x) distance += static_cast<double>(std::abs(pushed[x] - d[x]));
    }
    EXPECT_NEAR(c.stationarity, distance, 1e-12);  // a few hundred entries, each accurate to 1e-15
}

INSTANTIATE_TEST_SUITE_P(RandomEconomies, RegretOracle, testing::ValuesIn(test::small_seeds(0, 12)));

}  // namespace
}  // namespace polykarma
