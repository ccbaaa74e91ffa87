#include "agents/population_measures.hpp"

namespace polykarma {
namespace {

/// measure(run) over the runs.
template <class Measure>
Estimate over(std::span<const Trace> runs, Measure&& measure) {
    std::vector<double> values;
    for (const Trace& run : runs) values.push_back(measure(run));
    return estimate_of(values);
}

/// All that the agents of one type, or of all of them, experienced in a run.
CellSum experienced(const Trace& run, const std::vector<bool>& takes_part, std::size_t type, bool everybody) {
    CellSum sum;
    for (const Tally& batch : run.batches)
        for (std::size_t c = 0; c < run.cohorts.size(); ++c)
            if (everybody || run.cohorts[c].type.at() == type) sum.add(sum_of(batch, takes_part, c));
    return sum;
}

}  // namespace

PopulationMeasures measures_of(std::span<const Trace> runs, const std::vector<bool>& takes_part, std::size_t types) {
    PopulationMeasures measures;
    measures.efficiency = over(runs, [&](const Trace& run) {
        const CellSum sum = experienced(run, takes_part, 0, true);
        return sum.payoff / sum.contests;
    });
    measures.access_fairness = over(runs, [](const Trace& run) { return -run.everybody.access; });
    measures.reward_fairness = over(runs, [](const Trace& run) { return -run.everybody.reward; });
    for (std::size_t t = 0; t < types; ++t) {
        const auto of = [&](auto number) {
            return over(runs, [&](const Trace& run) { return number(experienced(run, takes_part, t, false)); });
        };
        measures.types.push_back({of([](const CellSum& sum) { return sum.successes / sum.taking_part; }),
                                  of([](const CellSum& sum) { return sum.payoff / sum.contests; })});
    }
    return measures;
}

std::vector<AgentMeasure> agent_measures(const std::vector<std::string>& types) {
    using Measures = PopulationMeasures;
    std::vector<AgentMeasure> measures{
        {"agents_efficiency", &Measures::efficiency},
        {"agents_access_fairness", &Measures::access_fairness},
        {"agents_reward_fairness", &Measures::reward_fairness},
    };
    for (std::size_t t = 0; t < types.size(); ++t) {
        const auto of_type = [t](Estimate Measures::OfType::*number) {
            return [t, number](const Measures& m) -> const Estimate& { return m.types[t].*number; };
        };
        measures.push_back({"agents_access_" + types[t], of_type(&Measures::OfType::access)});
        measures.push_back({"agents_payoff_" + types[t], of_type(&Measures::OfType::payoff)});
    }
    return measures;
}

}  // namespace polykarma
