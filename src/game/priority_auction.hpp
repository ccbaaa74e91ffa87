#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace polykarma {

/// Capacity of one resource, shares of the population.
struct Capacity {
    double total = 0.0;     ///< s
    double priority = 0.0;  ///< s_pr, at most s
};

/// Probability of priority access for each bid: the highest bids win up to the priority capacity, the marginal bid in
/// part, with epsilon keeping it continuous.                                                            ([MK] eq. 4)
///   above(b) = sum of nu over larger bids
///   psi[b] = 1 if above(b) <= s_pr - epsilon - nu[b];  0 if above(b) >= s_pr;  else (s_pr - above(b)) / (epsilon + nu[b])
/// Shapes   nu, psi [bid]; nu: share of the population
void priority_probabilities(std::span<const double> nu, double priority, double epsilon, std::span<double> psi);

/// Relative excess of general-purpose users over the general-purpose capacity.                          ([MK] eq. 5)
double congestion_delay(double general_purpose_users, const Capacity& capacity);

/// Who has priority access among single agents: those who bid more than the marginal bid, and `admitted` of those who
/// bid just that, which ones is for chance.
struct Admission {
    std::size_t marginal = 0;  ///< bids above win
    std::int64_t bidders = 0;  ///< of the marginal bid
    std::int64_t admitted = 0;
    std::int64_t winners = 0;  ///< in all
};

/// The highest bids win, up to so many places.
///   bids [bid]: agents who place it
[[nodiscard]] Admission admission(std::span<const std::int64_t> bids, std::int64_t places);

}  // namespace polykarma
