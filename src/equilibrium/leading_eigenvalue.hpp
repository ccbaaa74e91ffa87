#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <span>
#include <utility>
#include <vector>

#include "base/aligned.hpp"
#include "equilibrium/dense_spectrum.hpp"

namespace polykarma {

/// An approximate eigenpair of a linear operator.
struct RitzPair {
    std::complex<double> value;
    double residual = 0.0;  ///< || A x - value x || / || x ||, computed from A x
    long products = 0;      ///< with A, all told
};

/// The eigenvalue of largest modulus of a linear operator that is known by its products only: the method of Arnoldi,
/// restarted with the leading half of the Schur vectors of its projection (the Krylov-Schur method of Stewart). Vectors
/// may be parts of vectors that are spread over ranks: all that is ever asked about the whole are inner products, which
/// Products computes, the same on every rank.
///   products(vectors, x, out): out[i] = <vectors[i], x>, vectors one after another
template <class Products>
class LeadingEigenvalue {
public:
    /// Basis of `dimension` + 1 vectors of `size` doubles.
    LeadingEigenvalue(std::size_t size, std::size_t dimension, Products products)
        : size_(size),
          dimension_(dimension),
          products_(std::move(products)),
          basis_((dimension + 1) * size),
          hessenberg_((dimension + 1) * dimension),
          parts_(dimension + 1) {}

    /// The first vector of the basis, to be filled before `find`.
    [[nodiscard]] std::span<double> start() { return vector(0); }

    /// Until enough(value, residual) or after about `most` products.
    ///   apply(x, out)
    template <class Apply, class Enough>
    RitzPair find(Apply&& apply, Enough&& enough, long most) {
        spent_ = 0;
        std::size_t kept = 0;
        if (!(normalize(0) > 0.0)) return {};
        for (;;) {
            const std::size_t grown = expand(apply, kept);
            const DenseSpectrum spectrum = dense_spectrum(square(grown), grown);
            const double residual = residual_of(spectrum.vectors.front());
            if (grown < dimension_ || !(residual > 0.0) || spent_ >= most || enough(spectrum.values.front(), residual))
                return measured(apply, spectrum);
            kept = restart(leading_subspace(spectrum, dimension_ / 2));
        }
    }

private:
    /// What rounding leaves of a vector that those before it span.
    static constexpr double kDependent = 1e-13;

    [[nodiscard]] std::span<double> vector(std::size_t i) { return std::span(basis_).subspan(i * size_, size_); }
    [[nodiscard]] double& h(std::size_t row, std::size_t column) {
        return hessenberg_[column * (dimension_ + 1) + row];
    }

    /// Returns the norm that the vector had.
    double normalize(std::size_t i) {
        const auto v = vector(i);
        double square = 0.0;
        products_(v, v, std::span(&square, 1));
        const double norm = std::sqrt(square);
        if (norm > 0.0)
            for (double& e : v) e /= norm;
        return norm;
    }

    /// From the first `from` vectors, of which the images are known, to a full basis. Returns its dimension, less than
    /// full where the vectors span all there is.
    template <class Apply>
    std::size_t expand(Apply&& apply, std::size_t from) {
        for (std::size_t k = from; k < dimension_; ++k) {
            apply(std::span<const double>(vector(k)), vector(k + 1));
            ++spent_;
            if (!orthogonalize(k)) return k + 1;
        }
        return dimension_;
    }
    /// Takes from vector k + 1 what the ones before it span, twice because rounding leaves some of it. False if that
    /// was all.
    bool orthogonalize(std::size_t k) {
        const auto w = vector(k + 1);
        const auto parts = std::span(parts_).first(k + 1);
        for (std::size_t i = 0; i <= dimension_; ++i) h(i, k) = 0.0;
        double before = 0.0;
        for (int pass = 0; pass < 2; ++pass) {
            products_(std::span(basis_).first((k + 1) * size_), w, parts);
            for (std::size_t i = 0; i <= k; ++i) {
                h(i, k) += parts[i];
                before += parts[i] * parts[i];
                const auto v = vector(i);
                for (std::size_t j = 0; j < size_; ++j) w[j] -= parts[i] * v[j];
            }
        }
        h(k + 1, k) = normalize(k + 1);
        return h(k + 1, k) > kDependent * std::sqrt(before);
    }

