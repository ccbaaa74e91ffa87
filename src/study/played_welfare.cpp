#include "study/played_welfare.hpp"

#include <utility>

#include "agents/estimate.hpp"
#include "game/families.hpp"
#include "welfare/multi_karma_benchmark.hpp"
#include "welfare/pairwise_benchmark.hpp"

namespace polykarma {

Welfare played_welfare(const SimulationRecord& record, const EconomyConfig& economy) {
    const Tally experienced = Experience(record.runs).all();
    std::vector<Payoff> payoffs;
    for (const auto type : Range<Type>(economy.types.size())) {
        const CellSum sum = sum_of_type(experienced, record.takes_part, record.cohorts, type);
        payoffs.push_back({sum.payoff / sum.contests, sum.payoff / sum.taking_part});
    }
    auto benchmark = with_rules(economy, [](const auto& rules) { return benchmark_payoffs(rules); });
    return welfare(*record.layout, std::move(payoffs), std::move(benchmark), 0.0);
}

}  // namespace polykarma
