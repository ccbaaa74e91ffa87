#pragma once

#include <cmath>

#include "base/fixed_point.hpp"
#include "base/simd.hpp"
#include "game/concept.hpp"

/// Shares of the population by action: what bids, payments and receipts of a contest derive from.
namespace polykarma {

/// Adds to shares [action, padded] what the mass of one state does, every term rounded to kShares.
inline void add_shares(double mass, Row response, double* shares) {
    using namespace simd;
    // Below half a unit every term rounds to nothing.
    if (std::abs(mass) < 0.5 * kShares.unit()) return;
    for (std::size_t a = 0; a < padded(response.size()); a += kWidth)
        store(load(shares + a) + kShares(mass * load(response.data() + a)), shares + a);
}
inline void add_shares(double mass, const SparseRow& response, double* shares) {
    if (std::abs(mass) < 0.5 * kShares.unit()) return;
    for_each_action(response, [&](std::size_t a, double p) { shares[a] += kShares(mass * p); });
}

}  // namespace polykarma
