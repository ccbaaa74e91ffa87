// The leading eigenvalue against that of a dense Jacobian: differences of the enumeration's own step in every state and
// state-action pair.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "equilibrium/accelerated.hpp"
#include "equilibrium/dense_spectrum.hpp"
#include "equilibrium/stability.hpp"
#include "oracle/bridge.hpp"
#include "oracle/dense_dynamics.hpp"
#include "support/rational.hpp"
#include "support/small_economy.hpp"

namespace polykarma {
namespace {

using oracle::DenseDynamics;
using oracle::DenseEconomy;
using oracle::Real;
using oracle::Values;

/// Mass of all stages, V of the first one (the others are swept before they are used), pi of every pair, as one vector.
class Packed {
public:
    Packed(const DenseEconomy& economy, const DenseDynamics::Constants& constants, const Field& mass,
           const SparseResponse& response)
        : economy_(&economy), dynamics_(dynamics_of(economy, constants, mass, response)) {}

    [[nodiscard]] Values state() const {
        Values packed;
        for (const Values& stage : dynamics_.mass()) packed.insert(packed.end(), stage.begin(), stage.end());
        packed.insert(packed.end(), dynamics_.value()[0].begin(), dynamics_.value()[0].end());
        for (const auto& stage : dynamics_.response())
            for (const Values& row : stage) packed.insert(packed.end(), row.begin(), row.end());
        return packed;
    }
    [[nodiscard]] Values after_step(const Values& packed) {
        auto mass = dynamics_.mass();
        auto value = dynamics_.value();
        auto response = dynamics_.response();
        auto next = packed.begin();
        const auto take = [&](Values& to) {
            std::copy_n(next, to.size(), to.begin());
            next += std::ssize(to);
        };
        for (Values& stage : mass) take(stage);
        take(value[0]);
        for (auto& stage : response)
            for (Values& row : stage) take(row);
        dynamics_.put(mass, value, response);
        dynamics_.step();
        return state();
    }
    /// Takes from a change what changes mass (all types together) or karma of a stage: by Gram and Schmidt.
    void project(std::vector<double>& change) const {
        const std::size_t states = economy_->states().size();
        for (std::size_t r = 0; r < economy_->stages(); ++r) {
            std::vector<std::vector<double>> basis;
            for (const auto& function : functions()) {
                auto rest = function;
                for (const auto& known : basis) subtract_part(rest.data(), known);
                const double norm = std::sqrt(dot(rest.data(), rest));
                for (double& x : rest) x /= norm;
                basis.push_back(std::move(rest));
            }
            for (const auto& function : basis) subtract_part(change.data() + r * states, function);
        }
    }

private:
    static DenseDynamics dynamics_of(const DenseEconomy& economy, const DenseDynamics::Constants& constants,
                                     const Field& mass, const SparseResponse& response) {
        std::vector<Values> d;
        std::vector<oracle::Rows> pi;
        for (const auto r : Range<Stage>(mass.part().layout().stages())) {
            d.push_back(dense_values(economy, mass, r));
            pi.push_back(dense_rows(economy, r, dense_response(response)));
        }
        return {economy, constants, d, pi};
    }
    /// What is conserved, as functions of the state: the mass of every type, and all karma (worths are one).
    [[nodiscard]] std::vector<std::vector<double>> functions() const {
        std::vector<std::vector<double>> result(economy_->description().types.size() + 1);
        for (const auto& state : economy_->states()) {
            for (std::size_t t = 0; t + 1 < result.size(); ++t) result[t].push_back(state.type == t ? 1.0 : 0.0);
            double karma = 0.0;
            for (const int k : state.karma) karma += k;
            result.back().push_back(karma);
        }
        return result;
    }
    static double dot(const double* a, const std::vector<double>& b) {
        double sum = 0.0;
        for (std::size_t i = 0; i < b.size(); ++i) sum += a[i] * b[i];
        return sum;
    }
    static void subtract_part(double* from, const std::vector<double>& unit) {
        const double part = dot(from, unit);
        for (std::size_t i = 0; i < unit.size(); ++i) from[i] -= part * unit[i];
    }
    const DenseEconomy* economy_;
    DenseDynamics dynamics_;
};

/// P J P, [column][row], by central differences; P keeps what is conserved.
std::vector<double> jacobian(Packed& packed) {
    constexpr Real kStep = 1e-9L;
    const Values at = packed.state();
    std::vector<double> matrix;
    for (std::size_t column = 0; column < at.size(); ++column) {
        std::vector<double> direction(at.size(), 0.0);
        direction[column] = 1.0;
        packed.project(direction);
        Values up = at, down = at;
        for (std::size_t i = 0; i < at.size(); ++i) {
            up[i] += kStep * direction[i];
            down[i] -= kStep * direction[i];
        }
        up = packed.after_step(up);
        down = packed.after_step(down);
        std::vector<double> change(at.size());
        for (std::size_t i = 0; i < at.size(); ++i) change[i] = static_cast<double>((up[i] - down[i]) / (2.0L * kStep));
        packed.project(change);
        matrix.insert(matrix.end(), change.begin(), change.end());
    }
    return matrix;
}

void expect_the_dense_eigenvalue(const MultiKarmaRules& rules, EvolutionSettings settings) {
    const MultiKarma game(rules);
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    settings.stationarity = settings.bellman = 1e-12;
    settings.gain = 1.0;
    const SolveOutcome found = accelerate(game, settings, mass, even_response(whole(game)));
    ASSERT_EQ(found.reason, StopReason::converged);
    settings.lambda = found.lambda;
    const Stability sparse = stability(game, settings, found.mass, found.response);

    const std::vector<std::vector<test::Rational>> rates(
        rules.resources.size(), std::vector<test::Rational>(rules.resources.size(), test::Rational{1}));
    const DenseEconomy economy(oracle::describe(rules, rates));
    Packed packed(economy, {settings.lambda, settings.step, settings.response_rate}, found.mass, found.response);
    const auto matrix = jacobian(packed);
    const DenseSpectrum spectrum = dense_spectrum(matrix, packed.state().size());
    const std::complex<double> leading = spectrum.values.front();
    EXPECT_LT(sparse.residual, 1e-3 * (1.0 - std::abs(leading)));
    EXPECT_NEAR(sparse.real, leading.real(), 1e-3 * (1.0 - std::abs(leading)));
    EXPECT_NEAR(sparse.imaginary, leading.imag(), 1e-3 * (1.0 - std::abs(leading)));
}

class StabilityOracleAt : public testing::TestWithParam<double> {};

TEST_P(StabilityOracleAt, IsTheLeadingEigenvalueOfADenseJacobian) {
    EvolutionSettings settings;
    settings.lambda = GetParam();
    expect_the_dense_eigenvalue(test::one_lane(), settings);
}

INSTANTIATE_TEST_SUITE_P(Lambdas, StabilityOracleAt, testing::Values(5.0, 20.0, 1000.0));

TEST(StabilityOracle, IsTheLeadingEigenvalueOfADenseJacobianOfTwoResources) {
    const EvolutionSettings settings;
    expect_the_dense_eigenvalue(
        test::small_economy({3, 2}, {1.0, 1.0}, Exchange::from_worth({1.0, 1.0}), Redistribution::all), settings);
}

}  // namespace
}  // namespace polykarma
