#include "equilibrium/dense_spectrum.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/Jacobi>
#include <cmath>
#include <limits>

namespace polykarma {
namespace {

using Complex = std::complex<double>;
using Matrix = Eigen::MatrixXcd;
using Eigen::Index;

/// What rounding makes of equal numbers, relative.
constexpr double kRounding = 1e-12;

/// Whether a value belongs before another one.
bool leads(Complex a, Complex b) {
    const double difference = std::abs(a) - std::abs(b);
    const double rounding = kRounding * std::abs(b);
    if (std::abs(difference) > rounding) return difference > 0.0;
    return a.imag() > rounding && b.imag() < -rounding &&
           std::abs(a - std::conj(b)) <= std::sqrt(kRounding) * std::abs(b);
}

/// Exchanges two neighbours on the diagonal of the triangular factor.
void exchange(Matrix& t, Matrix& u, Index i) {
    Eigen::JacobiRotation<Complex> rotation;
    rotation.makeGivens(t(i, i + 1), t(i + 1, i + 1) - t(i, i));
    t.applyOnTheLeft(i, i + 1, rotation.adjoint());
    t.applyOnTheRight(i, i + 1, rotation);
    u.applyOnTheRight(i, i + 1, rotation);
    t(i + 1, i) = 0.0;
}

void sort(Matrix& t, Matrix& u) {
    for (Index next = 1; next < t.rows(); ++next)
        for (Index i = next; i > 0 && leads(t(i, i), t(i - 1, i - 1)); --i) exchange(t, u, i - 1);
}

bool is_pair(Complex a, Complex b) {
    return a.imag() > 0.0 && std::abs(a - std::conj(b)) <= std::sqrt(kRounding) * std::abs(a);
}

}  // namespace

DenseSpectrum dense_spectrum(std::span<const double> matrix, std::size_t size) {
    const auto n = static_cast<Index>(size);
    const Eigen::Map<const Eigen::MatrixXd> a(matrix.data(), n, n);
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    DenseSpectrum spectrum{std::vector(size, Complex(nan, nan)),
                           std::vector(size, std::vector(size, Complex(nan, nan)))};
    if (!a.allFinite()) return spectrum;
    const Eigen::ComplexSchur<Eigen::MatrixXd> schur(a);
    if (schur.info() != Eigen::Success) return spectrum;
    Matrix t = schur.matrixT(), u = schur.matrixU();
    sort(t, u);
    for (std::size_t i = 0; i < size; ++i) {
        const Complex value = t(static_cast<Index>(i), static_cast<Index>(i));
        const bool real = std::abs(value.imag()) <= kRounding * std::abs(value);
        spectrum.values[i] = real ? Complex(value.real(), 0.0) : value;
        const auto column = u.col(static_cast<Index>(i));
        Index largest = 0;
        column.cwiseAbs().maxCoeff(&largest);
        // Makes the eigenvector of a real value real.
        const Complex phase = std::conj(column[largest]) / std::abs(column[largest]);
        for (std::size_t row = 0; row < size; ++row) spectrum.vectors[i][row] = phase * column[static_cast<Index>(row)];
    }
    return spectrum;
}

std::vector<std::vector<double>> leading_subspace(const DenseSpectrum& spectrum, std::size_t count) {
    const std::size_t size = spectrum.values.size();
    if (count < size && is_pair(spectrum.values[count - 1], spectrum.values[count])) ++count;
    // The projector on a space that holds the conjugate of everything in it is real.
    Eigen::MatrixXd projector = Eigen::MatrixXd::Zero(static_cast<Index>(size), static_cast<Index>(size));
    for (std::size_t i = 0; i < count; ++i) {
        const Eigen::Map<const Eigen::VectorXcd> v(spectrum.vectors[i].data(), static_cast<Index>(size));
        projector += (v * v.adjoint()).real();
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(projector);
    std::vector<std::vector<double>> basis;
    for (std::size_t i = size - count; i < size; ++i) {
        const Eigen::VectorXd v = solver.eigenvectors().col(static_cast<Index>(i));
        basis.emplace_back(v.begin(), v.end());
    }
    return basis;
}

}  // namespace polykarma
