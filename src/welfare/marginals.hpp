#pragma once

#include <cstddef>
#include <vector>

#include "welfare/measures.hpp"

namespace polykarma {

/// What tables say about types beside their payoffs: sums of a social state over most of its coordinates.
struct Marginals {
    std::vector<double> access;  ///< [type] part of its contests with the first outcome
    std::vector<std::vector<std::vector<double>>>
        holders;                                 ///< [account][type][balance] share of population, first stage
    std::vector<std::vector<double>> mean_bid;   ///< [stage][block] of who takes part; NaN without anybody
    std::vector<std::vector<double>> bid_share;  ///< [stage][bid] of who takes part, whole bids from 0

    /// Karma that an agent of a type holds in an account on average.
    [[nodiscard]] double karma(std::size_t account, std::size_t type) const;
    /// Share of the population that holds a balance in an account; 0 beyond the lattice.
    [[nodiscard]] double karma_share(std::size_t account, std::size_t balance) const;
};

/// Collective: every rank brings its part of the mass.
///   shares, outcome_probability [stage][outcome][action]: of the same state
[[nodiscard]] Marginals marginals_of(const Field& mass, const ActionShares& shares,
                                     const std::vector<std::vector<std::vector<double>>>& outcome_probability,
                                     const Collective& ranks = Collective::serial());

}  // namespace polykarma
