#pragma once

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

}  // namespace polykarma
