#include "agents/tally.hpp"

#include <algorithm>
#include <functional>

namespace polykarma {
namespace {

template <class T>
void add_to(std::vector<T>& sums, const std::vector<T>& terms) {
    std::ranges::transform(sums, terms, sums.begin(), std::plus<>());
}

}  // namespace

Tally::Tally(std::size_t stage_count, std::size_t cohort_count, std::size_t exogenous, std::size_t outcome_kinds)
    : stages(stage_count),
      cohorts(cohort_count),
      exogenous_states(exogenous),
      outcome_count(outcome_kinds),
      outcomes(cells() * outcome_kinds),
      bids(cells()),
      payoff(cells()),
      contests(stage_count),
      numbers(stage_count),
      lost(stage_count) {}

void Tally::add(const Tally& other) {
    add_to(outcomes, other.outcomes);
    add_to(bids, other.bids);
    add_to(payoff, other.payoff);
    add_to(contests, other.contests);
    add_to(lost, other.lost);
    for (std::size_t r = 0; r < stages; ++r) {
        numbers[r].resize(other.numbers[r].size(), 0.0);
        add_to(numbers[r], other.numbers[r]);
    }
}

}  // namespace polykarma
