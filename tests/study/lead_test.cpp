// Which of two values of an axis agents fare better under.
#include "study/lead.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace polykarma {
namespace {

StudyRow row(const std::string& rule, const std::string& discount, double efficiency, double error,
             int equilibrium = 1) {
    StudyRow result;
    result.labels = {rule, discount};
    result.equilibrium = equilibrium;
    result.agents = PopulationMeasures{{efficiency, error}, {-0.5, 0.1}, {-efficiency, error}, {}};
    return result;
}

StudyResults results(std::vector<StudyRow> rows) { return {{"rule", "discount"}, {"A"}, {}, std::move(rows), {}}; }

TEST(Lead, IsTheDifferenceOfTheBestEquilibriaWithItsStandardError) {
    const auto comparison = compared(results({row("peer", "0.5", -2.0, 3.0), row("society", "0.5", 8.0, 4.0),
                                              row("society", "0.5", 9.0, 4.0, 2), row("society", "0", 1.0, 1.0)}));
    ASSERT_TRUE(comparison.has_value());
    EXPECT_EQ(comparison->axis, "rule");
    EXPECT_EQ(comparison->ahead, "society");
    EXPECT_EQ(comparison->behind, "peer");
    EXPECT_EQ(comparison->others, std::vector<std::string>{"discount"});
    ASSERT_EQ(comparison->leads.size(), 1u);  // nobody else has both
    const Lead& lead = comparison->leads.front();
    EXPECT_EQ(lead.labels, std::vector<std::string>{"0.5"});
    EXPECT_EQ(lead.measures[0].mean, 10.0);
    EXPECT_DOUBLE_EQ(lead.measures[0].error, 5.0);
    EXPECT_EQ(lead.measures[1].mean, 0.0);
    EXPECT_EQ(lead.measures[2].mean, -10.0);
    EXPECT_TRUE(is_decided(lead.measures[0]));
    EXPECT_FALSE(is_decided(lead.measures[1]));
    EXPECT_TRUE(is_decided(lead.measures[2]));
}

TEST(Lead, IsOfEquilibriaThatWerePlayed) {
    EXPECT_FALSE(compared(results({row("peer", "0.5", 1.0, 1.0), row("society", "0.5", 1.0, 1.0, 0)})).has_value());
    StudyRow nobody = row("society", "0.5", 1.0, 1.0);
    nobody.agents.reset();
    EXPECT_FALSE(compared(results({row("peer", "0.5", 1.0, 1.0), nobody})).has_value());
    EXPECT_FALSE(compared(results({row("peer", "0.5", 1.0, 1.0)})).has_value());
}

TEST(Lead, WithoutErrorsNothingIsDecided) {
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(is_decided({1.0, unknown}));
}

}  // namespace
}  // namespace polykarma
