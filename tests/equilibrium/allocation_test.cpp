// Steps of the solvers allocate nothing.
#include <gtest/gtest.h>

#include "equilibrium/evolutionary.hpp"
#include "equilibrium/logit_iteration.hpp"
#include "equilibrium/start.hpp"
#include "support/counted_heap.hpp"
#include "support/partitioned.hpp"
#include "support/random_pairs.hpp"
#include "support/small_economy.hpp"

namespace polykarma {
namespace {

/// In some steps of either solver.
template <class Solver>
long allocations_of_steps(Solver& solver) {
    const long before = test::heap::calls();
    for (int i = 0; i < 10; ++i) solver.step();
    return test::heap::calls() - before;
}

template <class G>
Field start_mass(const G& game) {
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    return mass;
}

template <class G>
void expect_no_allocations(const G& game) {
    Evolution<G> evolution(game, EvolutionSettings{}, start_mass(game), even_response(whole(game)));
    EXPECT_EQ(allocations_of_steps(evolution), 0);
    LogitIteration<G> iteration(game, 1000.0, 0.05, start_mass(game), Field(whole(game)));
    EXPECT_EQ(allocations_of_steps(iteration), 0);
}

TEST(Allocation, IsCounted) {
    const long before = test::heap::calls();
    const AlignedVector<double> one(100);
    const std::vector<double> other(100);
    EXPECT_EQ(test::heap::calls() - before, 2);
}

TEST(Allocation, NoneInAStep) {
    for (const auto redistribution : {Redistribution::active, Redistribution::all, Redistribution::non_winners})
        for (const auto& exchange : {Exchange::none(2), Exchange::from_worth({1.0, 1.5})}) {
            const MultiKarma game(test::small_economy({6, 5}, {2.0, 1.5}, exchange, redistribution));
            expect_no_allocations(game);
        }
}

TEST(Allocation, NoneInAStepOfPairs) {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U}) expect_no_allocations(Pairwise(test::random_pairs(seed)));
}

/// Messages and reductions neither, once each has been sent.
TEST(Allocation, NoneInAStepOnSeveralRanks) {
    const MultiKarma game(
        test::small_economy({6, 5}, {2.0, 1.5}, Exchange::from_worth({1.0, 1.5}), Redistribution::all));
    test::on_parts(game, {1.0, 0.0, 2.0, 1.0}, [&](const Part& part, const Collective& ranks) {
        Field mass(part);
        game.start_mass(KarmaStart::at_mean, mass);
        Evolution<MultiKarma> evolution(game, EvolutionSettings{}, std::move(mass), even_response(part), ranks);
        evolution.step();
        // Nobody goes on before all have read the count.
        ranks.barrier();
        const long before = test::heap::calls();
        ranks.barrier();
        for (int i = 0; i < 10; ++i) evolution.step();
        ranks.barrier();
        const long after = test::heap::calls();
        ranks.barrier();
        EXPECT_EQ(after - before, 0);
    });
}

}  // namespace
}  // namespace polykarma
