#include <cmath>

#include <gtest/gtest.h>

#include "base/simd.hpp"

namespace polykarma::simd {
namespace {

/// Lane by lane, as compilers have got masked vectors wrong.
TEST(SelectLess, ChoosesPerLane) {
    for (std::size_t from = 0; from <= kWidth; ++from) {
        const Vec chosen = select_less(lane_numbers(), static_cast<double>(from), Vec(1.5), Vec(-1e300));
        for (std::size_t lane = 0; lane < kWidth; ++lane) EXPECT_EQ(chosen[lane], lane < from ? 1.5 : -1e300);
    }
}

TEST(Exponential, IsAccurateOverItsRange) {
    double worst = 0.0;
    for (double x = -700.0; x <= 0.0; x += 0.0137) {
        const double exact = std::exp(x);
        worst = std::max(worst, std::abs(exp_nonpositive(Vec(x))[0] - exact) / exact);
    }
    EXPECT_LE(worst, 6.5e-16);  // its own 5e-16 and half a unit of std::exp
    EXPECT_EQ(exp_nonpositive(Vec(0.0))[0], 1.0);
}

}  // namespace
}  // namespace polykarma::simd
