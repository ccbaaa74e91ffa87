// From an economy to its record: refusals before anything is allocated, starts, certification.
#include "study/solve_economy.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "config/reader.hpp"
#include "support/partitioned.hpp"

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
    const EquilibriumRecord again = solve_economy(lane(), [&](const MultiKarma&, const Part&, const Collective&) {
        return StartState{"first", first.mass, first.response};
    });
    EXPECT_EQ(again.search.start, "first");
    EXPECT_TRUE(again.certified);
    EXPECT_LT(again.search.iterations, first.search.iterations / 10);
}

TEST(SolveEconomy, TheWayFromANeighbourEndsInACertifiedStateOfTheEconomyItself) {
    const EquilibriumRecord own = solve_economy(lane());
    for (const char* const neighbour : {"1", "2", "3", "4"}) {
        const EconomyConfig economy = lane({"solver.select=neighbour", std::string("solver.neighbour=") + neighbour});
        const EquilibriumRecord record = solve_economy(economy);
        EXPECT_TRUE(record.certified) << neighbour;
        EXPECT_EQ(record.search.start, std::string("neighbour_") + neighbour);
        EXPECT_EQ(record.economy, to_toml(economy));
        EXPECT_NEAR(record.welfare.payoffs[0].endogenous, own.welfare.payoffs[0].endogenous, 1e-4);
        EXPECT_GT(record.search.iterations, own.search.iterations);
        ASSERT_FALSE(record.search.history.empty());
        EXPECT_TRUE(std::ranges::is_sorted(record.search.history, {}, &HistoryPoint::iteration));
        EXPECT_LE(record.search.history.back().iteration, record.search.iterations);
    }
}

TEST(SolveEconomy, ANeighbourThatIsNotSolvedEndsTheSearchForItsReason) {
    const EquilibriumRecord record = solve_economy(lane({"solver.select=neighbour", "solver.max_iterations=5"}));
    EXPECT_FALSE(record.certified);
    EXPECT_EQ(record.search.reason, StopReason::iteration_limit);
    EXPECT_EQ(record.search.iterations, 5);
    EXPECT_LT(record.certificate.karma_error, 1e-9);
}

TEST(SolveEconomy, ANeighbourThatCannotBeSaysWhatItIs) {
    try {
        static_cast<void>(solve_economy(
            lane({"solver.select=neighbour", "resource.lane.priority_capacity=0.49", "nominal_payoff=100"})));
        ADD_FAILURE() << "no InputError";
    } catch (const InputError& error) {
        const std::string message = error.what();
        EXPECT_NE(message.find("solver.neighbour = 1 (there is no such economy): resource.lane.priority_capacity = "
                               "0.5635 (not below capacity = 0.5)"),
                  std::string::npos)
            << message;
    }
}

TEST(SolveEconomy, AnotherStateGoesBeforeTheNeighbour) {
    const EquilibriumRecord first = solve_economy(lane());
    const EquilibriumRecord again =
        solve_economy(lane({"solver.select=neighbour"}), [&](const MultiKarma&, const Part&, const Collective&) {
            return StartState{"first", first.mass, first.response};
        });
    EXPECT_EQ(again.search.start, "first");
    EXPECT_LT(again.search.iterations, first.search.iterations / 10);
}

TEST(SolveEconomy, WhatIsToleratedIsNoGain) {
    const double gain = [] {
        const Welfare w = solve_economy(lane()).welfare;
        return w.payoffs[0].endogenous - w.benchmark[0].endogenous;
    }();
    // One resource with discount 0.9: a tenth of a lifetime's exploitability per stage.
    const auto with_tolerance = [](double tolerance) {
        return solve_economy(lane({fmt::format("solver.tolerance.exploitability={}", tolerance)})).welfare;
    };
    EXPECT_TRUE(with_tolerance(9.9 * gain).everyone_gains);
    const Welfare none = with_tolerance(10.1 * gain);
    EXPECT_FALSE(none.everyone_gains);
    EXPECT_EQ(none.nash.endogenous, -std::numeric_limits<double>::infinity());
}

