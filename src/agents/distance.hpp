#pragma once

#include "agents/population.hpp"
#include "game/partition.hpp"

namespace polykarma {

/// How far a population is from a distribution: the total variation distance of their laws over (type, urgency, balance of
/// every account) at the first stage. Agents with more karma than the distribution knows of count at the largest
/// balance that it does.
class Distance {
public:
    /// mass: of all states, kept by the caller
    explicit Distance(const Field& mass) : mass_(mass) {}

    /// Half the sum over states of |share of the agents - d|. Collective; time and memory of one stage's states.
    [[nodiscard]] double operator()(const Population& agents, const Collective& ranks) const;

    /// What it is on average for as many agents that are drawn from the distribution, each by itself: the mean deviation of
    /// a binomial number, 2 k C(n, k) p^k (1 - p)^(n - k + 1) with k = floor(n p) + 1 (de Moivre 1730).
    [[nodiscard]] double of_sample(const std::vector<Cohort>& cohorts) const;

private:
    const Field& mass_;
};

}  // namespace polykarma
