// A search over designs: its rows, its best points, what it refuses, and that ranks change nothing.
#include "study/design_search.hpp"

#include <cmath>
#include <fstream>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "io/sample.hpp"
#include "io/stored_equilibrium.hpp"
#include "io/summary.hpp"
#include "study/solve_economy.hpp"
#include "support/partitioned.hpp"

namespace polykarma {
namespace {

using test::ScratchDirectory;

/// Refused above a width of 0.4167: the longest queue is then worse than staying at home.
constexpr const char* kEconomy = R"(title = "Lane"
nominal_payoff = 6
urgency = [{ name = "calm", value = 1 }, { name = "urgent", value = 6 }]
resource = [{ name = "lane", capacity = 0.5, priority_capacity = 0.2, k_max = 4, k_mean = 1, discount = 0.9 }]
type = [{ name = "A", share = 1, chain = { draw = { calm = 0.8, urgent = 0.2 } } }]
)";

constexpr const char* kStudy = R"(title = "Lanes"
base = "economy.toml"
[[axis]]
name = "mean"
key = "resource.lane.k_mean"
values = [1, 2, 3]
[[variable]]
name = "width"
key = "resource.lane.priority_capacity"
lower = 0.05
upper = 0.45
[design]
evaluations = 7
)";

Progress silent(std::size_t, long, const EconomyConfig&) { return {}; }

class SearchDesigns : public testing::Test {
protected:
    SearchDesigns() { std::ofstream(scratch_ / "economy.toml") << kEconomy; }

    StudyConfig study(std::string text = kStudy, const std::string& passage = "", const std::string& replacement = "") {
        if (!passage.empty()) text.replace(text.find(passage), passage.size(), replacement);
        std::ofstream(scratch_ / "study.toml") << text;
        return read_study(scratch_ / "study.toml");
    }
    static DesignOutcome run(const StudyConfig& study, const std::vector<std::string>& overrides = {},
                             StudyFile* file = nullptr) {
        return search_designs(study, overrides, Collective::serial(), file, silent);
    }
    static std::string refusal(const StudyConfig& study, const std::vector<std::string>& overrides = {}) {
        try {
            static_cast<void>(run(study, overrides));
        } catch (const InputError& error) {
            return error.what();
        }
        return {};
    }

    ScratchDirectory scratch_;
};

TEST_F(SearchDesigns, HasARowPerEconomyTheBaseFirst) {
    const StudyConfig lanes = study();
    const DesignOutcome outcome = run(lanes);
    ASSERT_EQ(outcome.results.evaluations.rows.size(), 3u * 8u);
    for (std::size_t i = 0; i < 24; ++i) {
        const StudyRow& row = outcome.results.evaluations.rows[i];
        EXPECT_EQ(row.point, i / 8);
        EXPECT_EQ(row.evaluation, static_cast<long>(i % 8));
        EXPECT_EQ(row.labels, std::vector<std::string>{std::to_string(1 + i / 8)});
        ASSERT_EQ(row.variables.size(), 1u);
    }
    for (std::size_t d = 0; d < 3; ++d) {
        ASSERT_TRUE(outcome.base[d]);
        EXPECT_EQ(outcome.base[d]->variables.front(), 0.2);
    }
    EXPECT_EQ(outcome.results.objective, "SW_en");
    EXPECT_EQ(outcome.results.selection, "equilibrium reached from the start even");
}

TEST_F(SearchDesigns, EveryRowIsTheEconomySolvedAlone) {
    const StudyConfig lanes = study();
    const DesignOutcome outcome = run(lanes);
    for (const std::size_t i : {0u, 3u, 13u}) {
        const StudyRow& row = outcome.results.evaluations.rows[i];
        const EconomyConfig economy = economy_of(lanes, lanes.at(lanes.design_point(row.point), row.variables));
        EXPECT_EQ(economy.resources[0].priority_capacity, row.variables[0]);
        const EquilibriumRecord record = solve_economy(economy);
        EXPECT_EQ(record.welfare.nash.endogenous, row.nash.endogenous);
        EXPECT_EQ(record.certificate.stationarity, row.certificate.stationarity);
        EXPECT_EQ(record.search.iterations, row.iterations);
    }
}

TEST_F(SearchDesigns, TheBestIsTheLargestCertifiedOne) {
    for (const char* const objective : {"SW_en", "SW_ex"}) {
        const StudyConfig lanes = study(std::string(kStudy) + "objective = \"" + objective + "\"\n");
        const DesignOutcome outcome = run(lanes);
        double best_of_all = -std::numeric_limits<double>::infinity();
        for (const StudyRow& best : outcome.results.best.rows) {
            EXPECT_TRUE(best.certified);
            for (const StudyRow& row : outcome.results.evaluations.rows) {
                if (row.point != best.point || !row.certified) continue;
                EXPECT_GE(objective_of(lanes, best), objective_of(lanes, row));
            }
            best_of_all = std::max(best_of_all, objective_of(lanes, best));
        }
        ASSERT_TRUE(outcome.best);
        EXPECT_EQ(objective_of(lanes, outcome.results.best.rows[*outcome.best]), best_of_all);
    }
}

