// What the axes of a study may say, and the values that are computed from it.
#include "config/study_axis.hpp"

#include <algorithm>
#include <fstream>
#include <set>

#include <boost/random/sobol.hpp>
#include <gtest/gtest.h>

#include "config/economy_text.hpp"
#include "config/study.hpp"

namespace polykarma {
namespace {

class StudyAxes : public testing::Test {
protected:
    StudyAxes() { write("base.toml", test::small_economy); }
    ~StudyAxes() override { std::filesystem::remove_all(folder_); }

    StudyConfig read(const std::string& body) {
        write("study.toml", "title = \"T\"\nbase = \"base.toml\"\n" + body);
        return read_study(folder_ / "study.toml");
    }
    std::string problem(const std::string& body) {
        try {
            static_cast<void>(read(body));
        } catch (const InputError& error) {
            const std::string message = error.what();
            return message.substr(message.find("study.toml"));
        }
        return {};
    }
    /// The labels of every point, joined.
    std::vector<std::string> labels(const std::string& body) {
        const StudyConfig study = read(body);
        std::vector<std::string> all;
        for (std::size_t i = 0; i < study.size(); ++i) {
            std::string joined;
            for (const std::string& label : study.point(i).labels) joined += (joined.empty() ? "" : " ") + label;
            all.push_back(joined);
        }
        return all;
    }
    static std::string axis(const std::string& name, const std::string& key, const std::string& values) {
        return "[[axis]]\nname = \"" + name + "\"\nkey = \"" + key + "\"\n" + values + "\n";
    }

    void write(const std::string& name, std::string_view text) {
        std::filesystem::create_directories(folder_);
        std::ofstream(folder_ / name) << text;
    }

