#pragma once

#include <vector>

#include "oracle/dense_economy.hpp"

namespace polykarma::oracle {

/// What one agent earns in a period on average, by stationary laws and linear equations. Every policy has to leave one
/// class of states that recur.
class AverageAgent {
public:
    /// reward, transitions [state][action]
    AverageAgent(Rows reward, std::vector<std::vector<Transitions>> transitions);

    /// Rewards under the stationary law of a response.
    [[nodiscard]] Real payoff(const Rows& response) const;
    /// The largest there is: policy iteration from a response (Howard, 1960).
    [[nodiscard]] Real largest_payoff(Rows response) const;

private:
    [[nodiscard]] std::size_t states() const { return reward_.size(); }
    [[nodiscard]] std::vector<Values> matrix(const Rows& response) const;
    /// Relative values: that of the first state is 0.
    [[nodiscard]] Values bias(const Rows& response) const;

    Rows reward_;
    std::vector<std::vector<Transitions>> transitions_;
};

}  // namespace polykarma::oracle
