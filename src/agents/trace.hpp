#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "agents/simulation.hpp"

namespace polykarma {

/// A population at the end of a period, and what it experienced since the record before.
struct TraceRecord {
    std::uint32_t period = 0;  ///< so many have been played
    Tally tally;
    /// [account][cohort][balance] agents; the last balance stands for itself and more.
    std::vector<std::vector<std::vector<std::int64_t>>> karma;
    std::vector<std::int64_t> total_karma;  ///< [account]
    std::vector<double> gini;               ///< [account] of the whole population
};

/// Over the agents of a cohort, each with what it experienced in the whole run.
struct Fairness {
    double access = 0.0;  ///< standard deviation of the part of own contests that were successes
    double reward = 0.0;  ///< standard deviation of the mean payoff per contest at all
};

/// A few agents, contest by contest: [contest][agent].
struct AgentTraces {
    std::vector<std::uint64_t> agents;  ///< numbers, increasing
    std::vector<std::int32_t> cohort;   ///< [agent]
    std::vector<std::int32_t> exogenous, bid, outcome;
    std::vector<std::vector<std::int32_t>> karma;  ///< [account], when bids are placed
};

/// What is kept of one run. The same on all ranks, but for the traces of agents, which the root has.
struct Trace {
    std::uint64_t seed = 0;
    std::vector<Cohort> cohorts;
    std::int64_t corrected = 0;      ///< units of karma given to or taken from agents before the first period
    std::int64_t beyond_policy = 0;  ///< bids of agents with more karma than the policy knows of
    std::vector<TraceRecord> records;
    std::vector<Fairness> fairness;  ///< [cohort]
    AgentTraces agents;
    double seconds = 0.0;  ///< of the periods
};

/// How long a population plays and what is kept of it.
struct TracePlan {
    std::uint32_t burn_in = 0;       ///< periods that are not measured
    std::uint32_t periods = 0;       ///< that are
    std::uint32_t every = 1;         ///< periods between records; what is left at the end is a record of its own
    std::uint64_t traced_agents = 0;
};

/// Plays and records. Collective.
///   played: told after every period
[[nodiscard]] Trace play(Simulation& simulation, const Contest& contest, const TracePlan& plan,
                         const RandomNumbers& numbers, const Collective& ranks,
                         const std::function<void(std::uint32_t period)>& played = {});

/// Gini coefficient of balances, from how many hold each: half the mean difference of two of them over their mean; 0
/// when nobody holds anything.
[[nodiscard]] double gini(std::span<const std::int64_t> holders);

}  // namespace polykarma
