// Differences of made-up results, keys, and derivatives that are known or found again by solving anew.
#include "study/sensitivity.hpp"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "config/economy_numbers.hpp"
#include "config/reader.hpp"
#include "study/solve_economy.hpp"
#include "support/partitioned.hpp"

namespace polykarma {
namespace {

template <class F>
Differences around(double x, double step, F&& f, double noise = 0.0) {
    const std::array values{f(x - step), f(x - 0.5 * step), f(x), f(x + 0.5 * step), f(x + step)};
    return differences(values, step, noise);
}

TEST(Differences, OfASmoothFunction) {
    const Differences d = around(0.7, 1e-2, [](double x) { return std::exp(2.0 * x); });
    const double exact = 2.0 * std::exp(1.4);
    EXPECT_FALSE(d.jump);
    EXPECT_NEAR(d.derivative, exact, 1e-7 * exact);
    EXPECT_LE(std::abs(d.derivative - exact), d.error);
    EXPECT_LT(d.error, 1e-3);
    EXPECT_NEAR(d.left, exact, 1e-3 * exact);
    EXPECT_NEAR(d.right, exact, 1e-3 * exact);
}

TEST(Differences, AKinkIsAJumpOfTheSlope) {
    const Differences d = around(1.0, 1e-2, [](double x) { return x < 1.0 ? 3.0 * x : 3.0 + 5.0 * (x - 1.0); });
    EXPECT_TRUE(d.jump);
    EXPECT_NEAR(d.left, 3.0, 1e-9);
    EXPECT_NEAR(d.right, 5.0, 1e-9);
}

TEST(Differences, JumpsOfTheValue) {
    EXPECT_TRUE(around(1.0, 1e-2, [](double x) { return x < 1.0 ? 2.0 : 2.5; }).jump);
    EXPECT_TRUE(around(1.0, 1e-2, [](double x) { return x <= 1.0 ? x : x + 1e-2; }).jump);
    EXPECT_TRUE(around(1.0, 1e-2, [](double x) { return x == 1.0 ? 0.0 : 1.0; }).jump);  // alike on both sides
}

TEST(Differences, NoiseIsNoJumpAndCountsAsError) {
    const std::array noise{3e-7, -5e-7, 0.0, 6e-7, -2e-7};
    std::size_t i = 0;
    const Differences d = around(1.0, 1e-3, [&](double x) { return 2.0 * x + noise[i++]; }, 1e-6);
    EXPECT_FALSE(d.jump);
    EXPECT_LE(std::abs(d.derivative - 2.0), d.error);
    EXPECT_GE(d.error, 2e-3);
}

EconomyConfig lane(const std::vector<std::string>& overrides = {}) {
    return parse_economy(R"(title = "Lane"
nominal_payoff = 2
urgency = [{ name = "calm", value = 1 }, { name = "urgent", value = 6 }]
resource = [{ name = "lane", capacity = 0.5, priority_capacity = 0.2, k_max = 6, k_mean = 2, discount = 0.9 }]
type = [{ name = "A", share = 0.75, chain = { draw = { calm = 0.8, urgent = 0.2 } } },
        { name = "B", share = 0.25, chain = { draw = { calm = 0.5, urgent = 0.5 } } }]
)",
                         "lane.toml", overrides);
}

std::vector<SensitivityRow> rows_of(const EconomyConfig& economy, const std::vector<std::string>& keys,
                                    const Collective& ranks = Collective::serial()) {
    return sensitivities(economy, keys, 3e-4, ranks, [](std::size_t, const std::string&) { return Progress{}; });
}

TEST(Sensitivities, KeysOfAnEconomy) {
    EXPECT_EQ(sensitivity_keys(lane()),
              (std::vector<std::string>{"resource.lane.priority_capacity", "resource.lane.capacity", "nominal_payoff",
                                        "resource.lane.discount", "urgency.calm.value", "urgency.urgent.value",
                                        "type.A.share", "type.B.share"}));
}

TEST(Sensitivities, SharesAreTakenFromTheOthers) {
    const EconomyConfig other = with_number(lane(), "type.A.share", 0.6, {});
    EXPECT_DOUBLE_EQ(other.types[0].share, 0.6);
    EXPECT_DOUBLE_EQ(other.types[1].share, 0.4);
}

// The nominal payoff is had by everybody with urgency at every stage, whatever they bid, also in the benchmark.
TEST(Sensitivities, OfTheNominalPayoffAreMeanUrgencies) {
    const auto rows = rows_of(lane(), {"nominal_payoff"});
    ASSERT_EQ(rows.size(), 6u);
    EXPECT_EQ(rows[0].quantity, "A_en");
    EXPECT_NEAR(rows[0].derivative, 0.8 * 1.0 + 0.2 * 6.0, 1e-6);
    EXPECT_EQ(rows[2].quantity, "B_en");
    EXPECT_NEAR(rows[2].derivative, 0.5 * 1.0 + 0.5 * 6.0, 1e-6);
    EXPECT_EQ(rows[0].verdict, "smooth");
    // Type B loses by this lane, and Nash welfare is -infinity.
    EXPECT_EQ(rows[4].quantity, "SW_en");
    EXPECT_EQ(rows[4].verdict, "not finite");
    for (const SensitivityRow& row : rows) EXPECT_TRUE(row.certified);
}

/// Payoff of type A in an economy solved from its own start.
double payoff_at(const std::string& key, double number) {
    const EconomyConfig economy = with_number(lane({"solver.tolerance.stationarity=1e-10"}), key, number, {});
    const EquilibriumRecord record = solve_economy(economy);
    EXPECT_EQ(record.search.start, "even");
    return record.welfare.payoffs[0].endogenous;
}

TEST(Sensitivities, AreThoseOfSolvingAnew) {
    const std::vector<std::string> keys = sensitivity_keys(lane());
    const auto rows = rows_of(lane(), keys);
    for (std::size_t k = 0; k < keys.size(); ++k) {
        const SensitivityRow& row = rows[6 * k];
        ASSERT_EQ(row.key, keys[k]);
        ASSERT_EQ(row.quantity, "A_en");
        ASSERT_TRUE(row.certified) << row.verdict;
        const double quotient =
            (payoff_at(row.key, row.at + row.step) - payoff_at(row.key, row.at - row.step)) / (2.0 * row.step);
        EXPECT_NEAR(row.derivative, quotient, row.error + 1e-5) << row.key;
        EXPECT_LT(row.error, 1e-2 * std::max(1.0, std::abs(row.derivative))) << row.key;
    }
}

// Responses at lambda 50 leave too much to gain: it is raised, and is one lambda for the economy and its neighbours.
TEST(Sensitivities, AreThoseAtARaisedLambda) {
    const std::vector<std::string> keys{"resource.lane.capacity"};
    const double raised = solve_economy(lane({"solver.lambda=50", "solver.tolerance.stationarity=1e-10"})).search.lambda;
    ASSERT_GT(raised, 50.0);
    const auto rows = rows_of(lane({"solver.lambda=50"}), keys);
    const auto same = rows_of(lane({"solver.lambda=" + std::to_string(raised)}), keys);
    for (const std::size_t q : {0u, 2u}) {
        EXPECT_EQ(rows[q].verdict, "smooth");
        EXPECT_NEAR(rows[q].derivative, same[q].derivative, rows[q].error + same[q].error);
    }
}

TEST(Sensitivities, AreTheSameOnAnyRanks) {
    const std::vector<std::string> keys{"resource.lane.capacity", "nominal_payoff", "type.B.share"};
    const auto alone = rows_of(lane(), keys);
    for (const int size : {2, 5})
        test::on_ranks(size, [&](const Collective& ranks) {
            const auto rows = rows_of(lane(), keys, ranks);
            ASSERT_EQ(rows.size(), ranks.is_root() ? alone.size() : 0u);
            for (std::size_t i = 0; i < rows.size(); ++i) {
                EXPECT_EQ(rows[i].key, alone[i].key);
                EXPECT_EQ(rows[i].quantity, alone[i].quantity);
                EXPECT_EQ(rows[i].verdict, alone[i].verdict);
                EXPECT_EQ(
                    test::bits_of(std::vector{rows[i].derivative, rows[i].error, rows[i].left, rows[i].right_value}),
                    test::bits_of(
                        std::vector{alone[i].derivative, alone[i].error, alone[i].left, alone[i].right_value}));
            }
        });
}

TEST(Sensitivities, SayWhatIsNotCertified) {
    const auto rows = rows_of(lane({"solver.max_iterations=5"}), {"resource.lane.capacity"});
    ASSERT_EQ(rows.size(), 6u);
    EXPECT_FALSE(rows[0].certified);
    EXPECT_TRUE(std::isnan(rows[0].derivative));
    EXPECT_NE(rows[0].verdict.find("iteration limit"), std::string::npos) << rows[0].verdict;
    // Beyond the edge there is no economy: a share of priority below nobody's.
    const auto edge = rows_of(lane({"resource.lane.priority_capacity=0"}), {"resource.lane.priority_capacity"});
    EXPECT_NE(edge[0].verdict.find("0 <= priority_capacity < 1"), std::string::npos) << edge[0].verdict;
}

TEST(Sensitivities, RefuseWhatIsNotContinuous) {
    const auto refusal = [](const std::string& key) -> std::string {
        try {
            static_cast<void>(rows_of(lane(), {key}));
        } catch (const InputError& error) {
            return error.what();
        }
        return {};
    };
    for (const auto& [key, word] : std::vector<std::pair<std::string, std::string>>{
             {"resource.lane.k_max", "whole numbers"},
             {"resource.lane.k_mean", "price level"},
             {"resource.lane.capacty", "did you mean capacity?"},
             {"resource.lane.redistribution", "no real number"},
             {"resource.road.capacity", "names 0 numbers"},
             {"urgency.*.value", "names 2 numbers"},
             {"resource.lane", "no single value"},
             {"solver.lambda", "searched for"},
             {"exchange.rates.0.1", "one rate alone"},
             {"exchange.worth.0", "only ratios"},
             {"exchange.worth.1", "names 0 numbers"}})
        EXPECT_NE(refusal(key).find(word), std::string::npos) << key << ": " << refusal(key);
}

}  // namespace
}  // namespace polykarma
