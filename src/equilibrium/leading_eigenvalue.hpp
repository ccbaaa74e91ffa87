#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <span>
#include <utility>
#include <vector>

#include "base/aligned.hpp"
#include "equilibrium/dense_spectrum.hpp"
#include "equilibrium/krylov_basis.hpp"

namespace polykarma {

/// An approximate eigenpair of a linear operator.
struct RitzPair {
    std::complex<double> value;
    double residual = 0.0;  ///< || A x - value x || / || x ||, computed from A x
    long products = 0;      ///< with A, all told
};

/// The eigenvalue of largest modulus of a linear operator that is known by its products only: the method of Arnoldi,
/// restarted with the leading half of the Schur vectors of its projection (the Krylov-Schur method of Stewart).
/// Products are those of the basis.
template <class Products>
class LeadingEigenvalue {
public:
    /// Basis of `dimension` + 1 vectors of `size` doubles.
    LeadingEigenvalue(std::size_t size, std::size_t dimension, Products products)
        : dimension_(dimension),
          basis_(size, dimension + 1, std::move(products)),
          hessenberg_((dimension + 1) * dimension),
          parts_(dimension + 1) {}

    /// The first vector of the basis, to be filled before `find`.
    [[nodiscard]] std::span<double> start() { return basis_.vector(0); }

    /// Until enough(value, residual) or after about `most` products.
    ///   apply(x, out)
    template <class Apply, class Enough>
    RitzPair find(Apply&& apply, Enough&& enough, long most) {
        spent_ = 0;
        std::size_t kept = 0;
        if (!(basis_.normalize(0) > 0.0)) return {};
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

    [[nodiscard]] double& h(std::size_t row, std::size_t column) {
        return hessenberg_[column * (dimension_ + 1) + row];
    }

    /// From the first `from` vectors, of which the images are known, to a full basis. Returns its dimension, less than
    /// full where the vectors span all there is.
    template <class Apply>
    std::size_t expand(Apply&& apply, std::size_t from) {
        for (std::size_t k = from; k < dimension_; ++k) {
            apply(std::span<const double>(basis_.vector(k)), basis_.vector(k + 1));
            ++spent_;
            if (!orthogonalize(k)) return k + 1;
        }
        return dimension_;
    }
    /// Takes from vector k + 1 what the ones before it span, twice because rounding leaves some of it. False if that
    /// was all.
    bool orthogonalize(std::size_t k) {
        for (std::size_t i = 0; i <= dimension_; ++i) h(i, k) = 0.0;
        double before = 0.0;
        for (int pass = 0; pass < 2; ++pass) {
            basis_.project(k + 1, parts_);
            for (std::size_t i = 0; i <= k; ++i) {
                h(i, k) += parts_[i];
                before += parts_[i] * parts_[i];
            }
        }
        h(k + 1, k) = basis_.normalize(k + 1);
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
        std::ranges::copy(basis_.vector(dimension_), basis_.vector(kept).begin());
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
        for (std::size_t x = 0; x < basis_.size(); ++x) {
            for (std::size_t j = 0; j < dimension_; ++j) parts_[j] = basis_.vector(j)[x];
            for (std::size_t c = 0; c < combinations.size(); ++c) {
                double sum = 0.0;
                for (std::size_t j = 0; j < dimension_; ++j) sum += parts_[j] * combinations[c][j];
                basis_.vector(c)[x] = sum;
            }
        }
    }

    /// The leading Ritz pair with its residual as products give it; leaves no basis.
    template <class Apply>
    RitzPair measured(Apply&& apply, const DenseSpectrum& spectrum) {
        const auto& y = spectrum.vectors.front();
        const std::complex<double> value = spectrum.values.front();
        const std::size_t size = basis_.size();
        AlignedVector<double> vectors(4 * size);
        const auto of = [&](std::size_t i) { return std::span(vectors).subspan(i * size, size); };
        for (std::size_t j = 0; j < y.size(); ++j)
            for (std::size_t x = 0; x < size; ++x) {
                of(0)[x] += y[j].real() * basis_.vector(j)[x];
                of(1)[x] += y[j].imag() * basis_.vector(j)[x];
            }
        for (std::size_t part = 0; part < 2; ++part) {
            if (part == 1 && value.imag() == 0.0) continue;
            apply(std::span<const double>(of(part)), of(part + 2));
            ++spent_;
        }
        for (std::size_t x = 0; x < size; ++x) {
            const std::complex<double> v(of(0)[x], of(1)[x]);
            const std::complex<double> rest = std::complex(of(2)[x], of(3)[x]) - value * v;
            of(2)[x] = rest.real();
            of(3)[x] = rest.imag();
        }
        const auto length = [&](std::size_t i) { return std::hypot(basis_.norm(of(i)), basis_.norm(of(i + 1))); };
        return {value, length(2) / length(0), spent_};
    }

    std::size_t dimension_;
    KrylovBasis<Products> basis_;
    long spent_ = 0;
    std::vector<double> hessenberg_;  // [column][row], one more row than columns
    std::vector<double> parts_;
};

}  // namespace polykarma
