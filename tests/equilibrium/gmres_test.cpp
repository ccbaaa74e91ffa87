#include "equilibrium/gmres.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "dynamics/inner_products.hpp"
#include "support/partitioned.hpp"
#include "support/random.hpp"
#include "support/small_economy.hpp"
#include "support/toy_game.hpp"

namespace polykarma {
namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;  // [row][column]

struct DotProducts {
    std::size_t size;
    void operator()(std::span<const double> vectors, std::span<const double> x, std::span<double> out) const {
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] = 0.0;
            for (std::size_t k = 0; k < size; ++k) out[i] += vectors[i * size + k] * x[k];
        }
    }
};

double norm(std::span<const double> x) {
    double square = 0.0;
    for (const double e : x) square += e * e;
    return std::sqrt(square);
}

/// A matrix as an operator, which counts how often it is asked.
struct Product {
    const Matrix& matrix;
    int calls = 0;
    void operator()(std::span<const double> x, std::span<double> out) {
        ++calls;
        for (std::size_t i = 0; i < matrix.size(); ++i) {
            out[i] = 0.0;
            for (std::size_t j = 0; j < x.size(); ++j) out[i] += matrix[i][j] * x[j];
        }
    }
};

/// || b - A x || / || b ||, of what was handed out and not of what the solver believes.
double true_residual(const Matrix& a, const Vector& b, const Vector& x) {
    Vector r(b.size());
    Product{a}(x, r);
    for (std::size_t i = 0; i < r.size(); ++i) r[i] = b[i] - r[i];
    return norm(r) / norm(b);
}

/// Gaussian elimination with partial pivoting, in extended precision.
Vector direct_solution(const Matrix& a, const Vector& b) {
    const std::size_t n = b.size();
    std::vector<std::vector<long double>> m(n);
    for (std::size_t i = 0; i < n; ++i) {
        m[i].assign(a[i].begin(), a[i].end());
        m[i].push_back(b[i]);
    }
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t pivot = k;
        for (std::size_t i = k + 1; i < n; ++i)
            if (std::abs(m[i][k]) > std::abs(m[pivot][k])) pivot = i;
        std::swap(m[k], m[pivot]);
        for (std::size_t i = k + 1; i < n; ++i) {
            const long double factor = m[i][k] / m[k][k];
            for (std::size_t j = k; j <= n; ++j) m[i][j] -= factor * m[k][j];
        }
    }
    Vector x(n);
    for (std::size_t k = n; k-- > 0;) {
        long double rest = m[k][n];
        for (std::size_t j = k + 1; j < n; ++j) rest -= m[k][j] * static_cast<long double>(x[j]);
        x[k] = static_cast<double>(rest / m[k][k]);
    }
    return x;
}

/// I - s P with a random stochastic P: what one cycle of values or mass leaves of a change.
Matrix one_minus_stochastic(test::Random& random, std::size_t n, double s) {
    Matrix a;
    for (std::size_t i = 0; i < n; ++i) {
        a.push_back(random.law(n, 0.5));
        for (double& p : a.back()) p *= -s;
        a.back()[i] += 1.0;
    }
    return a;
}

/// The same with rows that differ by up to 10^decades in size.
Matrix badly_scaled(test::Random& random, std::size_t n, double decades) {
    Matrix a = one_minus_stochastic(random, n, 0.5);
    for (std::size_t i = 0; i < n; ++i)
        for (double& p : a[i]) p *= std::pow(10.0, -decades * static_cast<double>(i) / static_cast<double>(n - 1));
    return a;
}

constexpr std::size_t kSize = 25;

TEST(Gmres, FindsTheSolutionOfWellConditionedSystems) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        test::Random random(seed);
        const Matrix a = one_minus_stochastic(random, kSize, 0.9);
        const Vector b = random.numbers(kSize, -1.0, 1.0), expected = direct_solution(a, b);
        Gmres<DotProducts> gmres(kSize, kSize, DotProducts{kSize});
        Vector x(kSize, 7.0);  // where it begins is its own
        EXPECT_LE(gmres.solve(Product{a}, b, x, 1e-13, 1000), 1e-13);
        // The inverse is at most 10 in the maximum norm: 10 sqrt(25) * 1e-13 * ||b|| of 5 at most.
        for (std::size_t i = 0; i < kSize; ++i) EXPECT_NEAR(x[i], expected[i], 2.5e-11);
    }
}

/// Condition 1e6: as many products as unknowns, and an error that the condition explains.
TEST(Gmres, FindsTheSolutionOfIllConditionedSystems) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        test::Random random(seed);
        const Matrix a = badly_scaled(random, kSize, 6.0);
        const Vector expected = random.numbers(kSize, -1.0, 1.0);
        Vector b(kSize);
        Product{a}(expected, b);
        Gmres<DotProducts> gmres(kSize, kSize, DotProducts{kSize});
        Vector x(kSize);
        gmres.solve(Product{a}, b, x, 1e-12, 1000);
        EXPECT_LE(true_residual(a, b, x), 1e-11) << "seed " << seed;
        const Vector direct = direct_solution(a, b);
        // The smallest rows are 1e-6: residuals of 1e-11 || b ||, || b || <= 5, times 2e6.
        for (std::size_t i = 0; i < kSize; ++i) EXPECT_NEAR(x[i], direct[i], 1e-4) << "seed " << seed;
    }
}

