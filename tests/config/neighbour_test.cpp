// Which economies are neighbours, and the way from them.
#include "config/neighbour.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "config/reader.hpp"

namespace polykarma {
namespace {

EconomyConfig economy(const std::vector<std::string>& overrides = {}) {
    return parse_economy(R"(title = "Two"
urgency = [{ name = "calm", value = 0 }, { name = "urgent", value = 6 }]
resource = [{ name = "H", capacity = 0.5, priority_capacity = 0.2, k_max = 5, k_mean = 2, discount = 0.9 },
            { name = "P", capacity = 0.6, priority_capacity = 0.3, k_max = 4, k_mean = 1, discount = 0.9 }]
type = [{ name = "A", share = 1, chain = { draw = { calm = 0.8, urgent = 0.2 } } }]
)",
                         "two.toml", overrides);
}

std::vector<std::string> keys_of(const EconomyConfig& e, int count) {
    std::vector<std::string> keys;
    for (int k = 1; k <= count; ++k) keys.push_back(neighbour_move(e, k).key);
    return keys;
}

TEST(Neighbour, NumbersTakeTurnsUpAndDown) {
    EXPECT_EQ(
        keys_of(economy(), 7),
        (std::vector<std::string>{"resource.H.priority_capacity", "resource.H.priority_capacity",
                                  "resource.P.priority_capacity", "resource.P.priority_capacity",
                                  "urgency.urgent.value", "urgency.urgent.value", "resource.H.priority_capacity"}));
    EXPECT_DOUBLE_EQ(neighbour_move(economy(), 1).factor, 1.15);
    EXPECT_DOUBLE_EQ(neighbour_move(economy(), 6).factor, 1.0 / 1.15);
    EXPECT_DOUBLE_EQ(neighbour_move(economy(), 7).factor, 1.15 * 1.15);
}

TEST(Neighbour, WhatIsNothingDoesNotMove) {
    const EconomyConfig without = economy({"resource.H.priority_capacity=0"});
    EXPECT_EQ(keys_of(without, 1), std::vector<std::string>{"resource.P.priority_capacity"});
}

TEST(Neighbour, TheWayLeadsBackInEvenSteps) {
    for (const int neighbour : {3, 10}) {
        const EconomyConfig own = economy({"solver.select=neighbour", "solver.neighbour=" + std::to_string(neighbour)});
        const double factor = neighbour_move(own, neighbour).factor;
        const std::vector<EconomyConfig> way = way_from_neighbour(own);
        ASSERT_EQ(way.size(), neighbour == 3 ? 3U : 6U);
        for (std::size_t i = 0; i < way.size(); ++i) {
            const double left = 1.0 - static_cast<double>(i) / static_cast<double>(way.size());
            EXPECT_NEAR(way[i].resources[1].priority_capacity, 0.3 * std::pow(factor, left), 1e-15);
            EconomyConfig same = way[i];
            same.resources[1].priority_capacity = 0.3;
            same.solver.select = Selection::neighbour;
            EXPECT_EQ(same, own);
            EXPECT_EQ(way[i].solver.select, Selection::start);
        }
    }
}

TEST(Neighbour, IsNoneWhereNothingMoves) {
    const EconomyConfig own =
        economy({"resource.*.priority_capacity=0", "urgency.urgent.value=0", "solver.select=neighbour"});
    EXPECT_THROW(static_cast<void>(way_from_neighbour(own)), InputError);
}

TEST(Neighbour, ThatIsNoEconomySaysSo) {
    const EconomyConfig own = economy({"resource.H.priority_capacity=0.49", "solver.select=neighbour"});
    try {
        static_cast<void>(way_from_neighbour(own));
        ADD_FAILURE() << "no InputError";
    } catch (const InputError& error) {
        EXPECT_STREQ(error.what(),
                     "resource.H.priority_capacity = 0.5635 (not below capacity = 0.5): 0 <= "
                     "priority_capacity < capacity");
    }
}

}  // namespace
}  // namespace polykarma
