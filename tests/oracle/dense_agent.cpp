#include <algorithm>
#include <cmath>

#include "oracle/dense_economy.hpp"
#include "oracle/linear_solve.hpp"

namespace polykarma::oracle {
void solve(std::vector<Values>& a, Values& b) {
    const std::size_t n = b.size();
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t pivot = k;
        for (std::size_t i = k + 1; i < n; ++i)
            if (std::abs(a[i][k]) > std::abs(a[pivot][k])) pivot = i;
        std::swap(a[k], a[pivot]);
        std::swap(b[k], b[pivot]);
        for (std::size_t i = k + 1; i < n; ++i) {
            const Real factor = a[i][k] / a[k][k];
            if (factor == 0.0L) continue;
            for (std::size_t j = k; j < n; ++j) a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
    for (std::size_t k = n; k-- > 0;) {
        for (std::size_t j = k + 1; j < n; ++j) b[k] -= a[k][j] * b[j];
        b[k] /= a[k][k];
    }
}

DenseAgent::DenseAgent(const DenseEconomy& economy, const std::vector<DenseEconomy::Aggregates>& aggregates)
    : economy_(&economy) {
    for (std::size_t r = 0; r < economy.stages(); ++r) {
        reward_.emplace_back(economy.states().size());
        transitions_.emplace_back(economy.states().size());
        for (std::size_t x = 0; x < economy.states().size(); ++x) {
            const auto& state = economy.states()[x];
            for (std::size_t a = 0; a < economy.bid_limit(r, state) + 2; ++a) {
                reward_[r][x].push_back(economy.reward(r, aggregates[r], state.urgency, a));
                transitions_[r][x].push_back(economy.transitions(r, aggregates[r], x, a));
                const Real discount = economy.description().types[state.type].discount[r];
                for (auto& [to, weight] : transitions_[r][x].back()) weight *= discount;
            }
        }
    }
}

std::vector<Values> DenseAgent::value_of(const std::vector<Rows>& response) const {
    const std::size_t states = economy_->states().size();
    const std::size_t stages = economy_->stages();
    std::vector<Values> matrix(stages * states, Values(stages * states, 0.0L));
    Values solution(stages * states, 0.0L);
    for (std::size_t r = 0; r < stages; ++r)
        for (std::size_t x = 0; x < states; ++x) {
            const std::size_t row = r * states + x;
            matrix[row][row] += 1.0L;
            for (std::size_t a = 0; a < response[r][x].size(); ++a) {
                const Real weight = response[r][x][a];
                if (weight == 0.0L) continue;
                solution[row] += weight * reward_[r][x][a];
                for (const auto& [to, p] : transitions_[r][x][a])
                    matrix[row][economy_->next(r) * states + to] -= weight * p;
            }
        }
    solve(matrix, solution);
    std::vector<Values> value;
    for (auto at = solution.begin(); at != solution.end(); at += static_cast<std::ptrdiff_t>(states))
        value.emplace_back(at, at + static_cast<std::ptrdiff_t>(states));
    return value;
}

std::vector<Values> DenseAgent::optimal(std::vector<Values> value) const {
    const std::size_t states = economy_->states().size();
    while (true) {
        std::vector<Rows> greedy(economy_->stages(), Rows(states));
        Real gain = 0.0L;
        for (std::size_t r = 0; r < economy_->stages(); ++r)
            for (std::size_t x = 0; x < states; ++x) {
                Values q = reward_[r][x];
                for (std::size_t a = 0; a < q.size(); ++a)
                    for (const auto& [to, p] : transitions_[r][x][a]) q[a] += p * value[economy_->next(r)][to];
                const auto best = std::max_element(q.begin(), q.end());
                gain = std::max(gain, *best - value[r][x]);
                greedy[r][x].assign(q.size(), 0.0L);
                greedy[r][x][static_cast<std::size_t>(best - q.begin())] = 1.0L;
            }
        if (gain < 1e-15L) return value;  // values are of order 1 to 100; extended precision resolves 1e-17
        value = value_of(greedy);
    }
}

}  // namespace polykarma::oracle