TEST(Gmres, ReachesToleranceInTheTrueResidualAndReportsIt) {
    for (std::uint64_t seed = 0; seed < 20; ++seed)
        for (const std::size_t restart : {std::size_t{3}, std::size_t{8}, kSize})
            for (const double tolerance : {1e-1, 1e-5, 1e-10}) {
                test::Random random(seed);
                const Matrix a = one_minus_stochastic(random, kSize, 0.95);
                const Vector b = random.numbers(kSize, -1e3, 1e3);
                Gmres<DotProducts> gmres(kSize, restart, DotProducts{kSize});
                Vector x(kSize);
                const double reported = gmres.solve(Product{a}, b, x, tolerance, 5000);
                EXPECT_LE(reported, tolerance);
                // Reported from the recurrence, which a handful of roundings separate from the truth.
                EXPECT_NEAR(true_residual(a, b, x), reported, 1e-13);
            }
}

TEST(Gmres, StopsAsSoonAsTheToleranceIsMet) {
    test::Random random(1);
    const Matrix a = one_minus_stochastic(random, kSize, 0.9);
    const Vector b = random.numbers(kSize, -1.0, 1.0);
    int before = 0;
    for (const double tolerance : {1e-1, 1e-4, 1e-8}) {
        Gmres<DotProducts> gmres(kSize, kSize, DotProducts{kSize});
        Vector x(kSize);
        Product product{a};
        gmres.solve(product, b, x, tolerance, 1000);
        EXPECT_GT(product.calls, before);
        before = product.calls;
    }
    EXPECT_LT(before, static_cast<int>(kSize) + 1);
}

/// A basis of four vectors for 25 unknowns: many restarts, the same answer.
TEST(Gmres, RestartsLeadToTheSameSolution) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        test::Random random(seed);
        const Matrix a = one_minus_stochastic(random, kSize, 0.95);
        const Vector b = random.numbers(kSize, -1.0, 1.0), expected = direct_solution(a, b);
        Gmres<DotProducts> gmres(kSize, 4, DotProducts{kSize});
        Vector x(kSize);
        Product product{a};
        EXPECT_LE(gmres.solve(product, b, x, 1e-12, 5000), 1e-12);
        EXPECT_GT(product.calls, 5);
        for (std::size_t i = 0; i < kSize; ++i) EXPECT_NEAR(x[i], expected[i], 1e-9);
    }
}

/// Restarted, every cycle takes something off the residual; cut short, what is there is handed out, with what it is
/// worth.
TEST(Gmres, GivesUpAfterTheProductsItMayUse) {
    test::Random random(2);
    const Matrix a = badly_scaled(random, kSize, 4.0);
    const Vector b = random.numbers(kSize, -1.0, 1.0);
    double before = 1.0;
    for (const int most : {1, 2, 3, 7, 12}) {
        Gmres<DotProducts> gmres(kSize, 4, DotProducts{kSize});
        Vector x(kSize);
        Product product{a};
        const double reported = gmres.solve(product, b, x, 1e-14, most);
        EXPECT_LE(product.calls, most + 1) << most;
        EXPECT_LE(reported, before) << most;
        EXPECT_NEAR(true_residual(a, b, x), reported, 1e-13) << most;
        EXPECT_GT(reported, 1e-14);
        before = reported;
    }
}

TEST(Gmres, OfNothingIsNothing) {
    test::Random random(3);
    const Matrix a = one_minus_stochastic(random, kSize, 0.9);
    Gmres<DotProducts> gmres(kSize, 5, DotProducts{kSize});
    Vector x = random.numbers(kSize, -1.0, 1.0);
    Product product{a};
    EXPECT_EQ(gmres.solve(product, Vector(kSize, 0.0), x, 1e-10, 100), 0.0);
    EXPECT_EQ(product.calls, 0);
    EXPECT_EQ(x, Vector(kSize, 0.0));
}

/// Nothing is kept from the system before.
TEST(Gmres, SolvesOneSystemAfterAnother) {
    test::Random random(4);
    const Matrix a = one_minus_stochastic(random, kSize, 0.9), other = one_minus_stochastic(random, kSize, 0.5);
    const Vector b = random.numbers(kSize, -1.0, 1.0);
    Gmres<DotProducts> used(kSize, 6, DotProducts{kSize}), fresh(kSize, 6, DotProducts{kSize});
    Vector x(kSize), y(kSize);
    used.solve(Product{other}, b, x, 1e-10, 1000);
    used.solve(Product{a}, b, x, 1e-10, 1000);
    fresh.solve(Product{a}, b, y, 1e-10, 1000);
    EXPECT_EQ(x, y);
}

