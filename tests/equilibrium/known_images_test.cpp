#include "equilibrium/known_images.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace polykarma {
namespace {

constexpr std::size_t kSize = 4;

/// A = 1 - u v^T - w z^T; the companion of a direction is twice the direction.
std::vector<double> apply(const std::vector<double>& x) {
    const double u[]{0.5, 1.0, 0.0, -1.0}, v[]{1.0, -0.5, 0.25, 0.0}, w[]{0.0, 0.5, 2.0, 1.0},
        z[]{0.0, 0.25, -0.5, 1.0};
    double vx = 0.0, zx = 0.0;
    for (std::size_t i = 0; i < kSize; ++i) {
        vx += v[i] * x[i];
        zx += z[i] * x[i];
    }
    std::vector<double> out(x);
    for (std::size_t i = 0; i < kSize; ++i) out[i] -= u[i] * vx + w[i] * zx;
    return out;
}
std::vector<double> twice(std::vector<double> x) {
    for (double& e : x) e *= 2.0;
    return x;
}

TEST(KnownImages, SolveAnIdentityOfLowRankChangeInItsRankAndOneMore) {
    const std::vector<double> b{1.0, -2.0, 0.5, 3.0};
    std::vector<double> rest(b), x(kSize, 0.0), companion(kSize, 0.0);
    KnownImages images(kSize, kSize, 8);
    for (int rank = 0; rank < 3; ++rank) {
        ASSERT_TRUE(images.add(rest, apply(rest), twice(rest)));
        images.solve(rest, x, companion);
    }
    EXPECT_LT(KnownImages::norm(rest), 1e-13);  // numbers of size one, a few hundred operations
    const std::vector<double> image = apply(x);
    for (std::size_t i = 0; i < kSize; ++i) {
        EXPECT_NEAR(image[i], b[i], 1e-13);
        EXPECT_NEAR(companion[i], 2.0 * x[i], 1e-13);
    }
}

/// Whoever waits for more images than there are would wait forever.
TEST(KnownImages, RefuseWhatTheySpanAlready) {
    const std::vector<double> first{1.0, 0.0, 2.0, 0.0}, second{0.0, 1.0, 0.0, 0.5}, nothing(kSize, 0.0);
    KnownImages images(kSize, kSize, 8);
    ASSERT_TRUE(images.add(first, apply(first), twice(first)));
    EXPECT_FALSE(images.add(first, apply(first), twice(first)));
    ASSERT_TRUE(images.add(second, apply(second), twice(second)));
    const std::vector<double> both{1.0, -1.0, 2.0, -0.5};
    EXPECT_FALSE(images.add(both, apply(both), twice(both)));
    EXPECT_FALSE(images.add(nothing, nothing, nothing));
    EXPECT_FALSE(images.full());
}

}  // namespace
}  // namespace polykarma