    const std::filesystem::path folder_ =
        std::filesystem::path(testing::TempDir()) /
        (std::string("polykarma_axis_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    const std::string capacity_ = "resource.H.priority_capacity";
};

using Words = std::vector<std::string>;

TEST_F(StudyAxes, NumbersAreSpacedEvenlyOrInRatios) {
    EXPECT_EQ(labels(axis("c", capacity_, "from = 0.1\nto = 0.4\ncount = 4")), (Words{"0.1", "0.2", "0.3", "0.4"}));
    EXPECT_EQ(labels(axis("c", capacity_, "from = 0.4\nto = 0.1\ncount = 3\nspacing = \"log\"")),
              (Words{"0.4", "0.2", "0.1"}));
    EXPECT_EQ(labels(axis("k", "resource.*.k_max", "from = 10\nto = 30\ncount = 3")), (Words{"10", "20", "30"}));
    EXPECT_EQ(labels(axis("c", capacity_, "from = 0.25\nto = 0.3\ncount = 1")), (Words{"0.25"}));
}

TEST_F(StudyAxes, WhatIsComputedIsSetToTheLetter) {
    const StudyConfig study = read(axis("c", capacity_, "from = 0.1\nto = 0.3\ncount = 7"));
    for (std::size_t i = 0; i < study.size(); ++i)
        EXPECT_EQ(economy_of(study, study.point(i)).resources[0].priority_capacity,
                  std::stod(study.point(i).labels[0]));
}

TEST_F(StudyAxes, ComputedNumbersStayWithinTheirEnds) {
    // Twelve digits of these ends lie outside of them.
    const StudyConfig study = read(axis("c", capacity_, "from = 0.1234567890129\nto = 0.2345678901231\ncount = 2"));
    EXPECT_EQ(study.point(0).labels[0], "0.123456789013");
    EXPECT_EQ(study.point(1).labels[0], "0.234567890123");
    const StudyConfig inner = read(axis("c", capacity_, "from = 0.1234567890131\nto = 0.2345678901229\ncount = 2"));
    EXPECT_EQ(inner.point(0).labels[0], "0.1234567890131");
    EXPECT_EQ(inner.point(1).labels[0], "0.2345678901229");
}

TEST_F(StudyAxes, ZippedAxesAdvanceTogether) {
    const std::string body =
        axis("c", capacity_, "values = [0.1, 0.1, 0.2]\nlabels = [\"a\", \"a\", \"b\"]\nzip = \"z\"") +
        axis("r", "resource.H.redistribution", "values = [\"active\", \"all\"]") +
        axis("k", "resource.*.k_max", "from = 10\nto = 12\ncount = 3\nzip = \"z\"");
    EXPECT_EQ(labels(body), (Words{"a active 10", "a all 10", "a active 11", "a all 11", "b active 12", "b all 12"}));
}

TEST_F(StudyAxes, TheStepsOfZippedAxesDiffer) {
    EXPECT_EQ(problem(axis("c", capacity_, "values = [0.1, 0.2]\nzip = \"z\"") +
                      axis("k", "resource.*.k_max", "from = 10\nto = 12\ncount = 3\nzip = \"z\"")),
              "study.toml:14: axis.k.zip (3 values beside the 2 of axis c): as many, to advance together");
    EXPECT_EQ(problem(axis("c", capacity_, "values = [0.1, 0.1]\nzip = \"z\"") +
                      axis("k", "resource.*.k_max", "values = [10, 10]\nzip = \"z\"")),
              "study.toml:7: axis.c.zip (two steps of the axes that advance together have the same labels): unique "
              "labels");
}

const std::string kSampled =
    "[[axis]]\nname = \"c\"\nkey = \"resource.H.priority_capacity\"\nlower = 0.1\nupper = 0.3\n"
    "[[axis]]\nname = \"d\"\nkey = \"resource.H.discount\"\nlower = 0.01\nupper = 0.1\nspacing = \"log\"\n";

TEST_F(StudyAxes, SampledAxesShareThePointsOfASample) {
    for (const std::string method : {"sobol", "random"}) {
        const std::string body = kSampled + "[sample]\nmethod = \"" + method + "\"\ncount = 64\n";
        const Words points = labels(body);
        EXPECT_EQ(points.size(), 64u);
        EXPECT_EQ(std::set<std::string>(points.begin(), points.end()).size(), 64u);
        EXPECT_EQ(labels(body), points);
        EXPECT_NE(labels(body + "seed = 1\n"), points);
        const StudyConfig study = read(body);
        for (std::size_t i = 0; i < study.size(); ++i) {
            const EconomyConfig economy = economy_of(study, study.point(i));
            EXPECT_GE(economy.resources[0].priority_capacity, 0.1);
            EXPECT_LE(economy.resources[0].priority_capacity, 0.3);
            EXPECT_GE(economy.resources[0].discount, 0.01);
            EXPECT_LE(economy.resources[0].discount, 0.1);
        }
    }
}

TEST_F(StudyAxes, ASampleIsTheSameOnEveryMachine) {
    // From splitmix64 and the first two points of the sequence, 0 and 1/2, in another program.
    EXPECT_EQ(labels(kSampled + "[sample]\ncount = 2\nseed = 3\n"),
              (Words{"0.165964389132 0.0491437333216", "0.265964389132 0.015540613002"}));
    EXPECT_EQ(labels(kSampled + "[sample]\nmethod = \"random\"\ncount = 2\nseed = 3\n"),
              (Words{"0.165964389132 0.0491437333216", "0.107398275253 0.0734138460922"}));
}

TEST_F(StudyAxes, EverySampledAxisNeedsASample) {
    EXPECT_EQ(problem(kSampled), "study.toml:6: sample.count (is missing): how many points the sampled axes have");
    EXPECT_EQ(problem(axis("c", capacity_, "values = [0.1]") + "[sample]\ncount = 4\n"),
              "study.toml:7: sample (no axis is sampled): an axis with lower and upper");
}

TEST_F(StudyAxes, MistakesAreReportedWhereTheyAreWritten) {
    const auto refused = [&](const std::string& values) { return problem(axis("c", capacity_, values)); };
    EXPECT_EQ(refused("").substr(0, 38), "study.toml:3: axis.c (has no values): ");
    EXPECT_EQ(refused("from = 0.1\nto = 0.2"), "study.toml:3: axis.c.count (is missing): integer, 1 <= count <= 1000000");
    EXPECT_EQ(refused("from = 0.1\nto = 0.2\ncount = 0"),
              "study.toml:8: axis.c.count = 0 (out of range): 1 <= count <= 1000000");
    EXPECT_EQ(refused("from = 0.1\nto = 0.1\ncount = 2"),
              "study.toml:7: axis.c.to (0.1 is from, too): another number, or count = 1");
    EXPECT_EQ(refused("from = 0\nto = 0.1\ncount = 2\nspacing = \"log\""),
              "study.toml:6: axis.c.from (0): above 0, as spacing is \"log\"");
    EXPECT_EQ(refused("lower = 0.2\nupper = 0.1"), "study.toml:6: axis.c.lower (0.2 is not below upper = 0.1): lower < upper");
    EXPECT_NE(refused("values = [0.1]\nfrom = 0.1").find("study.toml:7: axis.c.from"), std::string::npos);
    EXPECT_NE(refused("lower = 0.1\nupper = 0.2\nzip = \"z\"").find("study.toml:8: axis.c.zip"), std::string::npos);
    EXPECT_NE(problem(axis("k", "resource.*.k_max", "from = 10.5\nto = 11.5\ncount = 2"))
                  .find("study.toml:6: resource.H.k_max = 10.5 (expected an integer, found a number)"),
              std::string::npos);
}

TEST_F(StudyAxes, LargeStudiesAreNotHeld) {
    const StudyConfig study = read(kSampled + "[sample]\ncount = 500000\n");
    EXPECT_EQ(study.size(), 500000u);
    EXPECT_NE(study.point(499999).labels, study.point(499998).labels);
    EXPECT_NE(problem(kSampled + axis("k", "resource.*.k_max", "values = [10, 11, 12]") + "[sample]\ncount = 500000\n")
                  .find("axis (too many points): at most 1000000"),
              std::string::npos);
}

// Boost computes the sequence point by point; here every point comes from its number.
TEST(Sample, SobolPointsAreThoseOfTheSequence) {
    constexpr std::size_t dimensions = 5;
    boost::random::sobol sequence(dimensions);
    const SampleConfig sample{SampleMethod::sobol, 100, 7};
    const auto bits = [&](std::size_t point, std::size_t d) {
        return static_cast<std::uint64_t>(std::ldexp(sample_coordinate(sample, point, d), 53));
    };
    for (std::size_t point = 1; point < 100; ++point)
        for (std::size_t d = 0; d < dimensions; ++d)
            // The seed flips the same digits of all points.
            EXPECT_EQ(bits(point, d) ^ bits(0, d), sequence() >> 11) << point << ' ' << d;
}

// The first 2^m points: one in each of 2^m equal intervals, along every axis.
TEST(Sample, SobolPointsAreEven) {
    const SampleConfig sample{SampleMethod::sobol, 64, 12};
    for (std::size_t d = 0; d < max_coordinates; ++d) {
        std::set<int> intervals;
        for (std::size_t i = 0; i < 64; ++i) intervals.insert(static_cast<int>(64 * sample_coordinate(sample, i, d)));
        EXPECT_EQ(intervals.size(), 64u) << d;
    }
}

TEST(Sample, RandomPointsAreUniformAndIndependent) {
    const SampleConfig sample{SampleMethod::random, 10000, 1};
    double mean = 0.0, product = 0.0, next = 0.0;
    constexpr std::size_t n = 10000;
    const auto at = [&](std::size_t i, std::size_t d) { return sample_coordinate(sample, i, d) - 0.5; };
    for (std::size_t i = 0; i < n; ++i) {
        mean += at(i, 0) / n;
        product += at(i, 0) * at(i, 1) / n;
        next += at(i, 0) * at(i + 1, 0) / n;
    }
    // Four standard deviations of sums of 10,000 independent terms.
    EXPECT_LT(std::abs(mean), 4 * std::sqrt(1.0 / 12 / n));
    EXPECT_LT(std::abs(product), 4.0 / 12 / 100);
    EXPECT_LT(std::abs(next), 4.0 / 12 / 100);
}

}  // namespace
}  // namespace polykarma
