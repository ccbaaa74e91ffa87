#pragma once

#include <algorithm>
#include <cmath>

#include "base/simd.hpp"
#include "game/concept.hpp"

/// What is done with one row of action values. Rows start a cache line, are padded to whole cache lines, and hold
/// kForbidden (values) or 0 (responses) in the padding, so that every loop runs over whole vectors.
namespace polykarma {

[[nodiscard]] inline double row_maximum(Row q) {
    simd::Vec best = kForbidden;
    for (std::size_t a = 0; a < padded(q.size()); a += simd::kWidth)
        best = simd::stdx::max(best, simd::load(q.data() + a));
    return simd::stdx::hmax(best);
}

/// sum_a p[a] q[a]
[[nodiscard]] inline double expected_value(Row p, Row q) {
    simd::Vec sum = 0.0;
    for (std::size_t a = 0; a < padded(q.size()); a += simd::kWidth)
        sum += simd::load(p.data() + a) * simd::load(q.data() + a);
    return simd::stdx::reduce(sum);
}

/// Weights of actions further than this below the best are zero: e^-36 = 2.3e-16 is one unit in the last place of 1.
inline constexpr double kSoftmaxRange = 36.0;

struct SoftmaxRow {
    double maximum = 0.0;
    double total = 0.0;     ///< sum of the weights, at least 1
    double weighted = 0.0;  ///< sum of weight * value: weighted / total is the value of the response
};

/// weight[a] = exp(lambda (q[a] - max q)); dividing by `total` gives the softmax response.
///   Exponentials are formed only for vectors with an action in range.
[[gnu::always_inline]] inline SoftmaxRow softmax_weights(Row q, double lambda, double* weight) {
    using namespace simd;
    SoftmaxRow result{row_maximum(q), 0.0, 0.0};
    const double threshold = result.maximum - kSoftmaxRange / lambda;
    Vec total = 0.0;
    Vec weighted = 0.0;
    for (std::size_t a = 0; a < padded(q.size()); a += kWidth) {
        const Vec value = load(q.data() + a);
        Vec w = 0.0;
        if (stdx::any_of(value >= threshold)) {
            w = select_less(value, threshold, w, exp_nonpositive(lambda * (value - result.maximum)));
            total += w;
            weighted += w * value;
        }
        store(w, weight + a);
    }
    result.total = stdx::reduce(total);
    result.weighted = stdx::reduce(weighted);
    return result;
}

/// p <- factor p
inline void scale(double* p, std::size_t length, double factor) {
    using namespace simd;
    for (std::size_t a = 0; a < padded(length); a += kWidth) store(factor * load(p + a), p + a);
}

/// p <- (1 - rate) p + rate weight / total
inline void damp(std::span<double> p, const double* weight, double total, double rate) {
    using namespace simd;
    const double keep = 1.0 - rate;
    const double scale = rate / total;
    for (std::size_t a = 0; a < padded(p.size()); a += kWidth)
        store(keep * load(p.data() + a) + scale * load(weight + a), p.data() + a);
}

}  // namespace polykarma
