// Published values: what the file may hold, and how far a row of ours is from them.
#include <cmath>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "io/sample.hpp"
#include "study/published.hpp"

namespace polykarma {
namespace {

using test::ScratchDirectory;

class Published : public testing::Test {
protected:
    PublishedTable read(const std::string& text) {
        std::ofstream(file_) << text;
        return read_published(file_, {"rule", "size"});
    }
    std::string refusal(const std::string& text) {
        try {
            static_cast<void>(read(text));
        } catch (const InputError& error) {
            const std::string message = error.what();
            EXPECT_EQ(message.find(file_.string()), 0u) << message;
            return message.substr(std::min(message.size(), file_.string().size()));
        }
        ADD_FAILURE() << "no InputError";
        return {};
    }

    ScratchDirectory scratch_;
    std::filesystem::path file_ = scratch_ / "published.csv";
};

constexpr const char* kTable =
    "# A. Author, \"Title\",\n# Table 1.\nrule,size,A_en,SW_en\nnone,1,2.5,-0.5\nunit,1,2.75,-inf\nnone,2,3,0\n";

StudyResults results(const std::string& rule, const std::string& size, double payoff, double nash) {
    StudyResults r{{"rule", "size"}, {"A"}, {}, {}, {}};
    StudyRow row;
    row.labels = {rule, size};
    row.payoffs = {{payoff, payoff}};
    row.nash = {nash, nash};
    r.rows.push_back(row);
    return r;
}

double distance(const PublishedTable& table, StudyResults r) {
    measure_distances(r, table);
    return r.rows.front().published_distance;
}

TEST_F(Published, ReadsSourceLabelsAndNumbers) {
    const PublishedTable table = read(kTable);
    EXPECT_EQ(table.source, "A. Author, \"Title\", Table 1.");
    ASSERT_EQ(table.labels.size(), 2u);
    ASSERT_EQ(table.numbers.size(), 2u);
    EXPECT_EQ(table.labels[1].name, "size");
    EXPECT_EQ(table.labels[0].values, (std::vector<std::string>{"none", "unit", "none"}));
    EXPECT_EQ(table.numbers[0].name, "A_en");
    EXPECT_EQ(table.numbers[0].values, (std::vector<double>{2.5, 2.75, 3.0}));
}

TEST_F(Published, LabelColumnsMayStandAnywhere) {
    const PublishedTable table = read("A_en,size,SW_en,rule\n2.5,1,-0.5,none\n");
    EXPECT_EQ(distance(table, results("none", "1", 2.5, -0.5)), 0.0);
}

TEST_F(Published, NamesTheLineOfAMistake) {
    EXPECT_EQ(refusal("# source\nrule,A_en\n"), ":2: size (no such column): a column per axis of the study");
    EXPECT_EQ(refusal("rule,size,A_en\nnone,1\n"), ":2: row = none,1 (2 cells): 3 cells");
    EXPECT_EQ(refusal("rule,size,A_en\nnone,1,2,3\n"), ":2: row = none,1,2,3 (4 cells): 3 cells");
    EXPECT_EQ(refusal("rule,size,A_en\nnone,1,2\nnone,1,two\n"), ":3: A_en = two (not a number): a number");
    EXPECT_EQ(refusal("rule,size,A_en\nnone,1,2.5x\n"), ":2: A_en = 2.5x (not a number): a number");
    EXPECT_NE(refusal("").find("(is missing)"), std::string::npos);
    EXPECT_NE(refusal("# only a source\n").find("(is missing)"), std::string::npos);
}

TEST_F(Published, AnAbsentFileIsNamed) {
    EXPECT_THROW(static_cast<void>(read_published(scratch_ / "absent.csv", {})), IoError);
}

TEST_F(Published, TheDistanceIsTheLargestDifference) {
    const PublishedTable table = read(kTable);
    EXPECT_NEAR(distance(table, results("none", "1", 2.51, -0.5)), 0.01, 1e-15);
    EXPECT_NEAR(distance(table, results("none", "1", 2.51, -0.48)), 0.02, 1e-15);
    EXPECT_NEAR(distance(table, results("none", "2", 2.0, 0.0)), 1.0, 1e-15);
}

TEST_F(Published, TheDistanceIsUnknownWithoutTheRowOrAnyNumber) {
    const PublishedTable table = read(kTable);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(std::isnan(distance(table, results("none", "3", 2.5, -0.5))));
    EXPECT_TRUE(std::isnan(distance(table, results("none", "1", nan, 7.0))));
    EXPECT_TRUE(std::isnan(distance(table, results("none", "1", 7.0, nan))));
    EXPECT_TRUE(std::isinf(distance(table, results("unit", "1", 2.75, 0.0))));
    // A failed point has no payoffs.
    StudyResults failed = results("none", "1", 2.5, -0.5);
    failed.rows.front().payoffs.clear();
    EXPECT_TRUE(std::isnan(distance(table, failed)));
    // A column that no result of ours has.
    EXPECT_TRUE(std::isnan(distance(read("rule,size,B_en,SW_en\nnone,1,2.5,-0.5\n"), results("none", "1", 2.5, -0.5))));
}

TEST_F(Published, OurValuesFollowThePublishedColumns) {
    const PublishedTable table = read("rule,size,SW_ex,A_ex,A_en\nnone,1,1,2,3\n");
    StudyResults r = results("none", "1", 0.0, 0.0);
    r.rows.front().payoffs = {{3.0, 2.0}};
    r.rows.front().nash = {9.0, 1.0};
    EXPECT_EQ(values_like(table, r, r.rows.front()), (std::vector<double>{1.0, 2.0, 3.0}));
    EXPECT_EQ(published_row(table, r, r.rows.front()), (std::vector<double>{1.0, 2.0, 3.0}));
}

TEST_F(Published, AQuantityALineForAStudyWithoutAxes) {
    std::ofstream(file_) << "# B. Author.\nquantity,value,width\nA_en,-0.5,0.001\nkarma_share_distance,0,0.02\n"
                            "karma_share_0,0.25,\nkarma_share_2,0.75,\nmean_bid_A_calm,1.5,0.1\nbid_share_1,1,\n";
    const PublishedTable table = read_published(file_, {});
    EXPECT_EQ(table.kind, "published");
    ASSERT_EQ(table.numbers.size(), 6u);
    ASSERT_EQ(table.widths.size(), 6u);
    EXPECT_EQ(table.widths[1], 0.02);
    EXPECT_TRUE(std::isnan(table.widths[2]));
    EXPECT_TRUE(table.labels.empty());

    StudyResults r{{}, {"A"}, {}, {}, {}};
    r.accounts = {"contest"};
    r.urgencies = {"calm"};
    StudyRow row;
    row.payoffs = {{-0.25, -0.25}};
    row.marginals = {{0.5}, {{{0.5, 0.0, 0.5}}}, {{2.0}}, {{0.125, 0.875}}};
    r.rows.push_back(row);
    // Of the shares 1/4 is elsewhere.
    EXPECT_EQ(values_like(table, r, row), (std::vector{-0.25, 0.25, 0.5, 0.5, 2.0, 0.875}));
    EXPECT_EQ(distance(table, r), 0.5);
    EXPECT_EQ(published_row(table, r, row), (std::vector{-0.5, 0.0, 0.25, 0.75, 1.5, 1.0}));
}

TEST_F(Published, WidthsThatAreNoneAreRefused) {
    const auto refused = [&](const std::string& line) {
        std::ofstream(file_) << "quantity,value,width\n" << line << '\n';
        try {
            static_cast<void>(read_published(file_, {}));
        } catch (const InputError& error) {
            return std::string(error.what()).substr(file_.string().size());
        }
        return std::string();
    };
    EXPECT_EQ(refused("A_en,-0.5,narrow"), ":2: width = narrow (not a number): a number");
    EXPECT_EQ(refused("A_en,little,"), ":2: A_en = little (not a number): a number");
    EXPECT_EQ(refused("A_en,1"), ":2: row = A_en,1 (2 cells): 3 cells");
}

}  // namespace
}  // namespace polykarma
