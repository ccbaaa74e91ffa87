#pragma once

#include <cstdint>
#include <vector>

#include "agents/contest.hpp"

namespace polykarma {

/// What agents of all ranks experienced over some contests, by stage, cohort and exogenous state.
struct Tally {
    Tally() = default;
    Tally(std::size_t stages, std::size_t cohorts, std::size_t exogenous, std::size_t outcomes);

    /// One (stage, cohort, exogenous state).
    [[nodiscard]] std::size_t cell(std::size_t stage, std::size_t cohort, std::size_t exogenous) const {
        return (stage * cohorts + cohort) * exogenous_states + exogenous;
    }
    [[nodiscard]] std::size_t cells() const { return stages * cohorts * exogenous_states; }

    std::size_t stages = 0, cohorts = 0, exogenous_states = 0, outcome_count = 0;
    std::vector<std::int64_t> outcomes;       ///< [cell][outcome] contests of agents
    std::vector<std::int64_t> bids;           ///< [cell] sum of the bids of those who took part
    std::vector<double> payoff;               ///< [cell] sum
    std::vector<std::int64_t> contests;       ///< [stage] that were held
    std::vector<std::vector<double>> numbers; ///< [stage][number of the game] sums
    std::vector<std::int64_t> lost;           ///< [stage] karma for which nobody had room

    void add(const Tally& other);

    template <class Self, class Visit>
    static void for_each_member(Self& self, Visit&& visit) {
        visit(self.stages), visit(self.cohorts), visit(self.exogenous_states), visit(self.outcome_count);
        visit(self.outcomes), visit(self.bids), visit(self.payoff);
        visit(self.contests), visit(self.numbers), visit(self.lost);
    }
};

}  // namespace polykarma
