// The leading eigenvalue of the linearised dynamics against what the dynamics does near an equilibrium.
#include "equilibrium/stability.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "equilibrium/accelerated.hpp"
#include "equilibrium/start.hpp"
#include "support/partitioned.hpp"
#include "support/random_pairs.hpp"
#include "support/small_economy.hpp"
#include "support/toy_game.hpp"

namespace polykarma {
namespace {

template <Game G>
Field start_mass(const G& game) {
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    return mass;
}
/// Empty batteries and two tokens, at every stage.
Field start_mass(const test::ToyGame& game) {
    Field mass(whole(game));
    for (const auto r : Range<Stage>(game.layout().stages()))
        for (const auto t : Range<Type>(game.layout().types()))
            mass.block(r, game.layout().block(t, Exogenous{std::size_t{0}}))[2] =
                game.layout().type_infos()[t.at()].share;
    return mass;
}

template <Game G>
SolveOutcome equilibrium(const G& game, EvolutionSettings settings) {
    settings.stationarity = settings.bellman = 1e-12;
    settings.gain = 1.0;
    return accelerate(game, settings, start_mass(game), even_response(whole(game)));
}

EvolutionSettings soft() {
    EvolutionSettings settings;
    settings.lambda = 20.0;
    return settings;
}

MultiKarma two_resources() {
    return MultiKarma(
        test::small_economy({7, 6}, {1.5, 1.0}, Exchange::from_worth({1.0, 1.5}), Redistribution::active));
}

/// Karma of the second resource is worth less, and is handed out to all: bids chase each other, and the dynamics
/// cycles.
MultiKarma cycling() {
    return MultiKarma(
        test::small_economy({6, 5}, {2.1, 1.75}, Exchange::from_worth({1.0, 2.0 / 3.0}), Redistribution::all));
}

double distance(const Field& a, const Field& b) {
    double sum = 0.0;
    for (std::size_t x = 0; x < a.all().size(); ++x) sum += std::abs(a.all()[x] - b.all()[x]);
    return sum;
}

/// Agents moved from state to state, the mass of every type and all karma of a stage kept.
template <Game G>
Field disturbed(const G& game, const Field& mass, double size) {
    Field result = mass;
    for (const auto r : Range<Stage>(game.layout().stages())) {
        ConservedQuantities<G> conserved(game, mass.part(), Collective::serial(), r);
        conserved.orthogonalize(mass.stage(r));
        std::vector<double> change;
        for (const double d : mass.stage(r))
            change.push_back(d * std::sin(3.0 + 7.0 * static_cast<double>(change.size())));
        conserved.project(mass.stage(r), change);
        for (std::size_t x = 0; x < change.size(); ++x) result.stage(r)[x] += size * change[x];
    }
    return result;
}

/// By how much the distance of a disturbed equilibrium from the undisturbed one is multiplied in a step: the mean over
/// `steps`, after some `before`.
template <Game G>
double observed_factor(const G& game, const SolveOutcome& found, const EvolutionSettings& settings, double size,
                       int before, int steps) {
    const Response response = dense_response(found.response);
    Evolution<G> calm(game, settings, found.mass, response);
    Evolution<G> other(game, settings, found.mass, response);
    other.put(disturbed(game, found.mass, size));
    double first = 0.0;
    for (int step = 0; step < before + steps; ++step) {
        if (step == before) first = distance(other.mass(), calm.mass());
        static_cast<void>(calm.step());
        static_cast<void>(other.step());
    }
    return std::pow(distance(other.mass(), calm.mass()) / first, 1.0 / steps);
}

TEST(Stability, IsTheRateAtWhichTheDynamicsReturns) {
    const MultiKarma game = two_resources();
    for (const double lambda : {100.0, 1000.0}) {
        EvolutionSettings settings;
        settings.lambda = lambda;
        const SolveOutcome found = equilibrium(game, settings);
        ASSERT_EQ(found.reason, StopReason::converged);
        ASSERT_EQ(found.lambda, lambda);
        const Stability s = stability(game, settings, found.mass, found.response);
        EXPECT_EQ(s.attraction(), Attraction::attracting);
        EXPECT_EQ(s.step, settings.step);
        EXPECT_EQ(s.imaginary, 0.0);
        EXPECT_LT(s.residual, 1e-3 * (1.0 - s.modulus()));
        EXPECT_NEAR(observed_factor(game, found, settings, 1e-5, 400, 200), s.modulus(), 2e-2 * (1.0 - s.modulus()));
        EXPECT_NEAR(s.steps_per_e_fold(), 1.0 / (1.0 - s.modulus()), 1.0);
    }
}

/// Relative values answer to themselves in another way than discounted ones.
TEST(Stability, IsTheRateAtWhichTheDynamicsReturnsToPairsWithoutDiscounting) {
    const Pairwise game(test::undiscounted(test::worked_example(15)));
    EvolutionSettings settings;
    settings.lambda = 5.0;
    const SolveOutcome found = equilibrium(game, settings);
    ASSERT_EQ(found.reason, StopReason::converged);
    const Stability s = stability(game, settings, found.mass, found.response);
    EXPECT_EQ(s.attraction(), Attraction::attracting);
    EXPECT_NEAR(observed_factor(game, found, settings, 1e-5, 400, 200), s.modulus(), 2e-2 * (1.0 - s.modulus()));
}

TEST(Stability, IsTheRateAtWhichTheDynamicsLeavesWhatItCirclesAround) {
    const MultiKarma game = cycling();
    EvolutionSettings settings;
    const SolveOutcome found = equilibrium(game, settings);
    ASSERT_EQ(found.reason, StopReason::converged);
    settings.lambda = found.lambda;
    const Stability s = stability(game, settings, found.mass, found.response);
    EXPECT_EQ(s.attraction(), Attraction::repelling);
    EXPECT_GT(s.modulus(), 1.1);
    EXPECT_LT(s.steps_per_e_fold(), 0.0);
    EXPECT_NEAR(observed_factor(game, found, settings, 1e-12, 6, 5), s.modulus(), 0.1 * s.modulus());
}

/// Where nothing else is slower, what remains is the damping of the responses.
TEST(Stability, OfSharpResponsesThatDoNotAnswerIsTheirDamping) {
    const MultiKarma game(test::one_lane());
    EvolutionSettings settings;
    const SolveOutcome found = equilibrium(game, settings);
    ASSERT_EQ(found.reason, StopReason::converged);
    settings.response_rate = 0.2;
    const Stability s = stability(game, settings, found.mass, found.response);
    EXPECT_NEAR(s.modulus(), 1.0 - settings.response_rate * settings.step, 1e-6);
}

/// Another game, which conserves nothing but mass. A finite one carries no change from one cycle to the next: what
/// remains is the damping of mass and responses.
TEST(Stability, IsThatOfAnyGame) {
    EvolutionSettings settings;
    settings.lambda = 5.0;
    for (const auto end : {CycleEnd::wraps, CycleEnd::terminates}) {
        const test::ToyGame game(2, end, {0.5, 0.3, 0.2});
        const SolveOutcome found = equilibrium(game, settings);
        ASSERT_EQ(found.reason, StopReason::converged);
        const Stability s = stability(game, settings, found.mass, found.response);
        EXPECT_EQ(s.attraction(), Attraction::attracting);
        if (end == CycleEnd::terminates)
            EXPECT_NEAR(s.modulus(), 1.0 - settings.response_rate * settings.step, 1e-3);
        else
            EXPECT_NEAR(observed_factor(game, found, settings, 1e-3, 40, 120), s.modulus(), 0.1 * (1.0 - s.modulus()));
    }
}

template <Game G>
void expect_the_same_on_all_deals(const G& game) {
    const SolveOutcome found = equilibrium(game, soft());
    const Response response = dense_response(found.response);
    const Stability alone = stability(game, soft(), found.mass, SparseResponse(response, kWrittenCutoff));
    for (const auto& shares : test::deals())
        test::on_parts(game, shares, [&](const Part& part, const Collective& ranks) {
            const Field mass = test::restricted(found.mass, part);
            const SparseResponse sparse(test::restricted(response, part), kWrittenCutoff);
            const Stability s = stability(game, soft(), mass, sparse, ranks);
            EXPECT_TRUE(test::same_bits(s.real, alone.real));
            EXPECT_TRUE(test::same_bits(s.imaginary, alone.imaginary));
            EXPECT_TRUE(test::same_bits(s.residual, alone.residual));
            EXPECT_EQ(s.products, alone.products);
        });
}

TEST(Stability, IsTheSameOnAnyRanks) {
    expect_the_same_on_all_deals(two_resources());
    expect_the_same_on_all_deals(cycling());
    for (const auto end : {CycleEnd::wraps, CycleEnd::terminates})
        expect_the_same_on_all_deals(test::ToyGame(3, end, {0.5, 0.3, 0.2}));
}

TEST(Stability, IsUndecidedWithinItsResidual) {
    Stability s;
    s.real = 0.6;
    s.imaginary = 0.8;
    EXPECT_EQ(s.modulus(), 1.0);
    s.residual = 1e-3;
    EXPECT_EQ(s.attraction(), Attraction::undecided);
    s.real = 0.59;
    EXPECT_EQ(s.attraction(), Attraction::attracting);
    s.real = 0.61;
    EXPECT_EQ(s.attraction(), Attraction::repelling);
    s.residual = std::nan("");
    EXPECT_EQ(s.attraction(), Attraction::undecided);
}

}  // namespace
}  // namespace polykarma
