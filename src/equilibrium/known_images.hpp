#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "base/aligned.hpp"

namespace polykarma {

/// Directions u of a linear operator A with their images A u, made orthonormal, each with a vector that came along with
/// the image and is as linear in u: enough to solve A x = b for the part of b that the images span (generalized
/// conjugate residuals). Where A is the identity but for a part of low rank, a few directions do. Every rank has the
/// same directions and images; companions may be parts.
class KnownImages {
public:
    KnownImages(std::size_t size, std::size_t companion, std::size_t most)
        : size_(size), companion_size_(companion), most_(most) {}

    [[nodiscard]] bool full() const { return count_ == most_; }
    void clear() { count_ = 0; }

    /// Moves what the images span from `rest` to the solution: rest -= A dx, x += dx, and dx's companion.
    void solve(std::span<double> rest, std::span<double> x, std::span<double> companion) const {
        for (std::size_t i = 0; i < count_; ++i) {
            const double part = dot(images(i), rest);
            subtract(-part, directions(i), x);
            subtract(part, images(i), rest);
            subtract(-part, companions(i), companion);
        }
    }

    /// False, and nothing is added, if the image is one of those that are known.
    [[nodiscard]] bool add(std::span<const double> direction, std::span<const double> image,
                           std::span<const double> companion) {
        directions_.resize((count_ + 1) * size_);
        images_.resize((count_ + 1) * size_);
        companions_.resize((count_ + 1) * companion_size_);
        copy(direction, directions(count_));
        copy(image, images(count_));
        copy(companion, companions(count_));
        const double before = norm(image);
        for (int pass = 0; pass < 2; ++pass)
            for (std::size_t i = 0; i < count_; ++i) {
                const double part = dot(images(i), images(count_));
                subtract(part, images(i), images(count_));
                subtract(part, directions(i), directions(count_));
                subtract(part, companions(i), companions(count_));
            }
        const double length = norm(images(count_));
        if (!(length > 1e-12 * before)) return false;
        for (const auto vector : {directions(count_), images(count_), companions(count_)})
            for (double& e : vector) e /= length;
        ++count_;
        return true;
    }

    static double norm(std::span<const double> a) { return std::sqrt(dot(a, a)); }

private:
    static double dot(std::span<const double> a, std::span<const double> b) {
        double sum = 0.0;
        for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
        return sum;
    }
    static void subtract(double factor, std::span<const double> from, std::span<double> to) {
        for (std::size_t k = 0; k < to.size(); ++k) to[k] -= factor * from[k];
    }
    static void copy(std::span<const double> from, std::span<double> to) {
        std::copy(from.begin(), from.end(), to.begin());
    }

    [[nodiscard]] std::span<double> directions(std::size_t i) {
        return std::span(directions_).subspan(i * size_, size_);
    }
    [[nodiscard]] std::span<double> images(std::size_t i) { return std::span(images_).subspan(i * size_, size_); }
    [[nodiscard]] std::span<double> companions(std::size_t i) {
        return std::span(companions_).subspan(i * companion_size_, companion_size_);
    }
    [[nodiscard]] std::span<const double> directions(std::size_t i) const {
        return std::span(directions_).subspan(i * size_, size_);
    }
    [[nodiscard]] std::span<const double> images(std::size_t i) const {
        return std::span(images_).subspan(i * size_, size_);
    }
    [[nodiscard]] std::span<const double> companions(std::size_t i) const {
        return std::span(companions_).subspan(i * companion_size_, companion_size_);
    }

    std::size_t size_;
    std::size_t companion_size_;
    std::size_t most_;
    std::size_t count_ = 0;
    AlignedVector<double> directions_, images_, companions_;
};

}  // namespace polykarma