/// Numbers of a record that are about the whole economy.
std::vector<double> numbers_of(const EquilibriumRecord& record) {
    const Certificate& c = record.certificate;
    std::vector<double> numbers{static_cast<double>(record.search.iterations),
                                c.stationarity,
                                c.gain_mean,
                                c.gain_all,
                                c.exploitability_mean,
                                c.karma_error,
                                record.welfare.nash.endogenous,
                                record.welfare.payoffs[0].exogenous};
    for (const auto* tables : {&record.shares, &record.outcome_probability})
        for (const auto& table : *tables)
            for (const auto& row : table) numbers.insert(numbers.end(), row.begin(), row.end());
    for (const Observable& observable : record.observables)
        numbers.insert(numbers.end(), observable.values.begin(), observable.values.end());
    return numbers;
}

TEST(SolveEconomy, IsTheSameOnAnyRanks) {
    for (const std::string select : {"start", "neighbour"}) {
        const EconomyConfig economy = parse_economy(R"(title = "Two"
urgency = [{ name = "calm", value = 1 }, { name = "urgent", value = 6 }]
resource = [{ name = "H", capacity = 0.5, priority_capacity = 0.2, k_max = 5, k_mean = 2, discount = 0.9 },
            { name = "P", capacity = 0.6, priority_capacity = 0.2, k_max = 4, k_mean = 1, discount = 0.9 }]
type = [{ name = "A", share = 1, chain = { draw = { calm = 0.8, urgent = 0.2 } } }]
exchange = { rule = "worth", worth = [1, "3/2"] }
solver = { max_iterations = 200 }
)",
                                                    "two.toml", std::vector<std::string>{"solver.select=" + select});
        const EquilibriumRecord alone = solve_economy(economy);
        for (const int size : test::kRankCounts)
            test::on_ranks(size, [&](const Collective& ranks) {
                const EquilibriumRecord record = solve_economy(economy, {}, {}, ranks);
                EXPECT_EQ(test::bits_of(numbers_of(record)), test::bits_of(numbers_of(alone)));
                EXPECT_EQ(test::differences(record.mass, alone.mass), 0U);
                EXPECT_EQ(test::differences(record.value, alone.value), 0U);
            });
    }
}

TEST(SolveEconomy, IsRefusedAboveItsMemoryLimit) {
    const EconomyConfig economy = lane({"resource.lane.k_max=10000", "solver.memory_limit=64"});
    for (const auto& build : {+[](const EconomyConfig& e) { require_solvable(e); },
                              +[](const EconomyConfig& e) { static_cast<void>(build_game<MultiKarma>(e)); },
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

/// MiB of a lane, and of an economy as large as inputs/scaling/three_resources.toml.
double memory_of_lane(int k_max, int ranks = 1) {
    return solve_memory(estimate_size(lane({"resource.lane.k_max=" + std::to_string(k_max)})), SolverMethod::dynamics,
                        ranks);
}
double memory_of_three(int ranks) {
    std::string text = "title = \"Three\"\nexchange = { rule = \"worth\", worth = [1, 1, 1] }\n";
    for (const std::string name : {"none", "low", "high"})
        text += "[[urgency]]\nname = \"" + name + "\"\nvalue = " + (name == "none" ? "0\n" : "1\n");
    for (const std::string name : {"H", "P", "C"})
        text += "[[resource]]\nname = \"" + name +
                "\"\ncapacity = 0.5\npriority_capacity = 0.2\nk_max = 24\nk_mean = 3\ndiscount = 0.9\n";
    for (const std::string name : {"S", "C"})
        text += "[[type]]\nname = \"" + name + "\"\nshare = 0.5\nchain = { draw = { low = 0.5, high = 0.5 } }\n";
    return solve_memory(estimate_size(parse_economy(text, "three.toml", {})), SolverMethod::dynamics, ranks);
}

TEST(SolveEconomy, TheMemoryEstimateGrowsWithTheSize) {
    EXPECT_GT(memory_of_lane(2000), memory_of_lane(1000));
    EXPECT_LT(memory_of_lane(6), 50.0);
    EXPECT_GT(memory_of_three(1), 445.0);  // measured, with a policy that does not compress
    EXPECT_LT(memory_of_three(1), 1.5 * 445.0);
}

TEST(SolveEconomy, TheMemoryEstimateIsThatOfTheFullestRank) {
    EXPECT_DOUBLE_EQ(memory_of_lane(1000, 4), memory_of_lane(1000));  // a single line, and a single chunk
    EXPECT_GT(memory_of_three(2), 296.0);                             // measured
    EXPECT_LT(memory_of_three(2), memory_of_three(1));
    EXPECT_GT(memory_of_three(5), 168.0);
    EXPECT_LT(memory_of_three(5), memory_of_three(2));
}

}  // namespace
}  // namespace polykarma
