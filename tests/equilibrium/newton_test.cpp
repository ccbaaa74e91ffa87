#include "equilibrium/newton.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"
#include "support/engine_results.hpp"
#include "support/partitioned.hpp"
#include "support/small_economy.hpp"
#include "support/toy_game.hpp"
#include "welfare/measures.hpp"

namespace polykarma {
namespace {

EvolutionSettings at_lambda(double lambda) {
    EvolutionSettings settings;
    settings.lambda = lambda;
    return settings;
}

Field start_mass(const MultiKarma& game, const Part& part) {
    Field mass(part);
    game.start_mass(KarmaStart::at_mean, mass);
    return mass;
}
/// Even mass over the states of every type.
Field start_mass(const test::ToyGame& game, const Part& part) {
    Field mass(part);
    const Layout& layout = game.layout();
    for (const auto r : Range<Stage>(layout.stages()))
        part.for_each_site(r, [&](const Site& site, std::size_t) {
            mass.stage(r)[site.state] = layout.type_infos()[layout.type(site.block).at()].share /
                                        static_cast<double>(layout.exogenous_states() * layout.sites());
        });
    return mass;
}

/// Newton's method at the state that some steps of the dynamics lead to.
template <Game G>
struct AfterDynamics : LogitNewton<G> {
    AfterDynamics(const G& game, double lambda, int steps, const Part& part,
                  const Collective& ranks = Collective::serial())
        : LogitNewton<G>(game, part, ranks) {
        Evolution<G> evolution(game, at_lambda(lambda), start_mass(game, part), even_response(part), ranks);
        for (int i = 0; i < steps; ++i) evolution.step();
        this->start(lambda, evolution.mass(), evolution.value(), SparseResponse(evolution.response(), 1e-12));
    }
};

/// The state that the dynamics itself leads to, as far as doubles go.
template <Game G>
SolveOutcome limit_of_dynamics(const G& game, double lambda) {
    EvolutionSettings settings = at_lambda(lambda);
    settings.stationarity = 1e-12;
    settings.gain = 10.0;
    settings.bellman = 1e-12;
    SolveOutcome outcome = evolve(game, settings, start_mass(game, whole(game)), even_response(whole(game)));
    EXPECT_EQ(outcome.reason, StopReason::converged);
    return outcome;
}

/// S of the start and of every step, until it is 1e-12 or below and no smaller than before.
template <Game G>
std::vector<double> converge(LogitNewton<G>& newton, int most = 20) {
    std::vector<double> stationarity{newton.residuals().stationarity};
    for (int i = 0; i < most && !(stationarity.back() <= 1e-12 && newton.disagreement() <= 1e-9); ++i) {
        newton.step();
        stationarity.push_back(newton.residuals().stationarity);
    }
    return stationarity;
}

template <Game G>
std::vector<double> payoffs_of(const G& game, const Field& mass, const SparseResponse& response) {
    Operators<G> operators(game);
    operators.aggregate(mass, response);
    std::vector<double> result;
    for (const auto& payoff : payoffs(operators, action_shares(mass, response))) result.push_back(payoff.endogenous);
    return result;
}

double distance(const Field& a, const Field& b) {
    double sum = 0.0;
    for (std::size_t x = 0; x < a.all().size(); ++x) sum += std::abs(a.all()[x] - b.all()[x]);
    return sum;
}

/// The same social state: mass, payoffs, and the response wherever somebody is.
template <Game G>
void expect_near(const G& game, const LogitNewton<G>& newton, const SolveOutcome& outcome, double tolerance) {
    EXPECT_LT(distance(newton.mass(), outcome.mass), tolerance);
    const auto here = payoffs_of(game, newton.mass(), newton.response());
    const auto there = payoffs_of(game, outcome.mass, outcome.response);
    for (std::size_t t = 0; t < there.size(); ++t) EXPECT_NEAR(here[t], there[t], tolerance) << "type " << t;
    const Response mine = dense_response(newton.response()), other = dense_response(outcome.response);
    double apart = 0.0;
    for (const auto r : Range<Stage>(game.layout().stages()))
        mine.for_each(r, [&](const Site& site, Row row) {
            const Row reference = other.row(r, site, row.size());
            for (std::size_t a = 0; a < row.size(); ++a)
                apart += outcome.mass.stage(r)[site.state] * std::abs(row[a] - reference[a]);
        });
    EXPECT_LT(apart, tolerance);
}

/// Karma that pays for another resource can come back, or never leaves.
std::vector<Exchange> exchanges() {
    return {Exchange::none(2), Exchange::from_worth({1.0, 1.0}), Exchange::from_worth({1.0, 1.5}),
            Exchange({{1.0, 0.6}, {1.0 / 0.6, 1.0}})};
}
/// Karma of the second account becomes karma of the first, and never the other way: in the end there is none of it. The
/// dynamics creeps there, and no method finds a solution around which the equations are regular.
Exchange one_way() { return Exchange({{1.0, 0.6}, {0.0, 1.0}}); }

class NewtonUnder : public testing::TestWithParam<Redistribution> {};

TEST_P(NewtonUnder, ReachesTheEquilibriumOfTheDynamics) {
    for (const auto& exchange : exchanges()) {
        const MultiKarma game(test::small_economy({5, 4}, {1.5, 1.0}, exchange, GetParam()));
        AfterDynamics newton(game, 20.0, 400, whole(game));
        ASSERT_GT(newton.residuals().stationarity, 1e-8);  // it is not there yet
        const auto stationarity = converge(newton);
        EXPECT_LE(stationarity.back(), 1e-12) << testing::PrintToString(stationarity);
        EXPECT_LE(newton.residuals().bellman, 1e-10 * newton.residuals().value_scale);
        EXPECT_LE(newton.disagreement(), 1e-9);
        expect_near(game, newton, limit_of_dynamics(game, 20.0), 1e-6);
    }
}

/// A digit a step near the solution: what is known of one step serves the next ones as long as they shrink that fast.
TEST_P(NewtonUnder, GainsADigitAStep) {
    for (const auto& exchange : exchanges()) {
        const MultiKarma game(test::small_economy({5, 4}, {1.5, 1.0}, exchange, GetParam()));
        AfterDynamics newton(game, 20.0, 200, whole(game));
        const auto s = converge(newton);
        ASSERT_LE(s.back(), 1e-12) << testing::PrintToString(s);
        for (std::size_t i = 1; i < s.size(); ++i) {
            if (s[i - 1] < 1e-4 && s[i - 1] > 1e-11) {
                EXPECT_LT(s[i], 0.1 * s[i - 1]) << testing::PrintToString(s);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Rules, NewtonUnder,
                         testing::Values(Redistribution::active, Redistribution::all, Redistribution::non_winners));

TEST(Newton, ReachesTheEquilibriumOfASingleStage) {
    const MultiKarma game(test::one_lane());
    AfterDynamics newton(game, 50.0, 100, whole(game));
    ASSERT_GT(newton.residuals().stationarity, 1e-8);
    const auto stationarity = converge(newton);
    EXPECT_LE(stationarity.back(), 1e-12) << testing::PrintToString(stationarity);
    expect_near(game, newton, limit_of_dynamics(game, 50.0), 1e-6);
}

TEST(Newton, ReachesTheEquilibriumOfThreeResources) {
    const MultiKarma game(test::three_resources({4, 3, 3}));
    AfterDynamics newton(game, 5.0, 200, whole(game));
    const auto stationarity = converge(newton);
    EXPECT_LE(stationarity.back(), 1e-12) << testing::PrintToString(stationarity);
    expect_near(game, newton, limit_of_dynamics(game, 5.0), 1e-6);
}

/// No karma, actions of two kinds, an outcome that moves the exogenous state; a game that begins again, and one that ends.
TEST(Newton, ReachesTheEquilibriumOfCyclicAndFiniteGames) {
    for (const auto end : {CycleEnd::wraps, CycleEnd::terminates})
        for (const std::size_t stages : {std::size_t{1}, std::size_t{3}}) {
            SCOPED_TRACE(std::to_string(stages) + (end == CycleEnd::wraps ? " stages that repeat" : " stages"));
            const test::ToyGame game(stages, end, {0.5, 0.3, 0.2});
            AfterDynamics newton(game, 5.0, 30, whole(game));
            const auto stationarity = converge(newton);
            EXPECT_LE(stationarity.back(), 1e-12) << testing::PrintToString(stationarity);
            expect_near(game, newton, limit_of_dynamics(game, 5.0), 1e-6);
        }
}

TEST(Newton, StaysAtAnEquilibrium) {
    const MultiKarma game(
        test::small_economy({5, 4}, {1.5, 1.0}, Exchange::from_worth({1.0, 1.5}), Redistribution::active));
    AfterDynamics newton(game, 20.0, 200, whole(game));
    converge(newton);
    newton.step();
    const Field mass = newton.mass(), value = newton.value();
    LogitNewton<MultiKarma> again(game, whole(game), Collective::serial());
    again.start(20.0, mass, value, newton.response());
    EXPECT_LE(again.residuals().stationarity, 1e-12);
    EXPECT_LE(again.disagreement(), 1e-9);
    for (int i = 0; i < 3; ++i) {
        EXPECT_LT(again.step().size, 1e-10);
        EXPECT_LE(again.residuals().stationarity, 1e-12);
        EXPECT_LE(again.disagreement(), 1e-9);
    }
    EXPECT_LT(distance(again.mass(), mass), 1e-10);
    EXPECT_LT(distance(again.value(), value), 1e-8);
}

/// The response at an equilibrium is the softmax of its own action values, at the lambda that was asked for.
TEST(Newton, EndsInALogitResponse) {
    const MultiKarma game(
        test::small_economy({5, 4}, {1.5, 1.0}, Exchange::from_worth({1.0, 1.0}), Redistribution::all));
    constexpr double kLambda = 20.0;
    AfterDynamics newton(game, kLambda, 200, whole(game));
    converge(newton);
    Operators<MultiKarma> operators(game);
    operators.aggregate(newton.mass(), newton.response());
    Field value(whole(game));
    iterate_values(operators, value, [&](Stage r, const Site& site, const auto& q) {
        return newton.response().expected_value(r, site, q);
    });
    AlignedVector<double> weights(padded(game.layout().longest_row()));
    const Response response = dense_response(newton.response());
    for (const auto r : Range<Stage>(game.layout().stages()))
        operators.rows(r, value, [&](const Site& site, Row q) {
            const SoftmaxRow best = softmax_weights(q, kLambda, weights.data());
            const Row p = response.row(r, site, q.size());
            for (std::size_t a = 0; a < q.size(); ++a) EXPECT_NEAR(p[a], weights[a] / best.total, 1e-8);
        });
}

TEST(Newton, KeepsMassAndKarma) {
    const MultiKarma game(
        test::small_economy({5, 4}, {1.5, 1.0}, Exchange::from_worth({1.0, 1.5}), Redistribution::non_winners));
    AfterDynamics newton(game, 20.0, 20, whole(game));
    for (int i = 0; i < 6; ++i) {
        const Certificate c = certify(game, newton.mass(), newton.response()).certificate;
        EXPECT_LT(c.mass_error, 1e-13);
        EXPECT_LT(c.karma_error, 1e-13);
        EXPECT_LT(c.response_error, 1e-14);
        EXPECT_EQ(c.negative_mass, 0.0);
        newton.step();
    }
}

/// What it says of its state is what the certificate finds: S of a whole cycle is at most the sum over its stages.
TEST(Newton, ItsResidualsAreThoseOfTheCertificate) {
    const MultiKarma game(
        test::small_economy({5, 4}, {1.5, 1.0}, Exchange::from_worth({1.0, 1.5}), Redistribution::all));
    AfterDynamics newton(game, 20.0, 200, whole(game));
    for (int i = 0; i < 5; ++i) {
        const Certificate c = certify(game, newton.mass(), newton.response()).certificate;
        EXPECT_NEAR(newton.residuals().stationarity, c.stationarity, 1e-13);
        if (newton.residuals().bellman < 1e-9) {
            EXPECT_NEAR(newton.residuals().gain, c.gain_mean, 1e-7);
        }
        newton.step();
    }
    EXPECT_LT(newton.residuals().bellman, 1e-9);
}

/// From the equilibrium of one lambda to that of another, both ways.
TEST(Newton, SharpenFollowsTheEquilibrium) {
    const MultiKarma game(
        test::small_economy({5, 4}, {1.5, 1.0}, Exchange::from_worth({1.0, 1.5}), Redistribution::active));
    AfterDynamics newton(game, 20.0, 200, whole(game));
    converge(newton);
    const Field before = newton.mass();
    for (const double lambda : {24.0, 20.0, 17.0}) {
        newton.sharpen(lambda);
        EXPECT_EQ(newton.lambda(), lambda);
        EXPECT_LE(newton.residuals().stationarity, 1e-12);  // nobody has moved yet
        EXPECT_GT(newton.disagreement(), 1e-4);
        const auto stationarity = converge(newton);
        EXPECT_LE(stationarity.back(), 1e-12) << testing::PrintToString(stationarity);
        if (lambda == 20.0) {
            EXPECT_LT(distance(newton.mass(), before), 1e-8);
        } else {
            EXPECT_GT(distance(newton.mass(), before), 1e-3);
        }
        expect_near(game, newton, limit_of_dynamics(game, lambda), 1e-6);
    }
}

TEST(Newton, CountsItsProducts) {
    const MultiKarma game(test::one_lane());
    AfterDynamics newton(game, 50.0, 100, whole(game));
    long before = newton.products();
    for (int i = 0; i < 3; ++i) {
        newton.step();
        EXPECT_GT(newton.products(), before);
        before = newton.products();
    }
}

/// Everything that it tells, after every step.
struct Told {
    std::vector<std::vector<double>> numbers;
    Field mass, value;
    Response response;
};
template <Game G>
Told told_by(const G& game, double lambda, const Part& part, const Collective& ranks) {
    AfterDynamics newton(game, lambda, 100, part, ranks);
    std::vector<std::vector<double>> numbers;
    const auto note = [&](double size) {
        auto& now = numbers.emplace_back(test::numbers_of(newton.residuals()));
        now.insert(now.end(), {newton.disagreement(), newton.lambda(), static_cast<double>(newton.products()), size});
    };
    note(0.0);
    for (int i = 0; i < 3; ++i) note(newton.step().size);
    newton.sharpen(1.1 * lambda);
    note(0.0);
    for (int i = 0; i < 2; ++i) note(newton.step().size);
    return {std::move(numbers), newton.mass(), newton.value(), dense_response(newton.response())};
}

template <Game G>
void expect_the_same_on_all_deals(const G& game, double lambda) {
    const Told alone = told_by(game, lambda, whole(game), Collective::serial());
    ASSERT_TRUE(std::isfinite(alone.numbers.back().front()));
    ASSERT_NE(alone.numbers[3], alone.numbers[0]);
    for (const auto& shares : test::real_deals())
        test::on_parts(game, shares, [&](const Part& part, const Collective& ranks) {
            const Told told = told_by(game, lambda, part, ranks);
            for (std::size_t i = 0; i < alone.numbers.size(); ++i)
                EXPECT_EQ(test::bits_of(told.numbers[i]), test::bits_of(alone.numbers[i])) << "step " << i;
            EXPECT_EQ(test::differences(told.mass, alone.mass), 0U);
            EXPECT_EQ(test::differences(told.value, alone.value), 0U);
            EXPECT_EQ(test::differences(told.response, alone.response), 0U);
        });
}

TEST(NewtonOnRanks, IsTheSameForEveryRuleAndExchange) {
    auto all = exchanges();
    all.push_back(one_way());
    for (const auto redistribution : {Redistribution::active, Redistribution::all, Redistribution::non_winners})
        for (const auto& exchange : all)
            expect_the_same_on_all_deals(
                MultiKarma(test::small_economy({5, 4}, {1.5, 1.0}, exchange, redistribution)), 20.0);
}

TEST(NewtonOnRanks, IsTheSameForOneStageAndForThree) {
    expect_the_same_on_all_deals(MultiKarma(test::one_lane()), 50.0);
    expect_the_same_on_all_deals(MultiKarma(test::three_resources({4, 3, 3})), 5.0);
}

TEST(NewtonOnRanks, IsTheSameForAGameThatIsCutByTypesOnly) {
    for (const auto end : {CycleEnd::wraps, CycleEnd::terminates})
        expect_the_same_on_all_deals(test::ToyGame(3, end, {0.5, 0.3, 0.2}), 5.0);
}

}  // namespace
}  // namespace polykarma
