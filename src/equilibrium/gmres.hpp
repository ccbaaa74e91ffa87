#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "equilibrium/krylov_basis.hpp"

namespace polykarma {

/// Solves apply(x) = b for a linear operator that is known by its products only: the generalized minimal residual
/// method of Saad and Schultz, restarted, with classical Gram-Schmidt. Products are those of the basis. Allocates when
/// built and never again.
template <class Products>
class Gmres {
public:
    /// Basis of `restart` + 1 vectors of `size` doubles.
    Gmres(std::size_t size, std::size_t restart, Products products)
        : restart_(restart),
          basis_(size, restart + 1, std::move(products)),
          coefficients_(restart),
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
        std::copy(b.begin(), b.end(), basis_.vector(0).begin());
        const double norm = basis_.normalize(0);
        if (!(norm > 0.0)) return norm;
        double residual = norm;
        for (int spent = 0;;) {
            const std::size_t dimension = expand(apply, residual, tolerance * norm, most - spent);
            spent += static_cast<int>(dimension);
            add_solution(dimension, x);
            residual = std::abs(rotated_[dimension]);
            if (!(residual > tolerance * norm) || spent >= most) return residual / norm;
            apply(std::span<const double>(x), basis_.vector(0));
            ++spent;
            const auto r = basis_.vector(0);
            for (std::size_t i = 0; i < r.size(); ++i) r[i] = b[i] - r[i];
            residual = basis_.normalize(0);
        }
    }

private:
    [[nodiscard]] double& h(std::size_t row, std::size_t column) { return hessenberg_[column * (restart_ + 1) + row]; }

    /// Grows the basis from its first vector until the residual is small enough. Returns its dimension, at least one.
    template <class Apply>
    std::size_t expand(Apply&& apply, double residual, double target, int most) {
        rotated_[0] = residual;
        std::size_t k = 0;
        while (k < restart_ && static_cast<int>(k) < std::max(most, 1)) {
            apply(std::span<const double>(basis_.vector(k)), basis_.vector(k + 1));
            orthogonalize(k);
            rotate(k);
            ++k;
            if (!(std::abs(rotated_[k]) > target)) break;
        }
        return k;
    }

    /// The next column of the Hessenberg matrix.
    void orthogonalize(std::size_t k) {
        basis_.project(k + 1, std::span(hessenberg_).subspan(k * (restart_ + 1), k + 1));
        h(k + 1, k) = basis_.normalize(k + 1);
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
            for (std::size_t j = i + 1; j < dimension; ++j) sum -= h(i, j) * coefficients_[j];
            coefficients_[i] = h(i, i) != 0.0 ? sum / h(i, i) : 0.0;
        }
        for (std::size_t i = 0; i < dimension; ++i) {
            const auto v = basis_.vector(i);
            for (std::size_t j = 0; j < x.size(); ++j) x[j] += coefficients_[i] * v[j];
        }
    }

    std::size_t restart_;
    KrylovBasis<Products> basis_;
    std::vector<double> coefficients_;  // of the solution
    std::vector<double> rotated_;       // right-hand side under the rotations
    std::vector<double> cosine_, sine_;
    std::vector<double> hessenberg_;  // [column][row]
};

}  // namespace polykarma
