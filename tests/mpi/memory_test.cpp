// What an iteration holds and visits, against the formulas of bench/footprint.hpp and docs/PARALLEL.md.
#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <gtest/gtest.h>

#include "bench/counted.hpp"
#include "bench/footprint.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/logit_iteration.hpp"
#include "equilibrium/start.hpp"
#include "support/counted_heap.hpp"
#include "support/small_economy.hpp"
#include "support/world.hpp"

namespace polykarma {
namespace {

/// What building an iteration and stepping it twice took on this rank.
struct Taken {
    double peak = 0.0;        // bytes beyond what there was before
    double largest = 0.0;     // bytes of any one array
    std::int64_t visits = 0;  // of one step
};

/// make() returns the iteration.
template <class Make>
Taken taken(const Counted& game, Make&& make) {
    const std::size_t before = test::heap::live();
    test::heap::reset();
    auto iteration = make();
    iteration.step();
    game.visits();
    iteration.step();
    return {static_cast<double>(test::heap::peak() - before), static_cast<double>(test::heap::largest()), game.visits()};
}

/// Large enough that what does not grow with the lattice is a few parts in a hundred.
const Counted& game() {
    static const Counted instance(test::three_resources({14, 14, 14}));
    return instance;
}

Part own_part() { return part_of(game(), test::world().rank(), test::world().size()); }

Field start(const Part& part) {
    Field mass(part);
    game().start_mass(KarmaStart::at_mean, mass);
    return mass;
}

Taken taken_by_logit() {
    return taken(game(), [] {
        const Part part = own_part();
        return LogitIteration<Counted>(game(), 10.0, 0.05, start(part), Field(part), test::world());
    });
}

Taken taken_by_dynamics() {
    EvolutionSettings settings;
    settings.lambda = 10.0;
    return taken(game(), [&] {
        const Part part = own_part();
        return Evolution<Counted>(game(), settings, start(part), even_response(part), test::world());
    });
}

std::int64_t all_visits(const Taken& taken) {
    std::array<std::int64_t, 1> sum{taken.visits};
    test::world().sum(sum);
    return sum.front();
}

void expect_near_formula(double peak, const footprint::Memory& formula) {
    EXPECT_GE(peak, 0.9 * formula.total());
    EXPECT_LE(peak, 1.1 * formula.total());
}

TEST(Memory, IsCounted) {
    const std::size_t before = test::heap::live();
    test::heap::reset();
    {
        const AlignedVector<double> one(100);
        const std::vector<double> other(100);
        EXPECT_EQ(test::heap::live() - before, 1600U);
    }
    EXPECT_EQ(test::heap::live(), before);
    EXPECT_EQ(test::heap::peak() - before, 1600U);
}

TEST(Memory, OfTheLogitIterationIsThatOfTheFormula) {
    expect_near_formula(taken_by_logit().peak, footprint::of_logit(own_part()));
}

TEST(Memory, OfTheDynamicsIsThatOfTheFormula) {
    expect_near_formula(taken_by_dynamics().peak, footprint::of_dynamics(own_part()));
}

/// Not even a byte per pair; the response that the dynamics stores shows that such an array would be seen.
TEST(Memory, LogitIterationHoldsNothingAsLongAsThePairs) {
    const auto pairs = static_cast<double>(own_part().pairs());
    EXPECT_LT(taken_by_logit().largest, pairs);
    EXPECT_GT(taken_by_dynamics().largest, 8.0 * pairs);
}

TEST(Sweeps, VisitEveryStateOnceOverAllRanks) {
    const auto states = static_cast<std::int64_t>(game().layout().states());
    EXPECT_EQ(all_visits(taken_by_dynamics()), states);
    EXPECT_EQ(all_visits(taken_by_logit()), 2 * states);  // to tally, and to push under what the tally gave
}

}  // namespace
}  // namespace polykarma
