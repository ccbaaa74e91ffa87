#include <vector>

#include <gtest/gtest.h>

#include "game/urgency_chain.hpp"
#include "support/random.hpp"

namespace polykarma {
namespace {

using Matrix = UrgencyChain::Matrix;
constexpr Stage kFirst{std::size_t{0}};
constexpr Stage kSecond{std::size_t{1}};
Exogenous state(std::size_t u) { return Exogenous{u}; }

TEST(UrgencyChain, StationaryLawByHand) {
    // default, intermediate, high: (19, 2, 1) / 22
    const UrgencyChain chain({Matrix{{0.95, 0.05, 0.0}, {0.0, 0.5, 0.5}, {0.95, 0.05, 0.0}}});
    EXPECT_NEAR(chain.stationary(kFirst, state(0)), 19.0 / 22.0, 1e-15);
    EXPECT_NEAR(chain.stationary(kFirst, state(1)), 2.0 / 22.0, 1e-15);
    EXPECT_NEAR(chain.stationary(kFirst, state(2)), 1.0 / 22.0, 1e-15);
}

TEST(UrgencyChain, StationaryLawIsStationary) {
    test::Random random(5);
    for (int trial = 0; trial < 100; ++trial) {
        const std::size_t n = 2 + random.below(4), stages = 1 + random.below(3);
        std::vector<Matrix> transition(stages);
        for (auto& phi : transition)
            for (std::size_t u = 0; u < n; ++u) phi.push_back(random.law(n, 0.0));
        const UrgencyChain chain(transition);
        for (std::size_t r = 0; r < stages; ++r)
            for (std::size_t v = 0; v < n; ++v) {
                double arriving = 0.0;
                for (std::size_t u = 0; u < n; ++u)
                    arriving += chain.stationary(Stage{r}, state(u)) * transition[r][u][v];
                EXPECT_NEAR(arriving, chain.stationary(Stage{(r + 1) % stages}, state(v)), 1e-15);
            }
    }
}

TEST(UrgencyChain, RefusesTwoClosedClassesAndNamesThem) {
    try {
        const UrgencyChain chain({Matrix{{1.0, 0.0, 0.0}, {0.5, 0.0, 0.5}, {0.0, 0.0, 1.0}}});
        FAIL() << "accepted";
    } catch (const ReducibleChain& error) {
        EXPECT_EQ(error.first, state(0));
        EXPECT_EQ(error.second, state(2));
    }
}

/// Two stages that each swap the states make a day that keeps them: two closed classes that no single matrix shows.
TEST(UrgencyChain, RefusesClassesThatOnlyTheWholeDayShows) {
    const Matrix swap{{0.0, 1.0}, {1.0, 0.0}};
    EXPECT_THROW(UrgencyChain({swap, swap}), ReducibleChain);
    EXPECT_NO_THROW(UrgencyChain({swap, swap, swap}));
}

TEST(UrgencyChain, AcceptsAPeriodicChain) {
    const UrgencyChain chain({Matrix{{0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}, {1.0, 0.0, 0.0}}});
    for (std::size_t u = 0; u < 3; ++u) EXPECT_NEAR(chain.stationary(kFirst, state(u)), 1.0 / 3.0, 1e-15);
}

TEST(UrgencyChain, TransientStatesHaveNoMassAtAll) {
    const UrgencyChain chain({Matrix{{0.5, 0.25, 0.25}, {0.0, 0.4, 0.6}, {0.0, 0.2, 0.8}}});
    EXPECT_EQ(chain.stationary(kFirst, state(0)), 0.0);
    EXPECT_FALSE(chain.occurs(kFirst, state(0)));
    EXPECT_NEAR(chain.stationary(kFirst, state(1)), 0.25, 1e-15);
    EXPECT_NEAR(chain.stationary(kFirst, state(2)), 0.75, 1e-15);
}

/// A rare state keeps its relative accuracy: the law is (1, e, e^2, ...) up to a factor.
TEST(UrgencyChain, RareStatesAreAccurate) {
    const double e = 1e-7;
    const UrgencyChain chain({Matrix{{1.0 - e, e, 0.0}, {1.0 - e, 0.0, e}, {1.0, 0.0, 0.0}}});
    EXPECT_NEAR(chain.stationary(kFirst, state(1)) / (e * chain.stationary(kFirst, state(0))), 1.0, 1e-14);
    EXPECT_NEAR(chain.stationary(kFirst, state(2)) / (e * chain.stationary(kFirst, state(1))), 1.0, 1e-14);
}

const std::vector<double> kValues{0.0, 1.0, 9.0};
const std::vector<double> kDraw{0.0, 0.75, 0.25};

TEST(DrawnChain, UrgencyDrawnInTheMorningLastsTheDay) {
    const auto phi = drawn_chain(kDraw, std::vector<double>{1.0, 1.0}, true, kValues, state(0));
    EXPECT_EQ(phi[0][1], (std::vector<double>{0.0, 1.0, 0.0}));
    EXPECT_EQ(phi[0][2], (std::vector<double>{0.0, 0.0, 1.0}));
    for (const auto& row : phi[1]) EXPECT_EQ(row, kDraw);
}

TEST(DrawnChain, ResourceNeededEveryOtherDay) {
    const auto phi = drawn_chain(kDraw, std::vector<double>{0.5, 1.0}, true, kValues, state(0));
    EXPECT_EQ(phi[0][0], kDraw);  // idle at the first resource: a fresh draw for the second
    EXPECT_EQ(phi[0][2], (std::vector<double>{0.0, 0.0, 1.0}));
    for (const auto& row : phi[1]) EXPECT_EQ(row, (std::vector<double>{0.5, 0.375, 0.125}));
    const UrgencyChain chain(phi);
    EXPECT_NEAR(chain.stationary(kFirst, state(0)), 0.5, 1e-15);
    EXPECT_NEAR(chain.stationary(kSecond, state(0)), 0.0, 1e-15);
    EXPECT_NEAR(chain.stationary(kSecond, state(2)), 0.25, 1e-15);
}

TEST(DrawnChain, NotKeptMeansDrawnAtEveryResource) {
    const auto phi = drawn_chain(kDraw, std::vector<double>{1.0, 0.25}, false, kValues, state(0));
    for (const auto& row : phi[0]) EXPECT_EQ(row, (std::vector<double>{0.75, 0.1875, 0.0625}));
    for (const auto& row : phi[1]) EXPECT_EQ(row, kDraw);
}

}  // namespace
}  // namespace polykarma
