// The search itself, on objectives whose maximum is known.
#include "study/maximise.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

namespace polykarma {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

DesignConfig settings(DesignAlgorithm algorithm, int evaluations, double tolerance = 1e-3) {
    return {DesignObjective::sw_en, algorithm, evaluations, tolerance};
}

/// Every point evaluated, with its value, and the best of them.
struct Seen {
    std::vector<std::vector<double>> points;
    std::vector<double> best;
    double value = -std::numeric_limits<double>::infinity();
};

Seen search(const DesignConfig& design, const SearchBox& box, const Objective& objective) {
    Seen seen;
    maximise(design, box, [&](std::span<const double> point) {
        seen.points.emplace_back(point.begin(), point.end());
        const double value = objective(point);
        if (value > seen.value) {
            seen.value = value;
            seen.best = seen.points.back();
        }
        return value;
    });
    return seen;
}

const SearchBox kBox{{-1.0, 10.0}, {1.0, 30.0}, {0.5, 12.0}};

double hill(std::span<const double> x) { return -std::pow(x[0] - 0.3, 2.0) - std::pow((x[1] - 17.0) / 10.0, 2.0); }

TEST(Maximise, FindsTheTopOfAHill) {
    for (const auto algorithm : {DesignAlgorithm::direct, DesignAlgorithm::sbplx}) {
        const Seen seen = search(settings(algorithm, 300), kBox, hill);
        EXPECT_NEAR(seen.best[0], 0.3, 0.02);
        EXPECT_NEAR(seen.best[1], 17.0, 0.2);
    }
}

TEST(Maximise, BeginsInTheMiddleOrAtTheStart) {
    EXPECT_EQ(search(settings(DesignAlgorithm::direct, 1), kBox, hill).points.front(),
              (std::vector<double>{0.0, 20.0}));
    EXPECT_EQ(search(settings(DesignAlgorithm::sbplx, 1), kBox, hill).points.front(), (std::vector<double>{0.5, 12.0}));
}

TEST(Maximise, KeepsToTheBudgetAndTheBox) {
    for (const auto algorithm : {DesignAlgorithm::direct, DesignAlgorithm::sbplx})
        for (const int budget : {1, 2, 7, 40}) {
            const Seen seen = search(settings(algorithm, budget, 1e-9), kBox, hill);
            EXPECT_EQ(seen.points.size(), static_cast<std::size_t>(budget));
            for (const auto& point : seen.points)
                for (std::size_t v = 0; v < 2; ++v) {
                    EXPECT_GE(point[v], kBox.lower[v]);
                    EXPECT_LE(point[v], kBox.upper[v]);
                }
        }
}

TEST(Maximise, SbplxEndsWhenTheVariablesAreKnownWellEnough) {
    const std::size_t coarse = search(settings(DesignAlgorithm::sbplx, 5000, 0.1), kBox, hill).points.size();
    const std::size_t fine = search(settings(DesignAlgorithm::sbplx, 5000, 1e-4), kBox, hill).points.size();
    EXPECT_LT(coarse, fine);
    EXPECT_LT(fine, 5000u);
    EXPECT_EQ(search(settings(DesignAlgorithm::direct, 300, 0.1), kBox, hill).points.size(), 300u);
}

// Two hills, the start on the lower one.
TEST(Maximise, DirectIsGlobal) {
    const SearchBox box{{0.0}, {10.0}, {1.0}};
    const auto hills = [](std::span<const double> x) {
        return std::exp(-std::pow(x[0] - 1.5, 2.0)) + 2.0 * std::exp(-std::pow(x[0] - 8.0, 2.0));
    };
    EXPECT_NEAR(search(settings(DesignAlgorithm::direct, 60), box, hills).best[0], 8.0, 0.05);
    EXPECT_NEAR(search(settings(DesignAlgorithm::sbplx, 60), box, hills).best[0], 1.5, 0.05);
}

TEST(Maximise, PointsWithoutValueAreAvoided) {
    for (const double none :
         {kNone, -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()}) {
        const auto cliff = [&](std::span<const double> x) { return x[0] > 0.4 ? none : hill(x); };
        Seen seen;
        maximise(settings(DesignAlgorithm::direct, 200), kBox, [&](std::span<const double> x) {
            const double value = cliff(x);
            if (std::isfinite(value) && value > seen.value) {
                seen.value = value;
                seen.best.assign(x.begin(), x.end());
            }
            return value;
        });
        EXPECT_NEAR(seen.best[0], 0.3, 0.03);
    }
    EXPECT_EQ(search(settings(DesignAlgorithm::direct, 20), kBox, [](auto) { return kNone; }).points.size(), 20u);
}

TEST(Maximise, IsTheSameEveryTime) {
    for (const auto algorithm : {DesignAlgorithm::direct, DesignAlgorithm::sbplx})
        EXPECT_EQ(search(settings(algorithm, 50), kBox, hill).points,
                  search(settings(algorithm, 50), kBox, hill).points);
}

TEST(Maximise, PassesOnWhatTheObjectiveThrows) {
    EXPECT_THROW(maximise(settings(DesignAlgorithm::direct, 9), kBox,
                          [](auto) -> double { throw std::domain_error("mine"); }),
                 std::domain_error);
}

}  // namespace
}  // namespace polykarma
