#pragma once

#include <numeric>
#include <string>
#include <vector>

#include "io/group_writer.hpp"
#include "io/simulation_record.hpp"

namespace polykarma::hdf5 {

/// The arrays of a simulation's file that grow with its runs, each named, described and made in one place:
///   visit(meaning, axes, values), with `values` a function of what the kind of array is made of
/// In front of the axes are those that the kind has: run and record, run, run and contest.
class SimulationArrays {
public:
    explicit SimulationArrays(const SimulationRecord& simulation);

    /// One element of run and record: of a TraceRecord.
    template <class Visit>
    void for_each_of_record(Visit&& visit) const;
    /// One element of run: of a Trace.
    template <class Visit>
    void for_each_of_run(Visit&& visit) const;
    /// Elements of run and contest: of AgentTraces, where agents are traced.
    template <class Visit>
    void for_each_of_contest(Visit&& visit) const;

    [[nodiscard]] const Axis& run() const { return run_; }
    [[nodiscard]] const Axis& record() const { return record_; }
    [[nodiscard]] const Axis& contest() const { return contest_; }
    [[nodiscard]] const Axis& cohort() const { return cohort_; }
    [[nodiscard]] const Axis& agent() const { return agent_; }
    [[nodiscard]] Axis karma(Account a) const;
    /// Of a stretch of `every` periods, the last of which may be shorter, the first contest.
    [[nodiscard]] std::size_t first_contest(std::size_t record) const { return record * contests_of_record_; }

private:
    static constexpr const char* kDistance =
        "total variation distance from the distribution of the policy, over type, urgency and all balances";

    std::shared_ptr<const Layout> layout_;
    std::vector<ContestNumber> numbers_;
    std::size_t contests_of_record_;
    bool has_distance_;
    Axis run_, record_, contest_, stage_, cohort_, urgency_, outcome_, account_, agent_;
};

template <class Visit>
void SimulationArrays::for_each_of_record(Visit&& visit) const {
    const Axes cells{stage_, cohort_, urgency_};
    visit(Meaning{"agent_contests", "contests of agents since the record before, by what they came by", ""},
          Axes{stage_, cohort_, urgency_, outcome_}, [](const TraceRecord& r) { return r.tally.outcomes; });
    visit(Meaning{"bid_sum", "sum of the bids of those who took part, since the record before", "karma"}, cells,
          [](const TraceRecord& r) { return r.tally.bids; });
    visit(Meaning{"payoff_sum", "sum of payoffs since the record before", "payoff"}, cells,
          [](const TraceRecord& r) { return r.tally.payoff; });
    visit(Meaning{"karma_lost", "paid since the record before, and nobody had room for it", "karma"}, Axes{stage_},
          [](const TraceRecord& r) { return r.tally.lost; });
    for (std::size_t n = 0; n < numbers_.size(); ++n)
        visit(Meaning{numbers_[n].name, numbers_[n].description + ", mean since the record before", numbers_[n].unit},
              Axes{stage_}, [n](const TraceRecord& r) {
                  std::vector<double> means;
                  for (std::size_t s = 0; s < r.tally.stages; ++s)
                      means.push_back(r.tally.numbers[s][n] / static_cast<double>(r.tally.contests[s]));
                  return means;
              });
    for (const auto a : Range<Account>(account_.length))
        visit(Meaning{"holders_" + layout_->account_name(a), "agents by what they hold in the account", ""},
              Axes{cohort_, karma(a)}, [a](const TraceRecord& r) {
                  std::vector<std::int64_t> holders;
                  for (const auto& cohort : r.karma[a.at()]) holders.insert(holders.end(), cohort.begin(), cohort.end());
                  return holders;
              });
    if (has_distance_)
        visit(Meaning{"distance", kDistance, "1"}, Axes{}, [](const TraceRecord& r) { return std::vector{r.distance}; });
    visit(Meaning{"total_karma", "held by all agents in an account", "karma"}, Axes{account_},
          [](const TraceRecord& r) { return r.held.total_karma; });
    visit(Meaning{"gini", "Gini coefficient of the balances of an account", "1"}, Axes{account_},
          [](const TraceRecord& r) { return r.held.gini; });
}

template <class Visit>
void SimulationArrays::for_each_of_run(Visit&& visit) const {
    const auto of_fairness = [](double Fairness::*measure) {
        return [measure](const Trace& t) {
            std::vector<double> values;
            for (const Fairness& f : t.fairness) values.push_back(f.*measure);
            return values;
        };
    };
    visit(Meaning{"karma_corrected", "units given to or taken from random agents before the first period", "karma"}, Axes{},
          [](const Trace& t) { return std::vector{t.corrected}; });
    visit(Meaning{"bids_beyond_policy", "bids of agents with more karma than the policy knows of", ""}, Axes{},
          [](const Trace& t) { return std::vector{t.beyond_policy}; });
    if (has_distance_)
        visit(Meaning{"distance_before", "distance before the first period", "1"}, Axes{},
              [](const Trace& t) { return std::vector{t.distance_before}; });
    visit(Meaning{"bid_distance", "mean |bid - the policy's most likely one|, burn-in included; NaN of who follows the policy",
                  "karma"},
          Axes{cohort_}, [](const Trace& t) {
              std::vector<double> distance;
              for (std::size_t c = 0; c < t.bid_distance.size(); ++c)
                  distance.push_back(static_cast<double>(t.bid_distance[c]) / static_cast<double>(t.bids_compared[c]));
              return distance;
          });
    visit(Meaning{"access_deviation", "standard deviation over agents of the part of own contests with the first outcome", "1"},
          Axes{cohort_}, of_fairness(&Fairness::access));
    visit(Meaning{"reward_deviation", "standard deviation over agents of the mean payoff per contest", "payoff"}, Axes{cohort_},
          of_fairness(&Fairness::reward));
    if (agent_.length == 0) return;
    visit(Meaning{"traces/agent_number", "number among all agents", ""}, Axes{agent_},
          [](const Trace& t) { return std::vector<std::int64_t>(t.traced.begin(), t.traced.end()); });
    visit(Meaning{"traces/cohort", "the cohort of an agent", ""}, Axes{agent_}, [](const Trace& t) { return t.traced_cohort; });
}

template <class Visit>
void SimulationArrays::for_each_of_contest(Visit&& visit) const {
    if (agent_.length == 0) return;
    const Axes axes{agent_};
    visit(Meaning{"traces/urgency_state", "number of the urgency state", ""}, axes,
          [](const AgentTraces& t) { return t.exogenous; });
    visit(Meaning{"traces/bid", "bid, -1 of who stays away", "karma"}, axes, [](const AgentTraces& t) { return t.bid; });
    visit(Meaning{"traces/outcome_number", "number of the outcome", ""}, axes,
          [](const AgentTraces& t) { return t.outcome; });
    for (const auto a : Range<Account>(account_.length))
        visit(Meaning{"traces/" + karma(a).name, "balance when bids are placed", "karma"}, axes,
              [a](const AgentTraces& t) { return t.karma[a.at()]; });
}

}  // namespace polykarma::hdf5
