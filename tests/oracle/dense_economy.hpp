#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "config/economy.hpp"
#include "support/rational.hpp"

namespace polykarma {
struct MultiKarmaRules;
}

namespace polykarma::oracle {

/// Extended precision: what differs from the engine by more than the engine's rounding is a difference in meaning.
using Real = long double;
using test::Rational;

/// The rules of a multi-karma economy with exact exchange rates. Stages name the account they pay into, so that
/// several stages may share one.
struct Description {
    struct Stage {
        double capacity = 0.0;
        double priority = 0.0;
        Redistribution redistribution = Redistribution::all;
        std::size_t account = 0;
        std::vector<Rational> rates;  ///< [account] what one unit of it pays here; 1 for the own account
    };
    struct UserType {
        double share = 0.0;
        std::vector<std::vector<std::vector<double>>> phi;  ///< [stage][urgency][urgency at the next stage]
        std::vector<double> discount;                       ///< [stage]
    };
    std::vector<double> urgencies;
    std::vector<int> k_max;  ///< [account]
    std::vector<Stage> stages;
    std::vector<UserType> types;
    double nominal_payoff = 0.0;
    double epsilon = 0.0;
    double idle_delay_cost = 0.0;
};

/// The same economy, one account per resource; rates [resource][account] are what its rates mean exactly.
Description describe(const MultiKarmaRules& rules, const std::vector<std::vector<Rational>>& rates);

using Values = std::vector<Real>;                               // [state]
using Rows = std::vector<std::vector<Real>>;                    // [state][action]
using Transitions = std::vector<std::pair<std::size_t, Real>>;  // state at the next stage, probability

/// A multi-karma economy by enumeration, written from the model alone and slowly: every state, action, outcome,
/// rounding and urgency in turn. States are (type, urgency, balances), the same for all stages, type slowest, last
/// account fastest; action 0 is inactive, action 1 + b bids b.
class DenseEconomy {
public:
    static constexpr std::size_t kMostAccounts = 3;
    using Karma = std::array<int, kMostAccounts>;  // [account], the unused ones stay 0

    struct State {
        std::size_t type = 0;
        std::size_t urgency = 0;
        Karma karma{};
    };

    /// What the agents of one stage face.
    struct Aggregates {
        std::vector<Real> nu, psi;  ///< [action]
        Real delay = 0.0;
        Real payment = 0.0;
        Real credit = 0.0;  ///< q + f
        Real lost = 0.0;
    };

    explicit DenseEconomy(Description description);

    [[nodiscard]] const Description& description() const { return description_; }
    [[nodiscard]] std::size_t stages() const { return description_.stages.size(); }
    [[nodiscard]] const std::vector<State>& states() const { return states_; }
    [[nodiscard]] std::size_t index(const State& state) const;
    [[nodiscard]] std::size_t next(std::size_t r) const { return (r + 1) % stages(); }

    [[nodiscard]] std::size_t bid_limit(std::size_t r, const State& state) const;
    [[nodiscard]] Aggregates aggregates(std::size_t r, const Values& mass, const Rows& response) const;
    [[nodiscard]] Real reward(std::size_t r, const Aggregates& m, std::size_t urgency, std::size_t action) const;
    [[nodiscard]] Transitions transitions(std::size_t r, const Aggregates& m, std::size_t x, std::size_t action) const;
    [[nodiscard]] Rows action_values(std::size_t r, const Aggregates& m, const Values& next_value) const;
    [[nodiscard]] Values push(std::size_t r, const Aggregates& m, const Values& mass, const Rows& response) const;

private:
    enum class Outcome { priority, general_purpose, inactive };
    struct Chance {
        Outcome outcome;
        Real probability;
    };
    struct Payment {
        Karma left;
        Real probability;
    };
    [[nodiscard]] std::size_t accounts() const { return description_.k_max.size(); }
    [[nodiscard]] std::array<Chance, 2> outcomes(const Aggregates& m, std::size_t action) const;
    [[nodiscard]] bool receives(std::size_t r, Outcome outcome) const;
    [[nodiscard]] std::array<Payment, 2> pay(std::size_t r, Karma karma, std::size_t bid) const;
    void settle_credit(std::size_t r, const Values& mass, const Rows& response, Aggregates& m) const;

    Description description_;
    std::vector<State> states_;
};

/// Optimal value and value of a response of one agent who faces fixed aggregates, by dense linear algebra.
///   V [stage][state]
class DenseAgent {
public:
    DenseAgent(const DenseEconomy& economy, const std::vector<DenseEconomy::Aggregates>& aggregates);

    [[nodiscard]] std::vector<Values> value_of(const std::vector<Rows>& response) const;
    /// Policy iteration: exact, ends when no state gains.
    [[nodiscard]] std::vector<Values> optimal(std::vector<Values> value) const;

private:
    const DenseEconomy* economy_;
    std::vector<std::vector<std::vector<Real>>> reward_;              // [stage][state][action]
    std::vector<std::vector<std::vector<Transitions>>> transitions_;  // [stage][state][action]
};

}  // namespace polykarma::oracle
