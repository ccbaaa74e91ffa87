#pragma once

#include <cmath>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.hpp"

namespace polykarma::test {

struct AdjointShape {
    std::size_t before = 0;  ///< places that mass leaves
    std::size_t after = 0;   ///< places that it reaches
};

/// <push(mass), value> = <mass, pull(value)> for random mass and values, and push conserves mass.
///   pull(value [after], out [before]) overwrites; push(mass [before], out [after]) adds to zeros
template <class Pull, class Push>
void expect_adjoint(const AdjointShape& shape, Pull&& pull, Push&& push, Random& random) {
    const std::vector<double> value = random.numbers(shape.after, -5.0, 5.0);
    std::vector<double> mass = random.law(shape.before, 0.3);
    std::vector<double> pulled(shape.before, 0.0);
    std::vector<double> pushed(shape.after, 0.0);
    pull(std::span<const double>(value), std::span<double>(pulled));
    push(std::span<const double>(mass), std::span<double>(pushed));
    long double there = 0.0L, back = 0.0L, left = 0.0L, arrived = 0.0L;
    for (std::size_t i = 0; i < shape.after; ++i) {
        there += static_cast<long double>(pushed[i]) * value[i];
        arrived += pushed[i];
    }
    for (std::size_t i = 0; i < shape.before; ++i) {
        back += static_cast<long double>(mass[i]) * pulled[i];
        left += mass[i];
    }
    // Mass sums to 1 and values are below 5: a few roundings of 5 * 1.1e-16.
    EXPECT_NEAR(static_cast<double>(there), static_cast<double>(back), 1e-14);
    EXPECT_NEAR(static_cast<double>(left), static_cast<double>(arrived), 1e-14);
}

}  // namespace polykarma::test
