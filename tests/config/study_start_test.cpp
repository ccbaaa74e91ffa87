#include "config/study_start.hpp"

#include <gtest/gtest.h>

#include "config/economy_text.hpp"
#include "config/reader.hpp"

namespace polykarma {
namespace {

std::vector<std::string> names_of(const std::vector<StudyStart>& starts) {
    std::vector<std::string> names;
    for (const StudyStart& start : starts) names.push_back(start.name);
    return names;
}

std::vector<std::string> overrides_of(std::string_view name) {
    const auto start = find_start(name);
    EXPECT_TRUE(start) << name;
    return start ? start->overrides : std::vector<std::string>{};
}

TEST(StudyStart, ANameSaysWhatChanges) {
    EXPECT_EQ(overrides_of("proportional"),
              (std::vector<std::string>{"solver.start=proportional", "solver.select=start"}));
    EXPECT_EQ(overrides_of("even_slow"), (std::vector<std::string>{"solver.start=even", "solver.select=start",
                                                                   "solver.step=0.05", "solver.response_rate=1"}));
}

TEST(StudyStart, ThePaceOfARandomStartGoesByItsSeed) {
    const auto random = [](const char* seed, const char* step, const char* rate) {
        return std::vector<std::string>{"solver.start=random",
                                        "solver.select=start",
                                        "solver.karma_start=random",
                                        std::string("solver.seed=") + seed,
                                        std::string("solver.step=") + step,
                                        std::string("solver.response_rate=") + rate};
    };
    EXPECT_EQ(overrides_of("random_0"), random("0", "0.2", "0.5"));
    EXPECT_EQ(overrides_of("random_1"), random("1", "0.1", "1"));
    EXPECT_EQ(overrides_of("random_2"), random("2", "0.05", "1"));
    EXPECT_EQ(overrides_of("random_999999999"), random("999999999", "0.2", "0.5"));
}

TEST(StudyStart, AnotherSelectionIsAStart) {
    EXPECT_EQ(overrides_of("neighbour_99"),
              (std::vector<std::string>{"solver.start=even", "solver.select=neighbour", "solver.neighbour=99"}));
    EXPECT_EQ(overrides_of("logit_branch"),
              (std::vector<std::string>{"solver.start=even", "solver.select=logit_branch"}));
}

TEST(StudyStart, OtherNamesAreNone) {
    for (const char* name : {"",
                             "_slow",
                             "evne",
                             "even_",
                             "even_slow_slow",
                             "Even",
                             "random",
                             "random_",
                             "random_-1",
                             "random_01",
                             "random_1x",
                             "random_1.5",
                             "random_+1",
                             "random_1_slow",
                             "random_1000000000",
                             "random_99999999999999999999",
                             "neighbour",
                             "neighbour_",
                             "neighbour_0",
                             "neighbour_-1",
                             "neighbour_01",
                             "neighbour_1_slow",
                             "neighbour_100",
                             "logit",
                             "logit-branch",
                             "logit_branch_slow"})
        EXPECT_FALSE(find_start(name)) << name;
}

TEST(StudyStart, AnEconomySaysWhichOneItHas) {
    const auto name_in = [](const std::vector<std::string>& overrides) {
        return start_of(parse_economy(test::small_economy, "small.toml", overrides).solver).name;
    };
    EXPECT_EQ(name_in({}), "even");
    EXPECT_EQ(name_in({"solver.start=random", "solver.seed=2"}), "random");
    EXPECT_EQ(name_in({"solver.start=zero", "solver.neighbour=3"}), "zero");
    EXPECT_EQ(name_in({"solver.start=zero", "solver.select=neighbour", "solver.neighbour=3"}), "neighbour_3");
    EXPECT_EQ(name_in(overrides_of("logit_branch")), "logit_branch");
    for (const StudyStart& start : standard_starts(24)) EXPECT_EQ(name_in(start.overrides), start.name);
}

TEST(StudyStart, TheStandardOnesAreTheFirstOfOneList) {
    EXPECT_EQ(names_of(standard_starts(10)),
              (std::vector<std::string>{"even", "zero", "proportional", "even_slow", "zero_slow", "proportional_slow",
                                        "random_1", "neighbour_1", "random_2", "neighbour_2"}));
    // Neighbours end, random starts do not.
    EXPECT_EQ(names_of(standard_starts(207)).back(), "random_102");
    EXPECT_EQ(standard_starts(207).size(), 207U);
    EXPECT_EQ(names_of(standard_starts(4)), (std::vector<std::string>{"even", "zero", "proportional", "even_slow"}));
    EXPECT_TRUE(standard_starts(0).empty());
}

}  // namespace
}  // namespace polykarma
