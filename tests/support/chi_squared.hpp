#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace polykarma::test {

/// Whether counts of independent draws are what these probabilities lead to: Pearson's statistic against its quantile
/// 1 - 1e-4 (Wilson and Hilferty's approximation). Seeds are fixed, so that a test either passes or does not. Cells
/// that hardly ever come up (fewer than five expected) are taken together; what cannot come up must not.
inline void expect_drawn_from(const std::vector<double>& probability, const std::vector<std::int64_t>& counts) {
    ASSERT_EQ(probability.size(), counts.size());
    double draws = 0.0, statistic = 0.0, rare = 0.0, rare_count = 0.0;
    for (const auto count : counts) draws += static_cast<double>(count);
    std::size_t cells = 0;
    const auto add = [&](double expected, double count) {
        statistic += (count - expected) * (count - expected) / expected;
        ++cells;
    };
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const double expected = draws * probability[i], count = static_cast<double>(counts[i]);
        EXPECT_TRUE(probability[i] > 0.0 || counts[i] == 0) << "cell " << i << " is impossible";
        if (expected >= 5.0)
            add(expected, count);
        else
            rare += expected, rare_count += count;
    }
    if (rare >= 5.0) add(rare, rare_count);
    if (cells < 2) return;
    constexpr double kNormalQuantile = 3.719;  // 1 - 1e-4
    const double freedom = static_cast<double>(cells - 1), spread = 2.0 / (9.0 * freedom);
    EXPECT_LT(statistic, freedom * std::pow(1.0 - spread + kNormalQuantile * std::sqrt(spread), 3))
        << cells << " cells, " << draws << " draws";
}

}  // namespace polykarma::test
