// A study on one rank: its rows, its file, and points that fail.
#include "study/run_study.hpp"

#include <cmath>
#include <csignal>
#include <fstream>
#include <string>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "io/sample.hpp"
#include "io/stored_equilibrium.hpp"
#include "parallel/stop_request.hpp"
#include "support/ranks.hpp"

namespace polykarma {
namespace {

using test::ScratchDirectory;

/// One account of at most four units.
constexpr const char* kEconomy = R"(title = "Lane"
urgency = [{ name = "calm", value = 1 }, { name = "urgent", value = 6 }]
resource = [{ name = "lane", capacity = 0.5, priority_capacity = 0.2, k_max = 4, k_mean = 1, discount = 0.9 }]
type = [{ name = "A", share = 1, chain = { draw = { calm = 0.8, urgent = 0.2 } } }]
solver = { max_iterations = 30 }
)";

constexpr const char* kStudy = R"(title = "Means"
base = "economy.toml"
starts = ["even", "zero"]
[[axis]]
name = "mean"
key = "resource.lane.k_mean"
values = [1, 2]
)";

constexpr const char* kCapacities = R"(title = "Capacities"
base = "economy.toml"
starts = ["even", "zero"]
[[axis]]
name = "k"
key = "resource.lane.k_max"
values = [2, 6, 4]
[[axis]]
name = "capacity"
key = "resource.lane.priority_capacity"
from = 0.1
to = 0.22
count = 3
)";


Progress silent(std::size_t, const EconomyConfig&) { return {}; }

class RunStudy : public testing::Test {
protected:
    RunStudy() { std::ofstream(scratch_ / "economy.toml") << kEconomy; }

    StudyConfig study(std::string text = kStudy, const std::string& passage = "", const std::string& replacement = "") {
        if (!passage.empty()) text.replace(text.find(passage), passage.size(), replacement);
        std::ofstream(scratch_ / "study.toml") << text;
        return read_study(scratch_ / "study.toml");
    }
    static StudyOutcome run(const StudyConfig& study, const std::vector<std::string>& overrides = {},
                            StudyFile* file = nullptr) {
        return run_study(study, overrides, Collective::serial(), file, silent);
    }
    std::string refusal(const StudyConfig& study, const std::vector<std::string>& overrides = {}) {
        bool began = false;
        try {
            static_cast<void>(run_study(study, overrides, Collective::serial(), nullptr,
                                        [&](std::size_t, const EconomyConfig&) -> Progress {
                                            began = true;
                                            return {};
                                        }));
        } catch (const InputError& error) {
            EXPECT_FALSE(began);
            return error.what();
        }
        ADD_FAILURE() << "no InputError";
        return {};
    }

    ScratchDirectory scratch_;
};

TEST_F(RunStudy, HasARowPerPointInTheirOrder) {
    const StudyOutcome outcome = run(study());
    ASSERT_EQ(outcome.results.rows.size(), 4u);
    ASSERT_EQ(outcome.summaries.size(), 4u);
    ASSERT_EQ(outcome.seconds.size(), 4u);
    EXPECT_EQ(outcome.results.axes, std::vector<std::string>{"mean"});
    EXPECT_EQ(outcome.results.types, std::vector<std::string>{"A"});
    for (std::size_t i = 0; i < 4; ++i) {
        const StudyRow& row = outcome.results.rows[i];
        EXPECT_EQ(row.point, i);
        EXPECT_EQ(row.labels, std::vector<std::string>{i < 2 ? "1" : "2"});
        EXPECT_EQ(row.start, i % 2 == 0 ? "even" : "zero");
        EXPECT_EQ(row.reason, "iteration limit");
        EXPECT_EQ(row.iterations, 30);
        EXPECT_EQ(row.error, "");
        EXPECT_EQ(row.certificate.stationarity, outcome.summaries[i].certificate.stationarity);
        EXPECT_GT(row.certificate.stationarity, 0.0);
    }
}

