#include "agents/population_measures.hpp"

#include <cmath>

namespace polykarma {
namespace {

/// What all runs experienced, by run and by batch.
class Experiences {
public:
    explicit Experiences(std::span<const Trace> runs) : batches_(runs) {
        for (const Trace& run : runs) runs_.push_back(Experience({&run, 1}).all());
    }
    /// A few runs may be close to each other by chance, and so may batches that follow each other: the larger error of both.
    [[nodiscard]] Estimate estimate(const Experience::Measure& measure) const {
        std::vector<double> of_runs;
        for (const Tally& run : runs_) of_runs.push_back(measure(run));
        const Estimate of_batches = batches_.estimate(measure);
        return {of_batches.mean, std::fmax(of_batches.error, estimate_of(of_runs).error)};
    }

private:
    Experience batches_;
    std::vector<Tally> runs_;
};

/// Of agents at the end of a run.
Estimate fairness(std::span<const Trace> runs, double Fairness::*measure) {
    std::vector<double> of_runs;
    for (const Trace& run : runs) of_runs.push_back(-(run.everybody.*measure));
    return estimate_of(of_runs);
}

double access(const CellSum& sum) { return sum.successes / sum.taking_part; }
double payoff(const CellSum& sum) { return sum.payoff / sum.contests; }

}  // namespace

PopulationMeasures measures_of(std::span<const Trace> runs, const std::vector<bool>& takes_part, std::size_t types) {
    const Experiences experiences(runs);
    PopulationMeasures measures;
    measures.efficiency = experiences.estimate([&](const Tally& tally) { return payoff(sum_of(tally, takes_part)); });
    measures.access_fairness = fairness(runs, &Fairness::access);
    measures.reward_fairness = fairness(runs, &Fairness::reward);
    for (const auto t : Range<Type>(types)) {
        const auto of = [&](double (*measure)(const CellSum&)) {
            return experiences.estimate([&](const Tally& tally) {
                return measure(sum_of_type(tally, takes_part, runs.front().cohorts, t));
            });
        };
        measures.types.push_back({of(access), of(payoff)});
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
