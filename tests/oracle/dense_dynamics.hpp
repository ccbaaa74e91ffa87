#pragma once

#include <vector>

#include "oracle/dense_economy.hpp"

namespace polykarma::oracle {

/// The evolutionary dynamics of the model, on the enumerated economy: one sweep of policy evaluation from the last
/// stage to the first, a damped step towards the softmax, a damped step of the mass.
class DenseDynamics {
public:
    struct Constants {
        double lambda = 0.0;
        double step = 0.0;           ///< h
        double response_rate = 0.0;  ///< eta
    };

    /// Starts from a mass and a response, [stage], and the value of following it.
    DenseDynamics(const DenseEconomy& economy, const Constants& constants, std::vector<Values> mass,
                  std::vector<Rows> response);

    void step();
    /// Continues from another state.
    void put(std::vector<Values> mass, std::vector<Values> value, std::vector<Rows> response);

    [[nodiscard]] const std::vector<Values>& mass() const { return mass_; }
    [[nodiscard]] const std::vector<Values>& value() const { return value_; }
    [[nodiscard]] const std::vector<Rows>& response() const { return response_; }
    /// Mean payoff per stage of each type, [type], in the current state.
    [[nodiscard]] std::vector<Real> payoffs() const;

private:
    [[nodiscard]] std::vector<DenseEconomy::Aggregates> aggregates() const;

    const DenseEconomy* economy_;
    Constants constants_;
    std::vector<Values> mass_;
    std::vector<Values> value_;
    std::vector<Rows> response_;
};

/// Equal weight on every action, [stage].
std::vector<Rows> even_rows(const DenseEconomy& economy);

}  // namespace polykarma::oracle
