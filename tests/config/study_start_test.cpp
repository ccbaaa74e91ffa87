#include "config/study_start.hpp"

#include <gtest/gtest.h>

#include "config/reader.hpp"
#include "config/economy_text.hpp"

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
    EXPECT_EQ(overrides_of("proportional"), (std::vector<std::string>{"solver.start=proportional"}));
    EXPECT_EQ(overrides_of("even_slow"),
              (std::vector<std::string>{"solver.start=even", "solver.step=0.05", "solver.response_rate=1"}));
}

TEST(StudyStart, ThePaceOfARandomStartGoesByItsSeed) {
    const auto random = [](const char* seed, const char* step, const char* rate) {
        return std::vector<std::string>{"solver.start=random", "solver.karma_start=random",
                                        std::string("solver.seed=") + seed, std::string("solver.step=") + step,
                                        std::string("solver.response_rate=") + rate};
    };
    EXPECT_EQ(overrides_of("random_0"), random("0", "0.2", "0.5"));
    EXPECT_EQ(overrides_of("random_1"), random("1", "0.1", "1"));
    EXPECT_EQ(overrides_of("random_2"), random("2", "0.05", "1"));
    EXPECT_EQ(overrides_of("random_999999999"), random("999999999", "0.2", "0.5"));
}

TEST(StudyStart, OtherNamesAreNone) {
    for (const char* name : {"", "_slow", "evne", "even_", "even_slow_slow", "Even", "random", "random_", "random_-1",
                             "random_01", "random_1x", "random_1.5", "random_+1", "random_1_slow", "random_1000000000",
                             "random_99999999999999999999"})
        EXPECT_FALSE(find_start(name)) << name;
}

TEST(StudyStart, AnEconomySaysWhichOneItHas) {
    const auto name_in = [](const std::vector<std::string>& overrides) {
        return start_of(parse_economy(test::small_economy, "small.toml", overrides).solver).name;
    };
    EXPECT_EQ(name_in({}), "even");
    EXPECT_EQ(name_in({"solver.start=random", "solver.seed=2"}), "random");
    for (const StudyStart& start : standard_starts(12)) EXPECT_EQ(name_in(start.overrides), start.name);
}

TEST(StudyStart, TheStandardOnesAreTheFirstOfOneList) {
    EXPECT_EQ(names_of(standard_starts(9)),
              (std::vector<std::string>{"even", "zero", "proportional", "even_slow", "zero_slow", "proportional_slow",
                                        "random_1", "random_2", "random_3"}));
    EXPECT_EQ(names_of(standard_starts(4)), (std::vector<std::string>{"even", "zero", "proportional", "even_slow"}));
    EXPECT_TRUE(standard_starts(0).empty());
}

}  // namespace
}  // namespace polykarma