    /// The first rows and columns, [column][row].
    [[nodiscard]] std::vector<double> square(std::size_t size) {
        std::vector<double> matrix;
        for (std::size_t column = 0; column < size; ++column)
            for (std::size_t row = 0; row < size; ++row) matrix.push_back(h(row, column));
        return matrix;
    }
    [[nodiscard]] double residual_of(const std::vector<std::complex<double>>& y) {
        std::complex<double> last = 0.0;
        for (std::size_t j = 0; j < y.size(); ++j) last += h(y.size(), j) * y[j];
        return std::abs(last);
    }

    /// A full basis <- its combinations [combination][vector], which span an invariant subspace of the projected
    /// operator, and the vector beyond. Returns how many there are.
    std::size_t restart(const std::vector<std::vector<double>>& combinations) {
        const std::size_t kept = combinations.size();
        combine(combinations);
        std::copy_n(vector(dimension_).begin(), size_, vector(kept).begin());
        std::vector<double> projected((kept + 1) * kept);
        for (std::size_t c = 0; c < kept; ++c)
            for (std::size_t row = 0; row <= dimension_; ++row) {
                double image = 0.0;
                for (std::size_t j = 0; j < dimension_; ++j) image += h(row, j) * combinations[c][j];
                if (row == dimension_) projected[c * (kept + 1) + kept] = image;
                for (std::size_t r = 0; r < kept && row < dimension_; ++r)
                    projected[c * (kept + 1) + r] += combinations[r][row] * image;
            }
        for (std::size_t c = 0; c < kept; ++c)
            for (std::size_t r = 0; r <= dimension_; ++r) h(r, c) = r <= kept ? projected[c * (kept + 1) + r] : 0.0;
        return kept;
    }
    void combine(const std::vector<std::vector<double>>& combinations) {
        for (std::size_t x = 0; x < size_; ++x) {
            for (std::size_t j = 0; j < dimension_; ++j) parts_[j] = basis_[j * size_ + x];
            for (std::size_t c = 0; c < combinations.size(); ++c) {
                double sum = 0.0;
                for (std::size_t j = 0; j < dimension_; ++j) sum += parts_[j] * combinations[c][j];
                basis_[c * size_ + x] = sum;
            }
        }
    }

    /// The leading Ritz pair with its residual as products give it; leaves no basis.
    template <class Apply>
    RitzPair measured(Apply&& apply, const DenseSpectrum& spectrum) {
        const auto& y = spectrum.vectors.front();
        const std::complex<double> value = spectrum.values.front();
        AlignedVector<double> vectors(4 * size_);
        const auto of = [&](std::size_t i) { return std::span(vectors).subspan(i * size_, size_); };
        for (std::size_t j = 0; j < y.size(); ++j)
            for (std::size_t x = 0; x < size_; ++x) {
                of(0)[x] += y[j].real() * vector(j)[x];
                of(1)[x] += y[j].imag() * vector(j)[x];
            }
        for (std::size_t part = 0; part < 2; ++part) {
            if (part == 1 && value.imag() == 0.0) continue;
            apply(std::span<const double>(of(part)), of(part + 2));
            ++spent_;
        }
        for (std::size_t x = 0; x < size_; ++x) {
            const std::complex<double> v(of(0)[x], of(1)[x]);
            const std::complex<double> rest = std::complex(of(2)[x], of(3)[x]) - value * v;
            of(2)[x] = rest.real();
            of(3)[x] = rest.imag();
        }
        double squares[4];
        for (std::size_t i = 0; i < 4; ++i) products_(of(i), of(i), std::span(&squares[i], 1));
        return {value, std::sqrt((squares[2] + squares[3]) / (squares[0] + squares[1])), spent_};
    }

    std::size_t size_;
    std::size_t dimension_;
    Products products_;
    long spent_ = 0;
    AlignedVector<double> basis_;
    std::vector<double> hessenberg_;  // [column][row], one more row than columns
    std::vector<double> parts_;
};

}  // namespace polykarma