/// The identity takes one product: the basis ends early, and nothing is divided by the nothing that is left.
TEST(Gmres, EndsWhenTheBasisIsComplete) {
    Matrix identity(kSize, Vector(kSize, 0.0));
    for (std::size_t i = 0; i < kSize; ++i) identity[i][i] = 1.0;
    test::Random random(5);
    const Vector b = random.numbers(kSize, -1.0, 1.0);
    for (const double tolerance : {1e-10, 0.0}) {
        Gmres<DotProducts> gmres(kSize, 5, DotProducts{kSize});
        Vector x(kSize);
        Product product{identity};
        EXPECT_LE(gmres.solve(product, b, x, tolerance, 20), 1e-15);
        for (std::size_t i = 0; i < kSize; ++i) EXPECT_NEAR(x[i], b[i], 1e-15);
    }
}

/// A stationary law's equations: the columns of I - P sum to zero, and so does the right-hand side.
TEST(Gmres, SolvesConsistentSingularSystems) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        test::Random random(seed);
        const Matrix rows = one_minus_stochastic(random, kSize, 1.0);
        Matrix a(kSize, Vector(kSize));
        for (std::size_t i = 0; i < kSize; ++i)
            for (std::size_t j = 0; j < kSize; ++j) a[i][j] = rows[j][i];
        Vector b = random.numbers(kSize, -1.0, 1.0);
        double sum = 0.0;
        for (const double e : b) sum += e;
        for (double& e : b) e -= sum / kSize;
        for (const std::size_t restart : {std::size_t{10}, kSize}) {
            Gmres<DotProducts> gmres(kSize, restart, DotProducts{kSize});
            Vector x(kSize);
            EXPECT_LE(gmres.solve(Product{a}, b, x, 1e-11, 1000), 1e-11) << "seed " << seed;
            EXPECT_LE(true_residual(a, b, x), 1.1e-11) << "seed " << seed;
            EXPECT_LT(norm(x), 1e3);  // not thrown far along the direction that has no equation
        }
    }
}

/// A system without a solution is not said to be solved.
TEST(Gmres, ReportsWhatASingularSystemLeaves) {
    Matrix a(2, Vector(2, 0.0));
    a[0][0] = 1.0;
    Gmres<DotProducts> gmres(2, 2, DotProducts{2});
    Vector x(2);
    const Vector b{1.0, 1.0};
    const double reported = gmres.solve(Product{a}, b, x, 1e-10, 10);
    EXPECT_NEAR(reported, std::sqrt(0.5), 1e-12);
    EXPECT_NEAR(true_residual(a, b, x), std::sqrt(0.5), 1e-12);
}

/// Over the states of a stage, with an operator that acts on each state and one that knows the whole: parts of the
/// solution of a single rank.
template <Game G>
void expect_the_same_on_all_deals(const G& game) {
    test::Random random(6);
    const Part alone = whole(game);
    Field b(alone), scale(alone);
    for (double& e : b.all()) e = random.between(-1.0, 1.0);
    for (double& e : scale.all()) e = random.between(0.1, 1.0);
    for (const auto r : Range<Stage>(game.layout().stages())) {
        const auto solve = [&](const Part& part, const Collective& ranks) {
            const Field own_b = test::restricted(b, part), own_scale = test::restricted(scale, part);
            InnerProducts products(part, r, ranks);
            const auto apply = [&](std::span<const double> x, std::span<double> out) {
                const auto s = own_scale.stage(r);
                double mean = 0.0;
                products(s, x, std::span(&mean, 1));
                for (std::size_t i = 0; i < x.size(); ++i) out[i] = s[i] * x[i] + 0.01 * mean;
            };
            Gmres<InnerProducts> gmres(part.states(r), 6, InnerProducts(part, r, ranks));
            Field x(part);
            const double residual = gmres.solve(apply, own_b.stage(r), x.stage(r), 1e-9, 400);
            return std::pair{residual, std::move(x)};
        };
        const auto whole_solution = solve(alone, Collective::serial());
        ASSERT_LE(whole_solution.first, 1e-9);
        for (const auto& shares : test::deals())
            test::on_parts(game, shares, [&](const Part& part, const Collective& ranks) {
                const auto [own_residual, own_x] = solve(part, ranks);
                EXPECT_TRUE(test::same_bits(own_residual, whole_solution.first));
                EXPECT_EQ(test::differences(own_x, whole_solution.second), 0U);
            });
    }
}

TEST(Gmres, IsTheSameOnAnyRanks) {
    expect_the_same_on_all_deals(MultiKarma(test::three_resources({8, 6, 4})));
    expect_the_same_on_all_deals(
        MultiKarma(test::small_economy({5, 4}, {1.5, 1.0}, Exchange::from_worth({1.0, 1.5}), Redistribution::all)));
    expect_the_same_on_all_deals(test::ToyGame(3, CycleEnd::wraps, {0.5, 0.3, 0.2}));
}

}  // namespace
}  // namespace polykarma
