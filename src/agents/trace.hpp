#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <vector>

#include "agents/distance.hpp"
#include "agents/simulation.hpp"
#include "base/keeping_wish.hpp"

namespace polykarma {

/// What all agents hold in the accounts.   [account]
struct Holdings {
    std::vector<std::int64_t> total_karma;
    std::vector<double> gini;

    template <class Self, class Visit>
    static void for_each_member(Self& self, Visit&& visit) {
        visit(self.total_karma), visit(self.gini);
    }
};

/// A population at the end of a period, and what it experienced since the record before.
struct TraceRecord {
    std::uint32_t period = 0;  ///< so many have been played
    Tally tally;
    /// [account][cohort][balance] agents; the last balance stands for itself and more.
    std::vector<std::vector<std::vector<std::int64_t>>> karma;
    Holdings held;
    double distance = 0.0;  ///< from the distribution that the population is compared with; NaN without one
};

/// Over the agents of a cohort, or all, each with what it experienced in the whole run.
struct Fairness {
    double access = 0.0;  ///< standard deviation of the part of own contests that were successes
    double reward = 0.0;  ///< standard deviation of the mean payoff per contest at all

    template <class Self, class Visit>
    static void for_each_member(Self& self, Visit&& visit) {
        visit(self.access), visit(self.reward);
    }
};

/// Some agents, contest by contest: [contest][agent].
struct AgentTraces {
    std::vector<std::int32_t> exogenous, bid, outcome;
    std::vector<std::vector<std::int32_t>> karma;  ///< [account], when bids are placed

    /// The same agents, later.
    void append(const AgentTraces& later);
    template <class Self, class Visit>
    static void for_each_member(Self& self, Visit&& visit) {
        visit(self.exogenous), visit(self.bid), visit(self.outcome), visit(self.karma);
    }
};

/// What is kept of one run: no more of a long one than of a short one. The same on all ranks.
struct Trace {
    static constexpr std::size_t kMostBatches = 32;

    std::uint64_t seed = 0;
    std::vector<Cohort> cohorts;
    std::int64_t corrected = 0;      ///< units of karma given to or taken from agents before the first period
    std::int64_t beyond_policy = 0;  ///< bids of agents with more karma than the policy knows of
    /// [cohort] Of those that do not follow the policy: sum of |bid - its most likely one|, and of how many bids; burn-in
    /// included.
    std::vector<std::int64_t> bid_distance, bids_compared;
    std::size_t records = 0;                  ///< made so far
    std::vector<Tally> batches;               ///< experiences of consecutive records, as evenly many as they get
    Holdings first, last;                     ///< at these records
    double distance_before = 0.0, distance_after = 0.0;  ///< before the first period, at the last record; as in records
    std::vector<Fairness> fairness;           ///< [cohort]
    Fairness everybody;                       ///< over all agents
    std::vector<std::uint64_t> traced;        ///< numbers of the agents that are traced, increasing
    std::vector<std::int32_t> traced_cohort;  ///< [traced agent]
    double seconds = 0.0;                     ///< of the periods

    /// Adds a record of as many as there are to be.
    void add(const TraceRecord& record, std::size_t of);

    /// All but the cohorts, which are those of the population.
    template <class Self, class Visit>
    static void for_each_member(Self& self, Visit&& visit) {
        visit(self.seed), visit(self.corrected), visit(self.beyond_policy), visit(self.bid_distance);
        visit(self.bids_compared), visit(self.records), visit(self.batches), visit(self.first), visit(self.last);
        visit(self.distance_before), visit(self.distance_after);
        visit(self.fairness), visit(self.everybody), visit(self.traced), visit(self.traced_cohort), visit(self.seconds);
    }
};

/// How long a population plays and what is kept of it.
struct TracePlan {
    std::uint32_t burn_in = 0;       ///< periods that are not measured
    std::uint32_t periods = 0;       ///< that are
    std::uint32_t every = 1;         ///< periods between records; what is left at the end is a record of its own
    std::uint64_t traced_agents = 0;

    [[nodiscard]] std::size_t records() const { return (std::size_t{periods} + every - 1) / every; }
};

/// A run that has not ended, beside what its agents have.
struct OpenRun {
    RunState state;
    Trace trace;       ///< so far
    AgentTraces seen;  ///< since the record before; the root has it

    template <class Self, class Visit>
    static void for_each_member(Self& self, Visit&& visit) {
        visit(self.state), visit(self.trace), visit(self.seen);
    }
};

/// Keeps runs, so that another program can go on with them. All ranks call together and hear the same.
class RunKeeper {
public:
    RunKeeper() = default;
    virtual ~RunKeeper() = default;
    RunKeeper(const RunKeeper&) = delete;
    RunKeeper& operator=(const RunKeeper&) = delete;

    /// Runs that had ended, in their order.
    [[nodiscard]] virtual std::vector<Trace> ended() = 0;
    /// The next run, if it had begun; fills the agents in.
    [[nodiscard]] virtual std::optional<OpenRun> resumed(Population& agents) = 0;

    /// Between any two periods: whether the state is wanted, and with it the end.
    using Wish = KeepingWish;
    [[nodiscard]] virtual Wish wish(std::uint32_t periods) = 0;
    virtual void keep(const OpenRun& run, const Population& agents) = 0;
    /// A run has ended; the next one begins.
    virtual void end(const Trace& trace) = 0;
};

/// Takes down what happens in runs while it happens. All ranks call together and hear the same.
class TraceRecorder {
public:
    TraceRecorder() = default;
    virtual ~TraceRecorder() = default;
    TraceRecorder(const TraceRecorder&) = delete;
    TraceRecorder& operator=(const TraceRecorder&) = delete;

    /// The record of this number of a run, from 0, and the contests of the traced agents since the record before, which
    /// the root has. One that was taken down before a run was resumed may come again, and is the same.
    virtual void record(std::size_t run, std::size_t number, const TraceRecord& record, const AgentTraces& seen) = 0;
    virtual void end(std::size_t run, const Trace& trace) = 0;
    /// What has been taken down survives a power failure.
    virtual void flush() = 0;
};

/// Who watches a run and who keeps it.
struct RunCompany {
    std::size_t run = 0;                               ///< its number among others
    std::function<void(std::uint32_t period)> played;  ///< told after every period
    RunKeeper* keeper = nullptr;
    const Distance* distance = nullptr;  ///< that the population is compared by
    TraceRecorder* recorder = nullptr;  ///< without one no agents are traced
    std::optional<OpenRun> resumed;     ///< to go on from; the agents are as they were then
};

/// Plays and records. Collective. Throws Stopped when the keeper asks for that.
[[nodiscard]] Trace play(Simulation& simulation, const Contest& contest, const TracePlan& plan,
                         const RandomNumbers& numbers, const Collective& ranks, RunCompany company = {});

/// Gini coefficient of balances, from how many hold each: half the mean difference of two of them over their mean; 0
/// when nobody holds anything.
[[nodiscard]] double gini(std::span<const std::int64_t> holders);

}  // namespace polykarma
