#include <algorithm>
#include <cmath>
#include <list>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "agents/collected_trace.hpp"
#include "agents/estimate.hpp"
#include "agents/pair_contest.hpp"
#include "agents/start.hpp"
#include "agents/trace.hpp"
#include "config/choices.hpp"
#include "support/chi_squared.hpp"
#include "support/ranks.hpp"
#include "support/small_economy.hpp"
#include "welfare/pairwise_benchmark.hpp"

namespace polykarma {
namespace {

/// Urgencies 1, 1 and 10 as in the case study of [SC].
PairwiseRules case_study(Payee payee, double tax = 0.0) {
    const UrgencyChain chain({{{0.95, 0.05, 0.0}, {0.0, 0.5, 0.5}, {0.95, 0.05, 0.0}}});
    return {{{"default", 1.0}, {"intermediate", 1.0}, {"high", 10.0}}, {{"agent", 1.0, chain, 0.9}}, payee, tax, 2.0, 40, 10.0};
}

std::vector<Cohort> cohort_of(std::uint64_t agents) { return {{Type{}, 0, 0, agents}}; }

/// One contest of agents who hold 100 each and bid what they are told; on all ranks, what everybody holds then.
std::vector<std::int64_t> one_contest(const Pairwise& game, const std::vector<std::int32_t>& bids, std::uint32_t time,
                                      const Collective& ranks = Collective::serial()) {
    PairContest contest(game, Allocation::bids, RandomNumbers(5), bids.size(), ranks);
    Population agents(cohort_of(bids.size()), 1, ranks);
    for (std::size_t i = 0; i < agents.size(); ++i) {
        agents.bid[i] = bids[agents.first_agent + i];
        agents.karma[0][i] = 100;
    }
    contest.begin(Stage{}, time);
    agents.for_each_tile([&](const Tile& tile) { contest.offer(agents, tile); });
    contest.decide(agents);
    agents.for_each_tile([&](const Tile& tile) { contest.settle(agents, tile); });
    static_cast<void>(contest.pot());
    std::vector<std::int64_t> karma(bids.size());
    for (std::size_t i = 0; i < agents.size(); ++i) karma[agents.first_agent + i] = agents.karma[0][i];
    ranks.sum(karma);
    return karma;
}

// Each bids a power of two, and losers receive that of their partner: so the matching is known, and the rules with it.
TEST(PairContest, AnyMatchingIsAsLikelyAndTheHigherBidPaysThePeer) {
    const Pairwise game(case_study(Payee::peer));
    for (const std::size_t agents : {4U, 5U, 6U}) {
        SCOPED_TRACE(agents);
        std::vector<std::int32_t> bids;
        for (std::size_t i = 0; i < agents; ++i) bids.push_back(1 << i);
        std::map<std::vector<std::int64_t>, std::int64_t> seen;
        for (std::uint32_t time = 0; time < 6000; ++time) {
            const auto karma = one_contest(game, bids, time);
            std::size_t winners = 0, losers = 0;
            for (std::size_t i = 0; i < agents; ++i) {
                if (karma[i] < 100) {
                    EXPECT_EQ(karma[i], 100 - bids[i]);
                    ++winners;
                } else if (karma[i] > 100) {
                    EXPECT_GT(karma[i] - 100, bids[i]);  // from whoever bid more
                    ++losers;
                }
            }
            EXPECT_EQ(winners, agents / 2);
            EXPECT_EQ(losers, agents / 2);
            EXPECT_EQ(std::accumulate(karma.begin(), karma.end(), std::int64_t{0}), static_cast<std::int64_t>(100 * agents));
            ++seen[karma];
        }
        const std::size_t matchings = agents == 4 ? 3 : 15;
        ASSERT_LE(seen.size(), matchings);
        std::vector<std::int64_t> counts;
        for (const auto& [karma, count] : seen) counts.push_back(count);
        counts.resize(matchings);
        test::expect_drawn_from(std::vector<double>(matchings, 1.0 / static_cast<double>(matchings)), counts);
    }
}

TEST(PairContest, TiesAreDecidedByAFairCoin) {
    const Pairwise game(case_study(Payee::society));
    std::map<std::vector<std::int64_t>, std::int64_t> seen;
    for (std::uint32_t time = 0; time < 6000; ++time) ++seen[one_contest(game, {7, 7, 7, 7}, time)];
    std::vector<std::int64_t> counts;
    for (const auto& [karma, count] : seen) {
        EXPECT_EQ(std::ranges::count(karma, 93), 2);
        counts.push_back(count);
    }
    counts.resize(6);  // any two of four
    test::expect_drawn_from(std::vector<double>(6, 1.0 / 6.0), counts);
}

TEST(PairContest, IsTheSameOnAnyRanks) {
    const Pairwise game(case_study(Payee::peer));
    for (const std::size_t agents : {3U, 4U, 1501U}) {
        std::vector<std::int32_t> bids;
        for (std::size_t i = 0; i < agents; ++i) bids.push_back(static_cast<std::int32_t>(i * 7 % 19));
        const auto alone = one_contest(game, bids, 3);
        for (const int size : test::kRankCounts)
            test::on_ranks(size, [&](const Collective& ranks) { EXPECT_EQ(one_contest(game, bids, 3, ranks), alone); });
    }
}

/// Runs of agents that behave in one way, and what is left of them.
struct Runs {
    Runs(const Pairwise& game, Allocation allocation, Behaviour behaviour, std::uint64_t agents, const TracePlan& plan,
         const std::vector<std::uint64_t>& seeds, const Collective& ranks = Collective::serial()) {
        for (const std::uint64_t seed : seeds) {
            const RandomNumbers numbers(seed);
            PairContest contest(game, allocation, numbers, agents, ranks);
            Population population(cohort_of(agents), 1, ranks);
            static_cast<void>(start_population(contest, nullptr, StartKarma::of_economy, numbers, ranks, population));
            Bidding bidding(contest, {behaviour}, population.cohorts, nullptr, numbers);
            Simulation simulation(contest, bidding, std::move(population), numbers, ranks);
            RunCompany company;
            company.recorder = &collected.emplace_back();
            traces.push_back(play(simulation, contest, plan, numbers, ranks, std::move(company)));
        }
    }
    [[nodiscard]] Estimate payoff() const {
        return Experience(traces).estimate([](const Tally& tally) {
            const CellSum sum = sum_of(tally, {true, true, false}, 0);
            return sum.payoff / sum.taking_part;
        });
    }
    std::vector<Trace> traces;
    std::list<test::CollectedTrace> collected;
};

// 200 agents and 1000 contests of each, as in the paper, ten times: -E[u]/2, -E[u]/2 and -E[min(u, u')]/2 within three
// standard errors.
TEST(PairContest, BenchmarksAreWorthWhatTheyAreInTheMeanField) {
    const Pairwise game(case_study(Payee::society));
    const std::vector<std::uint64_t> seeds{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const Behaviour zero{Behaviour::Rule::zero, 0.0};
    const double coin = benchmark_payoffs(game.rules()).front().endogenous;
    EXPECT_NEAR(coin, -31.0 / 44.0, 1e-12);
    double turn_spread = 0.0, coin_spread = 0.0;
    const auto expect = [&](Allocation allocation, double worth) {
        const Runs runs(game, allocation, zero, 200, {0, 1000, 20, 0}, seeds);
        const Estimate payoff = runs.payoff();
        EXPECT_NEAR(payoff.mean, worth, 3.0 * payoff.error) << name_of(allocation);
        EXPECT_LT(payoff.error, 0.002);
        return runs.traces.front().fairness.front().access;
    };
    coin_spread = expect(Allocation::coin, coin);
    turn_spread = expect(Allocation::turn, coin);
    expect(Allocation::dictator, dictator_efficiency(game.rules()));
    EXPECT_NEAR(coin_spread, 0.5 / std::sqrt(1000.0), 0.003);  // of a binomial part
    EXPECT_LT(turn_spread, 0.001);                             // turns even out
}

TEST(PairContest, TwoWhoTakeTurnsAlternate) {
    const Pairwise game(case_study(Payee::society));
    const Runs runs(game, Allocation::turn, {Behaviour::Rule::zero, 0.0}, 2, {0, 40, 1, 2}, {3});
    const auto& outcome = runs.collected.front().agents.outcome;
    for (std::size_t contest = 0; contest < 40; contest += 2)
        EXPECT_NE(outcome[2 * contest], outcome[2 * (contest + 1)]) << contest;
}

TEST(PairContest, WithTwoTheMoreUrgentWinsUnderTheDictator) {
    const Pairwise game(case_study(Payee::society));
    const Runs runs(game, Allocation::dictator, {Behaviour::Rule::zero, 0.0}, 2, {0, 400, 1, 2}, {3});
    const AgentTraces& traces = runs.collected.front().agents;
    const auto urgent = [&](std::size_t i) { return traces.exogenous[i] == 2; };
    int decided = 0, first = 0, tied = 0;
    for (std::size_t i = 0; i < 800; i += 2) {
        EXPECT_NE(traces.outcome[i], traces.outcome[i + 1]);
        if (urgent(i) != urgent(i + 1)) {
            EXPECT_EQ(traces.outcome[i] == 0, urgent(i));
            ++decided;
        } else {  // also default against intermediate: both are worth 1
            ++tied;
            first += traces.outcome[i] == 0;
        }
    }
    EXPECT_GT(decided, 10);
    EXPECT_NEAR(first, tied / 2.0, 4.0 * std::sqrt(tied / 4.0));
}

TEST(PairContest, KeepsKarmaToTheUnitAndOnePerContestSitsOutOfAnOddNumber) {
    for (const auto payee : {Payee::peer, Payee::society})
        for (const double tax : {0.0, 0.005})
            for (const std::uint64_t agents : {100U, 101U}) {
                const Pairwise game(case_study(payee, tax));
                const Runs runs(game, Allocation::bids, {Behaviour::Rule::fraction, 0.3}, agents, {0, 50, 1, 0}, {4});
                double taxed = 0.0;
                for (const TraceRecord& record : runs.collected.front().records) {
                    EXPECT_EQ(record.held.total_karma.front(), static_cast<std::int64_t>(10 * agents));
                    std::int64_t sits_out = 0, wins = 0;
                    for (std::size_t u = 0; u < 3; ++u) {
                        wins += record.tally.outcomes[3 * u];
                        sits_out += record.tally.outcomes[3 * u + 2];
                    }
                    EXPECT_EQ(wins, static_cast<std::int64_t>(agents / 2));
                    EXPECT_EQ(sits_out, static_cast<std::int64_t>(agents % 2));
                    taxed += record.tally.numbers[0][1];
                }
                EXPECT_EQ(taxed > 0.0, tax > 0.0);
            }
}

// A long run on many ranks, an odd number of agents and more ranks than agents.
TEST(PairContest, RunsAreTheSameOnAnyRanks) {
    const Pairwise game(case_study(Payee::peer, 0.005));
    for (const std::uint64_t agents : {3U, 1201U})
        for (const Allocation allocation : {Allocation::bids, Allocation::turn})
            test::expect_same_bits_on_any_ranks([&](const Collective& ranks) {
                const Runs runs(game, allocation, {Behaviour::Rule::fraction, 0.5}, agents, {0, 12, 4, 0}, {9}, ranks);
                std::vector<double> numbers;
                for (const TraceRecord& record : runs.collected.front().records) {
                    numbers.insert(numbers.end(), record.tally.outcomes.begin(), record.tally.outcomes.end());
                    numbers.insert(numbers.end(), record.tally.payoff.begin(), record.tally.payoff.end());
                    numbers.insert(numbers.end(), record.held.gini.begin(), record.held.gini.end());
                }
                for (const Fairness& f : runs.traces.front().fairness) numbers.insert(numbers.end(), {f.access, f.reward});
                return numbers;
            });
}

}  // namespace
}  // namespace polykarma