// With k_mean 3 and at most 2, no economy of that combination exists.
TEST_F(SearchDesigns, ACombinationWithoutEconomyIsARowWithItsReason) {
    const auto path = scratch_ / "out.h5";
    StudyFile file(path, "Lanes");
    const DesignOutcome outcome = run(study(), {"resource.lane.k_max=2"}, &file);
    file.write_design(outcome.results);
    file.commit({"test", 1}, 0.0);
    const StudyRow& none = outcome.results.best.rows[2];
    EXPECT_EQ(none.error, "none of 7 economies has a certified equilibrium in which every type gains");
    EXPECT_TRUE(std::isnan(none.variables.front()));
    EXPECT_FALSE(outcome.base[2]);
    const StudyRow& refused = outcome.results.evaluations.rows.back();
    EXPECT_EQ(refused.reason, "failed");
    EXPECT_NE(refused.error.find("k_mean = 3 (above k_max = 2)"), std::string::npos) << refused.error;
    const auto entries = list_equilibria(path);
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_EQ(entries[2].error, none.error);
    EXPECT_EQ(read_summary(path, entries[0].group).welfare.nash.endogenous,
              outcome.results.best.rows[0].nash.endogenous);
}

TEST_F(SearchDesigns, WhatIsNotCertifiedIsNeverBest) {
    const DesignOutcome outcome = run(study(), {"solver.max_iterations=5"});
    EXPECT_FALSE(outcome.best);
    for (const StudyRow& row : outcome.results.evaluations.rows) {
        EXPECT_FALSE(row.certified);
        EXPECT_EQ(row.reason, "iteration limit");
    }
}

TEST_F(SearchDesigns, ABaseOutsideTheBoundsIsNoPoint) {
    const DesignOutcome outcome = run(study(kStudy, "lower = 0.05", "lower = 0.25"));
    EXPECT_FALSE(outcome.base[0]);
    EXPECT_EQ(outcome.results.evaluations.rows.front().evaluation, 1);
}

TEST_F(SearchDesigns, Refuses) {
    EXPECT_NE(refusal(study(kStudy, "\"width\"", "\"stationarity\"")).find("variable.name = stationarity"),
              std::string::npos);
    const std::string message = refusal(study(), {"resource.*.priority_capacity=0.1"});
    EXPECT_NE(message.find("--set resource.*.priority_capacity=0.1"), std::string::npos) << message;
    EXPECT_NE(message.find("variable width"), std::string::npos) << message;
    EXPECT_NE(refusal(study(), {"resource.lane.k_max=0"}).find("1 <= k_max"), std::string::npos);
    std::string grid(kStudy);
    EXPECT_NE(refusal(study(grid.substr(0, grid.find("[[variable]]")))).find("polykarma sweep"), std::string::npos);
}

TEST_F(SearchDesigns, IsTheSameOnAnyRanks) {
    const StudyConfig lanes = study();
    const DesignOutcome alone = run(lanes, {"resource.lane.k_max=2"});
    for (const int size : test::kRankCounts)
        test::on_ranks(size, [&](const Collective& ranks) {
            const DesignOutcome outcome =
                search_designs(lanes, std::vector<std::string>{"resource.lane.k_max=2"}, ranks, nullptr, silent);
            if (!ranks.is_root()) return;
            EXPECT_EQ(outcome.best, alone.best);
            ASSERT_EQ(outcome.results.evaluations.rows.size(), alone.results.evaluations.rows.size());
            for (std::size_t i = 0; i < alone.results.evaluations.rows.size(); ++i) {
                const StudyRow& a = alone.results.evaluations.rows[i];
                const StudyRow& b = outcome.results.evaluations.rows[i];
                EXPECT_EQ(a.labels, b.labels);
                EXPECT_EQ(a.variables, b.variables);
                EXPECT_EQ(a.start, b.start);
                EXPECT_EQ(a.reason, b.reason);
                EXPECT_EQ(a.error, b.error);
                EXPECT_EQ(a.iterations, b.iterations);
                EXPECT_EQ(test::bits_of(
                              std::vector{a.nash.endogenous, a.nash.exogenous, a.certificate.negative_mass, a.lambda}),
                          test::bits_of(
                              std::vector{b.nash.endogenous, b.nash.exogenous, b.certificate.negative_mass, b.lambda}));
            }
        });
}

}  // namespace
}  // namespace polykarma
