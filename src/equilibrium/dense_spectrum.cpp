#include "equilibrium/dense_spectrum.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace polykarma {
namespace {

/// What rounding leaves of a unit vector that those before it span.
constexpr double kDependent = 1e-10;

double dot(const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Adds what a vector has beside those of an orthonormal basis, if that is anything.
void add_to_basis(std::vector<double> vector, std::vector<std::vector<double>>& basis) {
    const double before = std::sqrt(dot(vector, vector));
    for (int pass = 0; pass < 2; ++pass)
        for (const auto& known : basis) {
            const double part = dot(known, vector);
            for (std::size_t i = 0; i < vector.size(); ++i) vector[i] -= part * known[i];
        }
    const double length = std::sqrt(dot(vector, vector));
    if (!(length > kDependent * before)) return;
    for (double& x : vector) x /= length;
    basis.push_back(std::move(vector));
}

}  // namespace

DenseSpectrum dense_spectrum(std::span<const double> matrix, std::size_t size) {
    const auto n = static_cast<Eigen::Index>(size);
    const Eigen::Map<const Eigen::MatrixXd> a(matrix.data(), n, n);
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    DenseSpectrum spectrum{std::vector(size, std::complex(nan, nan)), std::vector(size, std::vector(size, std::complex(nan, nan)))};
    if (!a.allFinite()) return spectrum;
    const Eigen::EigenSolver<Eigen::MatrixXd> solver(a);
    if (solver.info() != Eigen::Success) return spectrum;
    const auto values = solver.eigenvalues();
    const auto vectors = solver.eigenvectors();
    std::vector<Eigen::Index> order(size);
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    // The two of a pair have the same modulus, stand side by side and must stay so.
    const auto modulus = [&](Eigen::Index i) { return std::hypot(values[i].real(), std::abs(values[i].imag())); };
    std::ranges::stable_sort(order, [&](Eigen::Index i, Eigen::Index j) { return modulus(i) > modulus(j); });
    for (std::size_t i = 0; i < size; ++i) {
        spectrum.values[i] = values[order[i]];
        for (std::size_t row = 0; row < size; ++row)
            spectrum.vectors[i][row] = vectors(static_cast<Eigen::Index>(row), order[i]);
    }
    return spectrum;
}

std::vector<std::vector<double>> leading_subspace(const DenseSpectrum& spectrum, std::size_t most) {
    std::vector<std::vector<double>> basis;
    for (std::size_t i = 0; i < spectrum.values.size() && i < most; ++i) {
        // The second of a pair spans the same plane.
        if (spectrum.values[i].imag() < 0.0) continue;
        std::vector<double> real, imaginary;
        for (const auto& x : spectrum.vectors[i]) {
            real.push_back(x.real());
            imaginary.push_back(x.imag());
        }
        add_to_basis(std::move(real), basis);
        if (spectrum.values[i].imag() > 0.0) add_to_basis(std::move(imaginary), basis);
    }
    return basis;
}

}  // namespace polykarma
