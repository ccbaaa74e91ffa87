#pragma once

#include <vector>

#include "game/pairwise.hpp"
#include "oracle/dense_economy.hpp"

namespace polykarma::oracle {

/// A pairwise karma economy by enumeration, written from the model alone and slowly: every state, bid, opponent's bid,
/// coin, rounding of tax and credit, and urgency in turn. States are (type, urgency, karma), karma fastest.
class DensePairs {
public:
    /// What an agent faces.
    struct Aggregates {
        std::vector<Real> nu;  ///< [bid] shares of the opponents
        Real payment = 0.0, tax = 0.0, overflow = 0.0, credit = 0.0, lost = 0.0;
    };

    explicit DensePairs(const PairwiseRules& rules);

    [[nodiscard]] std::size_t states() const { return rules_.types.size() * rules_.urgencies.size() * balances(); }
    [[nodiscard]] Aggregates aggregates(const Values& mass, const Rows& response) const;
    [[nodiscard]] Real win(const Aggregates& m, std::size_t bid) const;
    [[nodiscard]] Transitions transitions(const Aggregates& m, std::size_t state, std::size_t bid) const;
    [[nodiscard]] Rows action_values(const Aggregates& m, const Values& next) const;
    [[nodiscard]] Values push(const Aggregates& m, const Values& mass, const Rows& response) const;

private:
    struct Chance {
        std::size_t karma;  ///< may be above k_max
        Real probability;
    };
    [[nodiscard]] std::size_t balances() const { return static_cast<std::size_t>(rules_.k_max) + 1; }
    [[nodiscard]] std::size_t karma(std::size_t state) const { return state % balances(); }
    [[nodiscard]] std::vector<Chance> contest(const Aggregates& m, std::size_t karma, std::size_t bid) const;
    [[nodiscard]] std::vector<Chance> taxed(std::size_t karma) const;

    PairwiseRules rules_;
};

}  // namespace polykarma::oracle
