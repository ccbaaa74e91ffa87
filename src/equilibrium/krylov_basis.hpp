#pragma once

#include <cmath>
#include <span>
#include <utility>

#include "base/aligned.hpp"

namespace polykarma {

/// Vectors that are made orthonormal one after the other. They may be parts of vectors that are spread over ranks: all
/// that is ever asked about the whole are inner products, which Products computes, the same on every rank.
///   products(vectors, x, out): out[i] = <vectors[i], x>, vectors one after another
/// Allocates when built and never again.
template <class Products>
class KrylovBasis {
public:
    /// `count` vectors of `size` doubles.
    KrylovBasis(std::size_t size, std::size_t count, Products products)
        : size_(size), products_(std::move(products)), vectors_(count * size) {}

    /// Doubles of a vector.
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::span<double> vector(std::size_t i) { return std::span(vectors_).subspan(i * size_, size_); }

    [[nodiscard]] double norm(std::span<const double> x) {
        double square = 0.0;
        products_(x, x, std::span(&square, 1));
        return std::sqrt(square);
    }
    /// Returns the norm that the vector had.
    double normalize(std::size_t i) {
        const double length = norm(vector(i));
        if (length > 0.0)
            for (double& e : vector(i)) e /= length;
        return length;
    }
    /// Takes from a vector what the ones before it span; parts[i] <- how much of each.
    void project(std::size_t k, std::span<double> parts) {
        const auto w = vector(k);
        products_(std::span(vectors_).first(k * size_), w, parts.first(k));
        for (std::size_t i = 0; i < k; ++i) {
            const auto v = vector(i);
            for (std::size_t j = 0; j < size_; ++j) w[j] -= parts[i] * v[j];
        }
    }

private:
    std::size_t size_;
    Products products_;
    AlignedVector<double> vectors_;
};

}  // namespace polykarma
