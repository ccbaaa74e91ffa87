#include "agents/population_measures.hpp"

#include <cmath>

namespace polykarma {
namespace {

/// measure(run) over the runs.
template <class Measure>
Estimate over(std::span<const Trace> runs, Measure&& measure) {
    std::vector<double> values;
    for (const Trace& run : runs) values.push_back(measure(run));
    return estimate_of(values);
}

/// A few runs may be close to each other by chance, and so may batches that follow each other: the larger error of both.
template <class Measure>
Estimate over(std::span<const Trace> runs, const Experience& experience, Measure&& measure) {
    const Estimate of_batches = experience.estimate(measure);
    const Estimate of_runs = over(runs, [&](const Trace& run) { return measure(Experience({&run, 1}).all()); });
    return {of_batches.mean, std::fmax(of_batches.error, of_runs.error)};
}

}  // namespace

PopulationMeasures measures_of(std::span<const Trace> runs, const std::vector<bool>& takes_part, std::size_t types) {
    PopulationMeasures measures;
    const Experience experience(runs);
    measures.efficiency = over(runs, experience, [&](const Tally& tally) {
        const CellSum sum = sum_of(tally, takes_part);
        return sum.payoff / sum.contests;
    });
    measures.access_fairness = over(runs, [](const Trace& run) { return -run.everybody.access; });
    measures.reward_fairness = over(runs, [](const Trace& run) { return -run.everybody.reward; });
    for (std::size_t t = 0; t < types; ++t) {
        const auto of = [&](auto number) {
            return over(runs, experience, [&](const Tally& tally) {
                CellSum sum;
                for (std::size_t c = 0; c < runs.front().cohorts.size(); ++c)
                    if (runs.front().cohorts[c].type.at() == t) sum.add(sum_of(tally, takes_part, c));
                return number(sum);
            });
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
