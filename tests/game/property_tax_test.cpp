#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "game/property_tax.hpp"
#include "support/adjoint.hpp"

namespace polykarma {
namespace {

TEST(PropertyTax, IsWhatTheFormulaSaysAndNeverMoreThanThereIs) {
    const PropertyTax tax(0.005, 2.0, 300);
    for (const std::size_t k : {0U, 1U, 7U, 100U, 199U}) EXPECT_DOUBLE_EQ(tax.due(k), 0.005 * static_cast<double>(k * k));
    EXPECT_EQ(tax.due(300), 300.0);
    EXPECT_EQ(PropertyTax(0.0, 2.0, 5).due(5), 0.0);
    EXPECT_EQ(PropertyTax(1.0, 0.0, 5).due(0), 0.0);  // nobody pays what it does not have
}

TEST(PropertyTax, RoundsAtRandomWithTheRightMean) {
    const PropertyTax tax(0.3, 1.0, 4);
    const std::vector<double> value{0.0, 1.0, 2.0, 3.0, 4.0};
    std::vector<double> kept(5);
    pull(tax, value, kept);
    for (std::size_t k = 0; k < kept.size(); ++k) EXPECT_NEAR(kept[k], 0.7 * static_cast<double>(k), 1e-15);
    std::vector<double> mass(5, 0.0);
    push(tax, std::vector<double>{0.0, 0.0, 0.0, 0.0, 1.0}, mass);
    EXPECT_NEAR(mass[3], 0.8, 1e-15);  // of 1.2
    EXPECT_NEAR(mass[2], 0.2, 1e-15);
}

TEST(PropertyTax, PushIsTheAdjointOfPullAndTakesTheRevenue) {
    test::Random random(3);
    for (int trial = 0; trial < 500; ++trial) {
        const auto k_max = static_cast<int>(random.below(12));
        const std::size_t balances = static_cast<std::size_t>(k_max) + 1;
        const PropertyTax tax(random.between(0.0, 1.5), random.between(0.0, 2.5), k_max);
        test::expect_adjoint(
            {balances, balances},
            [&](std::span<const double> value, std::span<double> out) { pull(tax, value, out); },
            [&](std::span<const double> mass, std::span<double> out) { push(tax, mass, out); }, random);
        const auto mass = random.law(balances, 0.3);
        std::vector<double> left(balances, 0.0);
        push(tax, mass, left);
        double taken = 0.0;
        for (std::size_t k = 0; k < balances; ++k) taken += static_cast<double>(k) * (mass[k] - left[k]);
        EXPECT_NEAR(taken, tax.revenue(mass), 1e-14);
    }
}

}  // namespace
}  // namespace polykarma
