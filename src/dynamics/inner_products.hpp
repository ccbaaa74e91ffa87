#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "base/exact_sum.hpp"
#include "base/simd.hpp"
#include "game/partition.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// sum_k a[k] b[k], in an order that depends on nothing but the length.
[[nodiscard]] inline double inner_product(const double* a, const double* b, std::size_t length) {
    using namespace simd;
    Vec sum = 0.0;
    std::size_t k = 0;
    for (; k + kWidth <= length; k += kWidth) sum += load_unaligned(a + k) * load_unaligned(b + k);
    double rest = 0.0;
    for (; k < length; ++k) rest += a[k] * b[k];
    return stdx::reduce(sum) + rest;
}

/// Inner products of vectors over the states of one stage, the same on any number of ranks: along a line in vector
/// order, over lines exact. Allocates when it sees more vectors than ever before.
class InnerProducts {
public:
    InnerProducts(const Part& part, Stage r, const Collective& ranks)
        : size_(part.states(r)), line_(part.layout().line_length(r)), ranks_(ranks) {}

    [[nodiscard]] std::size_t size() const { return size_; }

    /// out[i] = <vectors[i], x>, for vectors stored one after another; all ranks call, and get the same numbers.
    void operator()(std::span<const double> vectors, std::span<const double> x, std::span<double> out) {
        const std::size_t count = out.size();
        if (sums_.size() < count) sums_.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            sums_[i].clear();
            const double* const vector = vectors.data() + i * size_;
            for (std::size_t first = 0; first < size_; first += line_)
                sums_[i].add(inner_product(vector + first, x.data() + first, line_));
        }
        ranks_.sum(std::span(sums_).first(count));
        for (std::size_t i = 0; i < count; ++i) out[i] = sums_[i].value();
    }

private:
    std::size_t size_;
    std::size_t line_;
    Collective ranks_;
    std::vector<ExactSum> sums_;
};

/// The same of vectors that consist of segments of several lengths, each wholly one rank's: along a segment in vector
/// order, over segments exact.
class SegmentProducts {
public:
    /// The lengths of this rank's segments.
    SegmentProducts(std::vector<std::size_t> lengths, const Collective& ranks)
        : lengths_(std::move(lengths)), ranks_(ranks) {}

    /// out[i] = <vectors[i], x>, for vectors stored one after another; all ranks call, and get the same numbers.
    void operator()(std::span<const double> vectors, std::span<const double> x, std::span<double> out) {
        const std::size_t count = out.size();
        if (sums_.size() < count) sums_.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            sums_[i].clear();
            const double* a = vectors.data() + i * x.size();
            const double* b = x.data();
            for (const std::size_t length : lengths_) {
                sums_[i].add(inner_product(a, b, length));
                a += length;
                b += length;
            }
        }
        ranks_.sum(std::span(sums_).first(count));
        for (std::size_t i = 0; i < count; ++i) out[i] = sums_[i].value();
    }

private:
    std::vector<std::size_t> lengths_;
    Collective ranks_;
    std::vector<ExactSum> sums_;
};

}  // namespace polykarma
