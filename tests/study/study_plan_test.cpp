// Units of work and the order in which they are taken.
#include "study/study_plan.hpp"

#include <fstream>
#include <numeric>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "io/sample.hpp"
#include "study/solve_economy.hpp"
#include "support/ranks.hpp"

namespace polykarma {
namespace {

constexpr const char* kEconomy = R"(title = "Lane"
urgency = [{ name = "calm", value = 1 }, { name = "urgent", value = 6 }]
resource = [{ name = "lane", capacity = 0.5, priority_capacity = 0.2, k_max = 4, k_mean = 1, discount = 0.9 }]
type = [{ name = "A", share = 1, chain = { draw = { calm = 0.8, urgent = 0.2 } } }]
)";

constexpr const char* kTwo = R"(title = "Two"
urgency = [{ name = "calm", value = 1 }, { name = "urgent", value = 6 }]
resource = [{ name = "a", capacity = 0.5, priority_capacity = 0.2, k_max = 4, k_mean = 1, discount = 0.9 },
            { name = "b", capacity = 0.5, priority_capacity = 0.2, k_max = 4, k_mean = 1, discount = 0.9 }]
type = [{ name = "A", share = 1, chain = { draw = { calm = 0.8, urgent = 0.2 } } }]
solver = { memory_limit = 100000 }
)";

class Plan : public testing::Test {
protected:
    StudyConfig study(const std::string& body, const char* economy = kEconomy) {
        std::ofstream(scratch_ / "economy.toml") << economy;
        std::ofstream(scratch_ / "study.toml") << "title = \"T\"\nbase = \"economy.toml\"\n" << body;
        return read_study(scratch_ / "study.toml");
    }
    static std::vector<std::size_t> all(const WorkUnits& units) {
        std::vector<std::size_t> pending(units.count());
        std::iota(pending.begin(), pending.end(), std::size_t{0});
        return pending;
    }
    static StudyPlan plan(const StudyConfig& study, int ranks_per_economy = 1,
                          const Collective& ranks = Collective::serial(),
                          const std::vector<std::string>& overrides = {}) {
        const WorkUnits units(study, false);
        return plan_study(study, overrides, units, all(units), ranks_per_economy, ranks);
    }

    test::ScratchDirectory scratch_;
    const std::string sizes_ = "[[axis]]\nname = \"k\"\nkey = \"resource.lane.k_max\"\nvalues = [5, 9, 2, 9, 30, 3]\n"
                               "labels = [\"a\", \"b\", \"c\", \"d\", \"e\", \"f\"]\n";
};

using Numbers = std::vector<std::size_t>;

TEST_F(Plan, TheLongestComeFirstAndEquallyLongOnesInTheirOrder) {
    EXPECT_EQ(plan(study(sizes_)).order, (Numbers{4, 1, 3, 0, 5, 2}));
    EXPECT_EQ(plan(study("starts = [\"even\", \"even_slow\", \"neighbour_1\"]\n")).order, (Numbers{1, 2, 0}));
}

TEST_F(Plan, WhatIsNoEconomyComesLast) {
    EXPECT_EQ(plan(study(sizes_), 1, Collective::serial(), {"resource.lane.k_mean=4"}).order,
              (Numbers{4, 1, 3, 0, 2, 5}));
}

TEST_F(Plan, IsTheSameOnAnyRanks) {
    const StudyConfig config = study("starts = [\"even\", \"zero_slow\"]\n" + sizes_);
    const StudyPlan alone = plan(config);
    for (const int size : test::kRankCounts)
        test::on_ranks(size, [&](const Collective& ranks) {
            const StudyPlan here = plan(config, 1, ranks);
            EXPECT_EQ(here.order, alone.order);
        });
}

TEST_F(Plan, AsManyRanksAsMemoryAsksFor) {
    const StudyConfig config = study("[[axis]]\nname = \"k\"\nkey = \"resource.*.k_max\"\nvalues = [20, 60]\n", kTwo);
    const EconomyConfig large = economy_of(config, config.point(1));
    const auto memory_on = [&](int ranks) { return solve_memory(estimate_size(large), large.solver.method, ranks); };
    ASSERT_LT(memory_on(3), memory_on(2));
    const auto planned = [&](int size, double limit) {
        int found = 0;
        test::on_ranks(size, [&](const Collective& ranks) {
            const StudyPlan here = plan(config, 0, ranks, {fmt::format("solver.memory_limit={}", limit)});
            if (ranks.is_root()) found = here.ranks_per_economy;
        });
        return found;
    };
    EXPECT_EQ(planned(5, memory_on(1)), 1);
    EXPECT_EQ(planned(5, memory_on(3)), 3);
    EXPECT_EQ(planned(2, memory_on(3)), 2);
    EXPECT_EQ(planned(5, 1e-3), 5);
}

TEST_F(Plan, RanksThatWouldBeIdleWorkOnLargeEconomies) {
    const auto planned = [&](const std::string& k_max) {
        const StudyConfig config = study("", kTwo);
        int found = 0;
        test::on_ranks(5, [&](const Collective& ranks) {
            const StudyPlan here = plan(config, 0, ranks, {"resource.*.k_max=" + k_max});
            if (ranks.is_root()) found = here.ranks_per_economy;
        });
        return found;
    };
    EXPECT_EQ(planned("20"), 1);
    // Two stages, a type, two urgencies: 4 * 250^2 = 2.5e5 states.
    EXPECT_EQ(planned("249"), 2);
}

TEST_F(Plan, UnitsCoverEveryPointOnce) {
    const StudyConfig config = study("starts = [\"even\", \"zero\"]\n" + sizes_ +
                                     "[[axis]]\nname = \"d\"\nkey = \"resource.lane.discount\"\nvalues = [0.8, 0.9, 0.95]\n");
    for (const bool chains : {false, true}) {
        const WorkUnits units(config, chains);
        EXPECT_EQ(units.length(), chains ? 3u : 1u);
        std::set<std::size_t> points;
        for (std::size_t unit = 0; unit < units.count(); ++unit)
            for (std::size_t step = 0; step < units.length(); ++step) points.insert(units.point(unit, step));
        EXPECT_EQ(points.size(), config.size());
        EXPECT_EQ(*points.rbegin(), config.size() - 1);
    }
}

TEST_F(Plan, AChainIsTheLastAxisFromOneStart) {
    const StudyConfig config = study("starts = [\"even\", \"zero\"]\n" + sizes_ +
                                     "[[axis]]\nname = \"d\"\nkey = \"resource.lane.discount\"\nvalues = [0.8, 0.9, 0.95]\n");
    const WorkUnits units(config, true);
    for (std::size_t unit = 0; unit < units.count(); ++unit)
        for (std::size_t step = 0; step < 3; ++step) {
            const StudyPoint point = config.point(units.point(unit, step));
            const StudyPoint first = config.point(units.point(unit, 0));
            EXPECT_EQ(point.labels[0], first.labels[0]);
            EXPECT_EQ(point.labels[1], config.axes[1].labels[step]);
            EXPECT_EQ(point.start, first.start);
        }
}

}  // namespace
}  // namespace polykarma
