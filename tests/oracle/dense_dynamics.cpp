#include "oracle/dense_dynamics.hpp"

#include <algorithm>
#include <cmath>

namespace polykarma::oracle {

DenseDynamics::DenseDynamics(const DenseEconomy& economy, const Constants& constants, std::vector<Values> mass,
                             std::vector<Rows> response)
    : economy_(&economy), constants_(constants), mass_(std::move(mass)), response_(std::move(response)) {
    value_ = DenseAgent(economy, aggregates()).value_of(response_);
}

std::vector<DenseEconomy::Aggregates> DenseDynamics::aggregates() const {
    std::vector<DenseEconomy::Aggregates> m;
    for (std::size_t r = 0; r < economy_->stages(); ++r) m.push_back(economy_->aggregates(r, mass_[r], response_[r]));
    return m;
}

void DenseDynamics::step() {
    const auto m = aggregates();
    const std::size_t stages = economy_->stages();
    const Real rate = static_cast<Real>(constants_.response_rate) * constants_.step;
    const Real h = constants_.step;
    std::vector<Values> pushed(stages);
    for (std::size_t r = 0; r < stages; ++r)
        pushed[economy_->next(r)] = economy_->push(r, m[r], mass_[r], response_[r]);
    for (std::size_t r = stages; r-- > 0;) {
        const Rows q = economy_->action_values(r, m[r], value_[economy_->next(r)]);
        for (std::size_t x = 0; x < q.size(); ++x) {
            auto& pi = response_[r][x];
            const Real best = *std::max_element(q[x].begin(), q[x].end());
            Real followed = 0.0L, total = 0.0L;
            for (std::size_t a = 0; a < pi.size(); ++a) {
                followed += pi[a] * q[x][a];
                total += std::exp(static_cast<Real>(constants_.lambda) * (q[x][a] - best));
            }
            value_[r][x] = followed;
            for (std::size_t a = 0; a < pi.size(); ++a) {
                const Real weight = std::exp(static_cast<Real>(constants_.lambda) * (q[x][a] - best)) / total;
                pi[a] = (1.0L - rate) * pi[a] + rate * weight;
            }
        }
    }
    for (std::size_t r = 0; r < stages; ++r)
        for (std::size_t x = 0; x < mass_[r].size(); ++x) mass_[r][x] = (1.0L - h) * mass_[r][x] + h * pushed[r][x];
}

void DenseDynamics::put(std::vector<Values> mass, std::vector<Values> value, std::vector<Rows> response) {
    mass_ = std::move(mass);
    value_ = std::move(value);
    response_ = std::move(response);
}

std::vector<Real> DenseDynamics::payoffs() const {
    const auto m = aggregates();
    std::vector<Real> paid(economy_->description().types.size(), 0.0L), share(paid.size(), 0.0L);
    for (std::size_t r = 0; r < economy_->stages(); ++r)
        for (std::size_t x = 0; x < mass_[r].size(); ++x) {
            const auto& state = economy_->states()[x];
            share[state.type] += mass_[r][x];
            for (std::size_t a = 0; a < response_[r][x].size(); ++a)
                paid[state.type] += mass_[r][x] * response_[r][x][a] * economy_->reward(r, m[r], state.urgency, a);
        }
    for (std::size_t t = 0; t < paid.size(); ++t) paid[t] /= share[t];
    return paid;
}

std::vector<Rows> even_rows(const DenseEconomy& economy) {
    std::vector<Rows> rows;
    for (std::size_t r = 0; r < economy.stages(); ++r) {
        auto& stage = rows.emplace_back();
        for (const auto& state : economy.states()) {
            const std::size_t actions = economy.bid_limit(r, state) + 2;
            stage.emplace_back(actions, 1.0L / static_cast<Real>(actions));
        }
    }
    return rows;
}

}  // namespace polykarma::oracle
