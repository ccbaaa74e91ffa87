// The average criterion against stationary laws and policy iteration, on random small economies of pairs.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "certificate/certificate.hpp"
#include "equilibrium/accelerated.hpp"
#include "equilibrium/start.hpp"
#include "oracle/dense_average.hpp"
#include "oracle/dense_pairs.hpp"
#include "support/effort.hpp"
#include "support/random_pairs.hpp"

namespace polykarma {
namespace {

using oracle::AverageAgent;
using oracle::DensePairs;

constexpr std::uint64_t kEconomies = test::economies(60);

/// A type's own problem against the aggregates.
AverageAgent agent_of(const DensePairs& dense, const DensePairs::Aggregates& m, std::size_t first, std::size_t states) {
    const oracle::Rows all = dense.action_values(m, oracle::Values(dense.states(), 0.0L));
    oracle::Rows reward(all.begin() + static_cast<std::ptrdiff_t>(first),
                        all.begin() + static_cast<std::ptrdiff_t>(first + states));
    std::vector<std::vector<oracle::Transitions>> transitions(states);
    for (std::size_t x = 0; x < states; ++x)
        for (std::size_t b = 0; b < reward[x].size(); ++b) {
            transitions[x].push_back(dense.transitions(m, first + x, b));
            for (auto& [to, p] : transitions[x].back()) to -= first;
        }
    return {std::move(reward), std::move(transitions)};
}

class AverageOracle : public testing::TestWithParam<std::uint64_t> {};

TEST_P(AverageOracle, PayoffsAndRegretAreThoseOfPolicyIteration) {
    const PairwiseRules rules = test::undiscounted(test::random_pairs(GetParam()));
    const Pairwise game(rules);
    const DensePairs dense(rules);
    test::Random random(GetParam());
    const Field mass = test::random_mass(whole(game), random, false);
    const Response response = test::random_response(whole(game), random);
    const auto [c, value, average] = certify(game, mass, SparseResponse(response, 0.0));

    oracle::Rows pi;
    response.for_each(Stage{}, [&](const Site&, Row row) { pi.emplace_back(row.begin(), row.end()); });
    const auto m = dense.aggregates({mass.all().begin(), mass.all().end()}, pi);
    const std::size_t states = dense.states() / rules.types.size();
    double regret_mean = 0.0, regret_max = 0.0;
    ASSERT_EQ(average.size(), rules.types.size());
    for (std::size_t t = 0; t < rules.types.size(); ++t) {
        const AverageAgent agent = agent_of(dense, m, t * states, states);
        const oracle::Rows own(pi.begin() + static_cast<std::ptrdiff_t>(t * states),
                               pi.begin() + static_cast<std::ptrdiff_t>((t + 1) * states));
        const auto earned = static_cast<double>(agent.payoff(own));
        const double regret = static_cast<double>(agent.largest_payoff(own)) - earned;
        EXPECT_NEAR(average[t], earned, 1e-11 * c.value_scale);
        regret_mean += rules.types[t].share * regret;
        regret_max = std::max(regret_max, regret);
    }
    // Bounds, and as close as values are settled.
    EXPECT_GE(c.exploitability_mean, regret_mean - 1e-13 * c.value_scale);
    EXPECT_NEAR(c.exploitability_mean, regret_mean, 1e-11 * c.value_scale);
    EXPECT_NEAR(c.exploitability_max, regret_max, 1e-11 * c.value_scale);
    EXPECT_LE(c.exploitability_max, c.gain_all + 1e-11 * c.value_scale);
    EXPECT_LE(c.bellman, kBellmanTolerance * std::max(c.value_scale, 1e-300));
}

INSTANTIATE_TEST_SUITE_P(RandomEconomies, AverageOracle, testing::Range<std::uint64_t>(0, kEconomies));

/// What a search ends in leaves nothing to policy iteration, and what agents earn under its stationary law is the mean
/// payoff of the population.
void expect_an_equilibrium(Payee payee, decltype(&evolve<Pairwise>) search) {
    PairwiseRules rules = test::undiscounted(test::worked_example(24));
    rules.payee = payee;
    const Pairwise game(rules);
    EvolutionSettings settings;
    settings.lambda = 200.0;
    settings.stationarity = 1e-9;
    settings.gain = 1e-2;
    Field start(whole(game));
    game.start_mass(KarmaStart::at_mean, start);
    const SolveOutcome outcome =
        search(game, settings, std::move(start), even_response(whole(game)), {}, Collective::serial(), {});
    EXPECT_EQ(outcome.reason, StopReason::converged);
    const auto certified = certify(game, outcome.mass, outcome.response);

    const DensePairs dense(rules);
    const auto d = outcome.mass.all();
    oracle::Rows pi;
    dense_response(outcome.response).for_each(Stage{}, [&](const Site&, Row row) {
        pi.emplace_back(row.begin(), row.end());
    });
    const auto m = dense.aggregates({d.begin(), d.end()}, pi);
    const AverageAgent agent = agent_of(dense, m, 0, dense.states());
    const auto earned = static_cast<double>(agent.payoff(pi));
    double mean = 0.0;
    for (std::size_t x = 0; x < pi.size(); ++x)
        for (std::size_t b = 0; b < pi[x].size(); ++b)
            mean -= d[x] * static_cast<double>(pi[x][b] * (1.0L - dense.win(m, b))) *
                    rules.urgencies[x / game.layout().sites()].urgency;
    EXPECT_NEAR(earned, mean, 1e-6);  // d is stationary up to 1e-9, and karma moves slowly
    EXPECT_NEAR(certified.average_payoff.front(), earned, 1e-10);
    EXPECT_LT(static_cast<double>(agent.largest_payoff(pi)) - earned, 1e-3);
    EXPECT_GT(earned, -0.7);  // a coin: -0.75
}
TEST(AverageCriterion, ThereAreEquilibriaByPolicyIteration) {
    expect_an_equilibrium(Payee::peer, &evolve<Pairwise>);
    expect_an_equilibrium(Payee::peer, &accelerate<Pairwise>);
    expect_an_equilibrium(Payee::society, &accelerate<Pairwise>);
}

/// Little discounting is nearly none: what a lifetime loses, per contest, tends to what every contest loses.
TEST(AverageCriterion, IsTheLimitOfLittleDiscounting) {
    const PairwiseRules rules = test::case_study_pairs(Payee::society, 0.9999, 20);
    const Pairwise patient(rules), average(test::undiscounted(rules));
    test::Random random(1);
    const Field mass = test::random_mass(whole(average), random, false);
    const SparseResponse response(test::random_response(whole(average), random), 0.0);
    const auto by_discounting = certify(patient, mass, response).certificate;
    const auto by_average = certify(average, mass, response).certificate;
    EXPECT_GT(by_average.exploitability_mean, 0.1);
    EXPECT_NEAR(1e-4 * by_discounting.exploitability_mean, by_average.exploitability_mean,
                0.01 * by_average.exploitability_mean);
    EXPECT_NEAR(by_discounting.gain_mean, by_average.gain_mean, 0.01 * by_average.gain_mean);
}

/// Urgencies that take turns, which values would follow for ever.
TEST(AverageCriterion, SettlesWhereUrgenciesTakeTurns) {
    PairwiseRules rules = test::undiscounted(test::worked_example(10));
    rules.types.front().chain = UrgencyChain({{{0.0, 1.0}, {1.0, 0.0}}});
    const Pairwise game(rules);
    test::Random random(2);
    const Field mass = test::random_mass(whole(game), random, false);
    const auto certified = certify(game, mass, SparseResponse(test::random_response(whole(game), random), 0.0));
    EXPECT_LT(certified.certificate.bellman, kBellmanTolerance * certified.certificate.value_scale);
}

}  // namespace
}  // namespace polykarma
