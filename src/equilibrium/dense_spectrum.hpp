#pragma once

#include <complex>
#include <span>
#include <vector>

namespace polykarma {

/// The eigenvalues of a small dense matrix, of largest modulus first; of a conjugate pair the one above the real axis
/// comes first.
struct DenseSpectrum {
    std::vector<std::complex<double>> values;
    std::vector<std::vector<std::complex<double>>> vectors;  ///< of length one
};

/// Of a square matrix [column][row]. Throws nothing; a matrix that is not finite has values that are NaN.
[[nodiscard]] DenseSpectrum dense_spectrum(std::span<const double> matrix, std::size_t size);

/// Orthonormal real vectors [vector][row] that span the leading eigenvectors: `most` of them, or one more where that
/// would part a conjugate pair; fewer where eigenvectors depend on each other.
[[nodiscard]] std::vector<std::vector<double>> leading_subspace(const DenseSpectrum& spectrum, std::size_t most);

}  // namespace polykarma
