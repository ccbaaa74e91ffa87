// Equilibria of pairwise economies that others have computed: the case study of [SC] and the worked example of [FM].
#include <array>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "certificate/certificate.hpp"
#include "equilibrium/accelerated.hpp"
#include "equilibrium/start.hpp"
#include "support/random_pairs.hpp"
#include "welfare/measures.hpp"

namespace polykarma {
namespace {

/// Efficiencies that an independent implementation found, best-response gaps below 1e-4.
struct Known {
    Payee payee;
    double discount;
    double efficiency;
};
constexpr std::array kKnown{
    Known{Payee::society, 0.50, -0.5432}, Known{Payee::society, 0.70, -0.5252}, Known{Payee::society, 0.90, -0.5157},
    Known{Payee::society, 0.95, -0.5124}, Known{Payee::society, 0.98, -0.5112}, Known{Payee::society, 0.99, -0.5101},
    Known{Payee::peer, 0.50, -0.5800},    Known{Payee::peer, 0.70, -0.5512},    Known{Payee::peer, 0.90, -0.5217},
    Known{Payee::peer, 0.95, -0.5151},    Known{Payee::peer, 0.98, -0.5114},    Known{Payee::peer, 0.99, -0.5101}};

/// sum d R
double efficiency(const Pairwise& game, const SolveOutcome& outcome) {
    Operators<Pairwise> operators(game);
    operators.aggregate(outcome.mass, outcome.response);
    double sum = 0.0;
    const auto paid = payoffs(operators, action_shares(outcome.mass, outcome.response));
    for (std::size_t t = 0; t < paid.size(); ++t) sum += game.rules().types[t].share * paid[t].endogenous;
    return sum;
}

Field start_of(const Pairwise& game) {
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    return mass;
}

class CaseStudy : public testing::TestWithParam<Known> {
protected:
    [[nodiscard]] static Pairwise game() {
        return Pairwise(test::case_study_pairs(GetParam().payee, GetParam().discount,
                                               GetParam().payee == Payee::peer ? 150 : 60));
    }
};

TEST_P(CaseStudy, AcceleratedEquilibriumIsCertifiedAndAsEfficientAsKnown) {
    const Pairwise pairs = game();
    EvolutionSettings settings;
    settings.stationarity = 5e-8;
    settings.gain = 5e-5;
    const SolveOutcome outcome = accelerate(pairs, settings, start_of(pairs), even_response(whole(pairs)));
    EXPECT_EQ(outcome.reason, StopReason::converged);
    const Certificate c = certify(pairs, outcome.mass, outcome.response).certificate;
    EXPECT_TRUE(meets(c, {1e-7, 1e-4, 1e-2, 1e-6}));
    EXPECT_NEAR(efficiency(pairs, outcome), GetParam().efficiency, 1e-3);
}

/// The dynamics of the papers gets there, too, where responses are smooth enough for it to settle.
TEST_P(CaseStudy, DynamicsSettlesNearIt) {
    const Pairwise pairs = game();
    EvolutionSettings settings;
    settings.lambda = 300.0;
    settings.step = 0.1;
    settings.stationarity = 1e-8;
    settings.gain = 1.0;
    settings.max_iterations = 20000;
    const SolveOutcome outcome = evolve(pairs, settings, start_of(pairs), even_response(whole(pairs)));
    EXPECT_EQ(outcome.reason, StopReason::converged);
    EXPECT_NEAR(efficiency(pairs, outcome), GetParam().efficiency, 1e-3);
}

INSTANTIATE_TEST_SUITE_P(SelfContained, CaseStudy, testing::ValuesIn(kKnown));

/// Karma shares 0..40 and mean bids; codes that were run end within 0.022 in total variation and within 0.04.
constexpr std::array kKarmaShares{
    0.082833, 0.126207, 0.111552, 0.109950, 0.067164, 0.075997, 0.056456, 0.059530, 0.050551, 0.043519, 0.036512,
    0.031404, 0.025670, 0.021810, 0.019819, 0.015427, 0.012766, 0.010429, 0.008437, 0.006736, 0.005507, 0.004558,
    0.003644, 0.002778, 0.002196, 0.001768, 0.001419, 0.001136, 0.000910, 0.000729, 0.000580, 0.000436, 0.000337,
    0.000264, 0.000208, 0.000164, 0.000129, 0.000102, 0.000079, 0.000062, 0.000049};

TEST(WorkedExample, IsCertifiedAndAsOthersFoundIt) {
    const Pairwise game(test::worked_example(120));
    EvolutionSettings settings;
    settings.stationarity = 5e-8;
    settings.gain = 5e-5;
    const SolveOutcome outcome = accelerate(game, settings, start_of(game), even_response(whole(game)));
    const Certificate c = certify(game, outcome.mass, outcome.response).certificate;
    EXPECT_TRUE(meets(c, {1e-7, 1e-4, 1e-2, 1e-6}));
    EXPECT_LT(c.karma_error, 1e-12);  // others ended half a percent low

    const std::size_t balances = game.layout().sites();
    double distance = 0.0;
    for (std::size_t k = 0; k < balances; ++k) {
        const double share = outcome.mass.all()[k] + outcome.mass.all()[balances + k];
        distance += 0.5 * std::abs(share - (k < kKarmaShares.size() ? kKarmaShares[k] : 0.0));
    }
    EXPECT_LT(distance, 0.022);

    const auto shares = action_shares(outcome.mass, outcome.response).front();
    const auto mean_bid = [&](std::size_t u) {
        double sum = 0.0;
        for (std::size_t b = 0; b < shares[u].size(); ++b) sum += static_cast<double>(b) * shares[u][b];
        return sum / std::accumulate(shares[u].begin(), shares[u].end(), 0.0);
    };
    EXPECT_LT(mean_bid(0), 1e-3);
    EXPECT_NEAR(mean_bid(1), 3.310339, 0.04);
    EXPECT_LT(std::accumulate(shares[1].begin() + 10, shares[1].end(), 0.0), 1e-3);  // hardly anybody bids above 9
    EXPECT_NEAR(-efficiency(game, outcome), 0.406062, 1e-3);
}

}  // namespace
}  // namespace polykarma
