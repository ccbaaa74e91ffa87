#include "oracle/dense_average.hpp"

#include <algorithm>
#include <utility>

#include "oracle/linear_solve.hpp"

namespace polykarma::oracle {

AverageAgent::AverageAgent(Rows reward, std::vector<std::vector<Transitions>> transitions)
    : reward_(std::move(reward)), transitions_(std::move(transitions)) {}

std::vector<Values> AverageAgent::matrix(const Rows& response) const {
    std::vector<Values> p(states(), Values(states(), 0.0L));
    for (std::size_t x = 0; x < states(); ++x)
        for (std::size_t a = 0; a < response[x].size(); ++a)
            for (const auto& [to, weight] : transitions_[x][a]) p[x][to] += response[x][a] * weight;
    return p;
}

Real AverageAgent::payoff(const Rows& response) const {
    const auto p = matrix(response);
    // mu (1 - P) = 0, its last equation replaced by sum mu = 1.
    std::vector<Values> equations(states(), Values(states(), 0.0L));
    for (std::size_t x = 0; x < states(); ++x)
        for (std::size_t y = 0; y < states(); ++y)
            equations[y][x] = y + 1 == states() ? 1.0L : (x == y ? 1.0L : 0.0L) - p[x][y];
    Values law(states(), 0.0L);
    law.back() = 1.0L;
    solve(equations, law);
    Real payoff = 0.0L;
    for (std::size_t x = 0; x < states(); ++x)
        for (std::size_t a = 0; a < response[x].size(); ++a) payoff += law[x] * response[x][a] * reward_[x][a];
    return payoff;
}

Values AverageAgent::bias(const Rows& response) const {
    const auto p = matrix(response);
    // h + g - P h = r with h[0] = 0: the first unknown is g instead.
    std::vector<Values> equations(states(), Values(states(), 0.0L));
    Values h(states(), 0.0L);
    for (std::size_t x = 0; x < states(); ++x) {
        for (std::size_t y = 1; y < states(); ++y) equations[x][y] = (x == y ? 1.0L : 0.0L) - p[x][y];
        equations[x][0] = 1.0L;
        for (std::size_t a = 0; a < response[x].size(); ++a) h[x] += response[x][a] * reward_[x][a];
    }
    solve(equations, h);
    h[0] = 0.0L;
    return h;
}

Real AverageAgent::largest_payoff(Rows response) const {
    for (bool improved = true; improved;) {
        const Values h = bias(response);
        improved = false;
        for (std::size_t x = 0; x < states(); ++x) {
            Values q = reward_[x];
            Real followed = 0.0L;
            for (std::size_t a = 0; a < q.size(); ++a) {
                for (const auto& [to, p] : transitions_[x][a]) q[a] += p * h[to];
                followed += response[x][a] * q[a];
            }
            const auto best = std::max_element(q.begin(), q.end());
            if (*best - followed < 1e-14L) continue;  // values are of order 1 to 100
            improved = true;
            response[x].assign(q.size(), 0.0L);
            response[x][static_cast<std::size_t>(best - q.begin())] = 1.0L;
        }
    }
    return payoff(response);
}

}  // namespace polykarma::oracle
