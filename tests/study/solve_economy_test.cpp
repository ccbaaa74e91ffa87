// From an economy to its record: refusals before anything is allocated, starts, certification.
#include "study/solve_economy.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "config/reader.hpp"

namespace polykarma {
namespace {

EconomyConfig lane(const std::vector<std::string>& overrides = {}) {
    return parse_economy(R"(title = "Lane"
urgency = [{ name = "calm", value = 1 }, { name = "urgent", value = 6 }]
resource = [{ name = "lane", capacity = 0.5, priority_capacity = 0.2, k_max = 6, k_mean = 2, discount = 0.9 }]
type = [{ name = "A", share = 1, chain = { draw = { calm = 0.8, urgent = 0.2 } } }]
)",
                         "lane.toml", overrides);
}

TEST(SolveEconomy, ReachesWhatIsAskedForAndSaysSo) {
    const EquilibriumRecord record = solve_economy(lane());
    EXPECT_TRUE(record.certified);
    EXPECT_EQ(record.search.reason, StopReason::converged);
    EXPECT_EQ(record.search.start, "even");
    EXPECT_LE(record.certificate.stationarity, record.tolerance.stationarity);
    // Every share of the population is in one outcome, and every stage has its observables.
    EXPECT_EQ(record.outcomes.size(), record.outcome_probability[0].size());
    for (const Observable& observable : record.observables) EXPECT_EQ(observable.values.size(), 1u) << observable.name;
    EXPECT_GT(record.welfare.payoffs[0].endogenous, record.welfare.benchmark[0].endogenous);
}

TEST(SolveEconomy, TheIterationLimitIsNoSuccess) {
    const EquilibriumRecord record = solve_economy(lane({"solver.max_iterations=5"}));
    EXPECT_FALSE(record.certified);
    EXPECT_EQ(record.search.reason, StopReason::iteration_limit);
    EXPECT_EQ(record.search.iterations, 5);
}

// A contest that everybody enters for nothing moves no karma: the start itself is stationary, and no equilibrium.
TEST(SolveEconomy, AStationaryStartIsNotTakenForAnEquilibrium) {
    const EquilibriumRecord record = solve_economy(lane({"solver.start=zero"}));
    EXPECT_TRUE(record.certified);
    EXPECT_GT(record.search.iterations, 100);
}

TEST(SolveEconomy, ContinuesFromAState) {
    const EquilibriumRecord first = solve_economy(lane());
    const EquilibriumRecord again = solve_economy(lane(), [&](const MultiKarma&) {
        return StartState{"first", first.mass, first.response};
    });
    EXPECT_EQ(again.search.start, "first");
    EXPECT_TRUE(again.certified);
    EXPECT_LT(again.search.iterations, first.search.iterations / 10);
}

TEST(SolveEconomy, IsRefusedAboveItsMemoryLimit) {
    const EconomyConfig economy = lane({"resource.lane.k_max=10000", "solver.memory_limit=64"});
    for (const auto& build : {+[](const EconomyConfig& e) { static_cast<void>(affordable_rules(e)); },
                              +[](const EconomyConfig& e) { static_cast<void>(build_game(e)); },
                              +[](const EconomyConfig& e) { static_cast<void>(solve_economy(e)); }}) {
        try {
            build(economy);
            ADD_FAILURE() << "no InputError";
        } catch (const InputError& error) {
            const std::string message = error.what();
            EXPECT_NE(message.find("solver.memory_limit = 64 MiB"), std::string::npos) << message;
            EXPECT_NE(message.find("need about"), std::string::npos) << message;
        }
    }
}

TEST(SolveEconomy, TheMemoryEstimateGrowsWithTheSize) {
    EXPECT_GT(solve_memory({2000.0, 2e5}), solve_memory({1000.0, 2e5}));
    EXPECT_GT(solve_memory({1000.0, 4e5}), solve_memory({1000.0, 2e5}));
    EXPECT_LT(solve_memory({7500.0, 195000.0}), 100.0);
}

}  // namespace
}  // namespace polykarma