TEST_F(RunStudy, TellsOfEveryPointAndItsEconomy) {
    std::vector<std::pair<std::size_t, double>> told;
    long iterations = 0;
    static_cast<void>(run_study(study(), {}, Collective::serial(), nullptr,
                                [&](std::size_t index, const EconomyConfig& economy) -> Progress {
                                    told.emplace_back(index, economy.resources[0].k_mean);
                                    return [&](long, const Residuals&) { ++iterations; };
                                }));
    EXPECT_EQ(told, (std::vector<std::pair<std::size_t, double>>{{0, 1.0}, {1, 1.0}, {2, 2.0}, {3, 2.0}}));
    EXPECT_GT(iterations, 0);
}

/// Runs that have the time for a few iterations only, one after the other until there is nothing left to do.
///   returns how many were stopped
int run_in_pieces(const StudyConfig& study, const std::vector<std::string>& overrides, const StudyRun& how,
                  long iterations) {
    for (int stopped = 0;; ++stopped) {
        const pid_t child = ::fork();
        if (child == 0) {
            heed_stop_signals();
            long left = iterations;
            const PointProgress counting = [&](std::size_t, const EconomyConfig&) {
                return [&](long, const Residuals&) {
                    if (--left == 0) std::raise(SIGUSR1);
                };
            };
            const StudyOutcome outcome = run_study(study, overrides, Collective::serial(), nullptr, counting, how);
            std::_Exit(outcome.stopped ? 5 : 0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_TRUE(WIFEXITED(status));
        if (WEXITSTATUS(status) != 5) {
            EXPECT_EQ(WEXITSTATUS(status), 0);
            return stopped;
        }
    }
}

TEST_F(RunStudy, APointGoesOnWhereARunWasStopped) {
    const StudyConfig config = study(kCapacities, "[2, 6, 4]", "[2]");
    // 30 iterations lead to no equilibrium: nothing to start from.
    for (const auto& [warm, limit] : {std::pair{false, 30}, std::pair{true, 30}, std::pair{true, 100000}}) {
        const std::vector<std::string> overrides{"solver.max_iterations=" + std::to_string(limit)};
        StudyRun how{.warm_start = warm};
        const StudyOutcome whole = run_study(config, overrides, Collective::serial(), nullptr, silent, how);
        const auto points = static_cast<long>(whole.results.rows.size());
        long iterations = 0;
        for (const StudyRow& row : whole.results.rows) iterations += row.iterations;

        how.folder = JournalFolder{scratch_ / ((warm ? "warm" : "cold") + std::to_string(limit)), {}, true};
        how.stop = stop_signalled;
        const long pieces = run_in_pieces(config, overrides, how, 7);
        EXPECT_GE(pieces, iterations / 7 - points);
        EXPECT_LE(pieces, iterations / 7 + points);
        for (const auto& entry : std::filesystem::directory_iterator(how.folder->path))
            EXPECT_EQ(entry.path().extension(), ".journal") << entry.path();
        how.solve = false;
        const StudyOutcome merged = run_study(config, overrides, Collective::serial(), nullptr, silent, how);
        ASSERT_EQ(merged.results.rows.size(), whole.results.rows.size());
        for (std::size_t i = 0; i < whole.results.rows.size(); ++i) {
            const StudyRow &now = merged.results.rows[i], &then = whole.results.rows[i];
            EXPECT_EQ(now.iterations, then.iterations);
            EXPECT_EQ(now.reason, then.reason);
            EXPECT_EQ(now.warm_from, then.warm_from);
            EXPECT_EQ(now.payoffs[0].endogenous, then.payoffs[0].endogenous);
            EXPECT_EQ(now.certificate.stationarity, then.certificate.stationarity);
        }
    }
}

TEST_F(RunStudy, APointThatFailsIsARowWithItsReason) {
    const auto file = scratch_ / "out.h5";
    StudyFile out(file, "Means");
    const StudyOutcome outcome = run(study(), {"resource.lane.k_max=1"}, &out);
    out.write_results(outcome.results);
    out.commit({"test", 1}, 0.0);

    const StudyRow& failed = outcome.results.rows[2];
    EXPECT_EQ(outcome.results.rows[0].error, "");
    EXPECT_EQ(failed.reason, "failed");
    EXPECT_NE(failed.error.find("k_mean = 2 (above k_max = 1)"), std::string::npos) << failed.error;
    EXPECT_EQ(failed.equilibrium, 0);
    EXPECT_TRUE(failed.payoffs.empty());
    for (const double x : {failed.lambda, failed.nash.endogenous, failed.nash.exogenous, failed.published_distance,
                           failed.certificate.stationarity, failed.certificate.exploitability_max})
        EXPECT_TRUE(std::isnan(x));

    const auto entries = list_equilibria(file);
    ASSERT_EQ(entries.size(), 4u);
    EXPECT_EQ(entries[1].error, "");
    EXPECT_EQ(entries[2].error, failed.error);
    EXPECT_EQ(read_summary(file, entries[1].group).iterations, 30);
}

TEST_F(RunStudy, IsRefusedWhenNoPointCanBeBuilt) {
    EXPECT_EQ(refusal(study(), {"resource.lane.kmax=1"}),
              "--set resource.lane.kmax=1: resource.lane.kmax (unknown key): did you mean k_max?");
    EXPECT_NE(refusal(study(), {"solver.memory_limit=1e-4"}).find("solver.memory_limit = 0.0001 MiB"),
              std::string::npos);
}

TEST_F(RunStudy, AxesAreNotNamedLikeResults) {
    for (const std::string name : {"start", "reason", "stationarity", "error"}) {
        const std::string message = refusal(study(kStudy, "\"mean\"", '"' + name + '"'));
        EXPECT_NE(message.find("axis.name = " + name), std::string::npos) << message;
        EXPECT_NE(message.find("study.toml:"), std::string::npos) << message;
    }
}

TEST_F(RunStudy, TwoRunsAgreeBitForBit) {
    const StudyOutcome a = run(study());
    const StudyOutcome b = run(study());
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(a.results.rows[i].payoffs[0].endogenous, b.results.rows[i].payoffs[0].endogenous);
        EXPECT_EQ(a.results.rows[i].certificate.gain_mean, b.results.rows[i].certificate.gain_mean);
        EXPECT_EQ(a.summaries[i].bid_share, b.summaries[i].bid_share);
    }
}

/// What tables say of a study: all numbers as bits.
std::vector<std::uint64_t> numbers_of(const StudyOutcome& outcome) {
    std::vector<double> numbers;
    for (const StudyRow& row : outcome.results.rows) {
        numbers.push_back(static_cast<double>(row.point));
        numbers.push_back(static_cast<double>(row.iterations));
        numbers.push_back(row.equilibrium);
        numbers.push_back(row.warm_from ? static_cast<double>(*row.warm_from) : -1.0);
        for (const Payoff& payoff : row.payoffs) numbers.push_back(payoff.endogenous);
        for (const double x : {row.nash.endogenous, row.certificate.stationarity, row.certificate.gain_mean})
            numbers.push_back(x);
    }
    for (const EquilibriumSummary& summary : outcome.summaries)
        for (const auto& stage : summary.bid_share) numbers.insert(numbers.end(), stage.begin(), stage.end());
    return test::bits_of(numbers);
}

TEST_F(RunStudy, DoesNotDependOnRanksAndTeams) {
    const StudyConfig config = study(kCapacities);
    for (const bool warm : {false, true}) {
        const auto compute = [&](const Collective& ranks, int together) {
            StudyRun how{.warm_start = warm, .ranks_per_economy = together};
            how.is_full = [](std::size_t) { return false; };
            return run_study(config, std::vector<std::string>{"solver.max_iterations=2000"}, ranks, nullptr, silent,
                             how);
        };
        const StudyOutcome alone = compute(Collective::serial(), 1);
        ASSERT_EQ(alone.results.rows.size(), 18u);
        for (const int size : {2, 3, 5})
            for (const int together : {1, 2})
                test::on_ranks(size, [&](const Collective& ranks) {
                    const StudyOutcome here = compute(ranks, together);
                    EXPECT_EQ(here.timing.points, 18u);
                    if (!ranks.is_root()) return;
                    EXPECT_EQ(numbers_of(here), numbers_of(alone)) << together;
                });
    }
}

TEST_F(RunStudy, WarmStartsFollowTheLastAxis) {
    const StudyOutcome outcome =
        run_study(study(kCapacities), {}, Collective::serial(), nullptr, silent, StudyRun{.warm_start = true});
    // 30 iterations lead to no equilibrium: nothing to start from.
    for (const StudyRow& row : outcome.results.rows) EXPECT_FALSE(row.warm_from);

    const StudyConfig config = study(kCapacities);
    const StudyOutcome solved = run_study(config, std::vector<std::string>{"solver.max_iterations=100000"},
                                          Collective::serial(), nullptr, silent, StudyRun{.warm_start = true});
    for (const StudyRow& row : solved.results.rows) {
        ASSERT_TRUE(row.certified) << row.point;
        const bool first = row.labels[1] == "0.1";
        EXPECT_EQ(row.warm_from, first ? std::nullopt : std::optional(row.point - 2)) << row.point;
    }
}

// Another lattice, and other karma on the same one.
TEST_F(RunStudy, NothingIsStartedFromStatesOfAnotherKind) {
    for (const char* key : {"k_max", "k_mean"}) {
        const StudyConfig config = study(kStudy, "k_mean", key);
        const StudyOutcome outcome = run_study(config, std::vector<std::string>{"solver.max_iterations=100000"},
                                               Collective::serial(), nullptr, silent, StudyRun{.warm_start = true});
        for (const StudyRow& row : outcome.results.rows) {
            EXPECT_TRUE(row.certified);
            EXPECT_FALSE(row.warm_from) << key;
        }
    }
}

TEST_F(RunStudy, StopsBetweenPointsAndGoesOn) {
    const StudyConfig config = study(kCapacities);
    const StudyOutcome whole = run(config);
    int asked = 0;
    StudyRun how{.folder = JournalFolder{scratch_ / "work"}, .stop = [&] { return ++asked > 5; }};
    const StudyOutcome stopped = run_study(config, {}, Collective::serial(), nullptr, silent, how);
    EXPECT_TRUE(stopped.stopped);
    EXPECT_FALSE(stopped.is_collected());
    EXPECT_EQ(stopped.timing.points, 5u);

    how.folder->resume = true;
    how.stop = {};
    const StudyOutcome rest = run_study(config, {}, Collective::serial(), nullptr, silent, how);
    EXPECT_EQ(rest.timing.points, 13u);
    EXPECT_EQ(numbers_of(rest), numbers_of(whole));
}

TEST_F(RunStudy, ShardsArePutTogether) {
    const StudyConfig config = study(kCapacities);
    const StudyOutcome whole = run(config);
    const auto compute = [&](std::size_t shard) {
        const StudyRun how{.folder = JournalFolder{scratch_ / "work", {shard, 4}}};
        EXPECT_FALSE(run_study(config, {}, Collective::serial(), nullptr, silent, how).is_collected());
    };
    const auto merged = [&] {
        const StudyRun how{.folder = JournalFolder{scratch_ / "work", {}, true}, .solve = false};
        return run_study(config, {}, Collective::serial(), nullptr, silent, how);
    };
    for (const std::size_t shard : {2u, 0u, 1u}) compute(shard);
    EXPECT_EQ(merged().missing, 4u);  // 3, 7, 11 and 15
    EXPECT_EQ(merged().results.rows.size(), 14u);
    compute(3);
    EXPECT_EQ(merged().missing, 0u);
    EXPECT_EQ(numbers_of(merged()), numbers_of(whole));
}

}  // namespace
}  // namespace polykarma
