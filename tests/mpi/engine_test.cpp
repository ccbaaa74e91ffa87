// Everything the engine computes on the ranks that mpirun started, against one rank, bit by bit: every rank computes
// the whole by itself, too, and compares its part.
#include <vector>

#include <gtest/gtest.h>

#include "support/engine_results.hpp"
#include "support/small_economy.hpp"
#include "support/world.hpp"

namespace polykarma {
namespace {

/// Even shares of the world; and, where there are several ranks, one that owns nothing.
std::vector<std::vector<double>> deals() {
    const auto ranks = static_cast<std::size_t>(test::world().size());
    std::vector<std::vector<double>> deals{std::vector<double>(ranks, 1.0)};
    if (ranks > 1) {
        deals.emplace_back(ranks, 1.0);
        deals.back()[ranks / 2] = 0.0;
    }
    return deals;
}

template <Game G>
void expect_the_same_as_alone(const G& game, std::uint64_t seed) {
    test::Random random(seed);
    const test::SocialState state = test::random_state(whole(game), random, seed % 2 == 0);
    const test::EngineResults alone = test::engine_results(game, state, Collective::serial());
    for (const auto& shares : deals()) {
        const Part part(game, partition(game, shares), test::world().rank());
        test::expect_parts_of(test::engine_results(game, test::restricted(state, part), test::world()), alone);
    }
}

TEST(MpiEngine, RandomEconomies) {
    for (std::uint64_t seed = 300; seed < 312; ++seed)
        expect_the_same_as_alone(MultiKarma(test::random_economy(seed).rules), seed);
}

TEST(MpiEngine, EveryRedistributionAndExchange) {
    std::uint64_t seed = 0;
    for (const auto redistribution : {Redistribution::active, Redistribution::all, Redistribution::non_winners})
        for (const auto& exchange : {Exchange::none(2), Exchange::from_worth({1.0, 1.5})})
            expect_the_same_as_alone(MultiKarma(test::small_economy({6, 5}, {1.5, 1.2}, exchange, redistribution)),
                                     ++seed);
}

/// Values of a stage are 60 kB here: messages too long to be sent before they are asked for.
TEST(MpiEngine, ThreeResources) { expect_the_same_as_alone(MultiKarma(test::three_resources({12, 9, 7})), 1); }

TEST(MpiEngine, AGameThatIsCutByTypesOnly) {
    for (const auto end : {CycleEnd::wraps, CycleEnd::terminates})
        expect_the_same_as_alone(test::ToyGame(3, end, {0.5, 0.3, 0.2}), 2);
}

/// What a rank sends is what the operators say it sends.
TEST(MpiEngine, SendsWhatItSays) {
    const MultiKarma game(test::three_resources({5, 4, 3}));
    const auto shares = deals().back();
    const Part part(game, partition(game, shares), test::world().rank());
    test::Random random(3);
    const auto state = test::restricted(test::random_state(whole(game), random, false), part);
    Operators<MultiKarma> operators(game, part, test::world());
    Field pushed(part);
    test::world().reset_traffic();
    operators.aggregate(state.mass, state.response);
    const auto reduced = test::world().size() > 1 ? sizeof(double) * operators.sums_size() : 0;
    EXPECT_EQ(test::world().traffic().reduced_bytes, reduced);
    EXPECT_EQ(test::world().traffic().bytes, 0U);
    std::size_t sent = 0;
    for (const auto r : Range<Stage>(3)) {
        operators.push(r, state.mass.stage(r), state.response, pushed.stage(game.layout().next(r)));
        operators.rows(r, state.mass, [](const Site&, Row) {});
        sent += operators.transposition().sent_forward(r) + operators.transposition().sent_backward(r) +
                operators.entry_exchange().delivered(r) + operators.entry_exchange().fetched(r);
    }
    EXPECT_EQ(test::world().traffic().bytes, sizeof(double) * sent);
}

}  // namespace
}  // namespace polykarma
