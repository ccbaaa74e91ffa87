#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "base/exact_sum.hpp"
#include "base/simd.hpp"
#include "game/partition.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

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
                sums_[i].add(of_line(vector + first, x.data() + first));
        }
        ranks_.sum(std::span(sums_).first(count));
        for (std::size_t i = 0; i < count; ++i) out[i] = sums_[i].value();
    }

private:
    [[nodiscard]] double of_line(const double* a, const double* b) const {
        using namespace simd;
        Vec sum = 0.0;
        std::size_t k = 0;
        for (; k + kWidth <= line_; k += kWidth) sum += load_unaligned(a + k) * load_unaligned(b + k);
        double rest = 0.0;
        for (; k < line_; ++k) rest += a[k] * b[k];
        return stdx::reduce(sum) + rest;
    }
    std::size_t size_;
    std::size_t line_;
    Collective ranks_;
    std::vector<ExactSum> sums_;
};

}  // namespace polykarma
