#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "base/aligned.hpp"

namespace polykarma {

/// Solves apply(x) = b for a linear operator that is known by its products only: the generalized minimal residual
/// method of Saad and Schultz, restarted, with classical Gram-Schmidt. Vectors may be parts of vectors that are spread
/// over ranks: all that is ever asked about the whole are inner products, which Products computes, the same on every
/// rank.
///   products(vectors, x, out): out[i] = <vectors[i], x>, vectors one after another
/// Allocates when built and never again.
template <class Products>
class Gmres {
public:
    /// Basis of `restart` + 1 vectors of `size` doubles.
    Gmres(std::size_t size, std::size_t restart, Products products)
        : size_(size),
          restart_(restart),
          products_(std::move(products)),
          basis_((restart + 1) * size),
          column_(restart + 1),
          rotated_(restart + 1),
          cosine_(restart),
          sine_(restart),
          hessenberg_(restart * (restart + 1)) {}

    /// x <- solution, from x = 0, until || b - apply(x) || <= tolerance || b || or after `most` products. Returns the
    /// residual reached, relative to b.
    ///   apply(x, out)
    template <class Apply>
    double solve(Apply&& apply, std::span<const double> b, std::span<double> x, double tolerance, int most) {
        std::fill(x.begin(), x.end(), 0.0);
        std::copy(b.begin(), b.end(), vector(0).begin());
        const double norm = normalize(0);
        if (!(norm > 0.0)) return norm;
        double residual = norm;
        for (int spent = 0;;) {
            const std::size_t dimension = expand(apply, residual, tolerance * norm, most - spent);
            spent += static_cast<int>(dimension);
            add_solution(dimension, x);
            residual = std::abs(rotated_[dimension]);
            if (!(residual > tolerance * norm) || spent >= most) return residual / norm;
            apply(std::span<const double>(x), vector(0));
            ++spent;
            const auto r = vector(0);
            for (std::size_t i = 0; i < size_; ++i) r[i] = b[i] - r[i];
            residual = normalize(0);
        }
    }

private:
    [[nodiscard]] std::span<double> vector(std::size_t i) { return std::span(basis_).subspan(i * size_, size_); }
    [[nodiscard]] double& h(std::size_t row, std::size_t column) { return hessenberg_[column * (restart_ + 1) + row]; }

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

    /// Grows the basis from its first vector until the residual is small enough. Returns its dimension, at least one.
    template <class Apply>
    std::size_t expand(Apply&& apply, double residual, double target, int most) {
        rotated_[0] = residual;
        std::size_t k = 0;
        while (k < restart_ && static_cast<int>(k) < std::max(most, 1)) {
            apply(std::span<const double>(vector(k)), vector(k + 1));
            orthogonalize(k);
            rotate(k);
            ++k;
            if (!(std::abs(rotated_[k]) > target)) break;
        }
        return k;
    }

    /// Takes from vector k + 1 what the ones before it span.
    void orthogonalize(std::size_t k) {
        const auto w = vector(k + 1);
        const auto column = std::span(column_).first(k + 1);
        products_(std::span(basis_).first((k + 1) * size_), w, column);
        for (std::size_t i = 0; i <= k; ++i) {
            h(i, k) = column[i];
            const auto v = vector(i);
            for (std::size_t j = 0; j < size_; ++j) w[j] -= column[i] * v[j];
        }
        h(k + 1, k) = normalize(k + 1);
    }

    /// Givens rotations make the new column triangular.
    void rotate(std::size_t k) {
        for (std::size_t i = 0; i < k; ++i) {
            const double upper = cosine_[i] * h(i, k) + sine_[i] * h(i + 1, k);
            h(i + 1, k) = cosine_[i] * h(i + 1, k) - sine_[i] * h(i, k);
            h(i, k) = upper;
        }
        const double length = std::hypot(h(k, k), h(k + 1, k));
        // A column of nothing takes nothing away.
        cosine_[k] = length > 0.0 ? h(k, k) / length : 0.0;
        sine_[k] = length > 0.0 ? h(k + 1, k) / length : 1.0;
        h(k, k) = length;
        rotated_[k + 1] = -sine_[k] * rotated_[k];
        rotated_[k] *= cosine_[k];
    }

    void add_solution(std::size_t dimension, std::span<double> x) {
        for (std::size_t i = dimension; i-- > 0;) {
            double sum = rotated_[i];
            for (std::size_t j = i + 1; j < dimension; ++j) sum -= h(i, j) * column_[j];
            column_[i] = h(i, i) != 0.0 ? sum / h(i, i) : 0.0;
        }
        for (std::size_t i = 0; i < dimension; ++i) {
            const auto v = vector(i);
            for (std::size_t j = 0; j < size_; ++j) x[j] += column_[i] * v[j];
        }
    }

    std::size_t size_;
    std::size_t restart_;
    Products products_;
    AlignedVector<double> basis_;
    std::vector<double> column_;   // of the Hessenberg matrix; later the coefficients of the solution
    std::vector<double> rotated_;  // right-hand side under the rotations
    std::vector<double> cosine_, sine_;
    std::vector<double> hessenberg_;  // [column][row]
};

}  // namespace polykarma
