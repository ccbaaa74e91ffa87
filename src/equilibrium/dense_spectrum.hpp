#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace polykarma {

/// The eigenvalues of a small dense matrix, of largest modulus first, with its Schur vectors in their order: the first
/// few of them span the eigenvectors of the first few eigenvalues, and stay orthonormal where eigenvectors nearly
/// coincide. The first one is an eigenvector,
/// and real where its value is.
struct DenseSpectrum {
    std::vector<std::complex<double>> values;
    std::vector<std::vector<std::complex<double>>> vectors;  ///< [value][row]
};

/// Of a real square matrix [column][row]. Of a conjugate pair the value above the real axis is the first; a real value
/// has no imaginary part. A matrix that is not finite has values and vectors that are NaN.
[[nodiscard]] DenseSpectrum dense_spectrum(std::span<const double> matrix, std::size_t size);

/// Orthonormal real vectors [vector][row] that span the eigenvectors of the `count` leading values, or of one more
/// where that would part a conjugate pair.
[[nodiscard]] std::vector<std::vector<double>> leading_subspace(const DenseSpectrum& spectrum, std::size_t count);

}  // namespace polykarma
