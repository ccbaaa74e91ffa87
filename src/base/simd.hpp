#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <experimental/simd>

#include "base/aligned.hpp"

/// Short vectors for the kernels: the widest the target offers, always a divisor of a cache line.
namespace polykarma::simd {

namespace stdx = std::experimental;

using Vec = stdx::native_simd<double>;
inline constexpr std::size_t kWidth = Vec::size();
static_assert(kLanes % kWidth == 0);

/// A chunk whose address is a multiple of the vector's size.
inline Vec load(const double* p) { return Vec(p, stdx::vector_aligned); }
inline void store(Vec v, double* p) { v.copy_to(p, stdx::vector_aligned); }

/// A chunk that starts anywhere.
inline Vec load_unaligned(const double* p) { return Vec(p, stdx::element_aligned); }
inline void store_unaligned(Vec v, double* p) { v.copy_to(p, stdx::element_aligned); }

/// 0, 1, 2, ...
inline Vec lane_numbers() {
    return Vec([](auto lane) { return static_cast<double>(static_cast<int>(lane)); });
}

/// Per lane: x < threshold ? yes : no. Compiler vectors do it, as clang 14 drops masked assignments (stdx::where) of
/// AVX-512 vectors.
inline Vec select_less(Vec x, double threshold, Vec yes, Vec no) {
    using Raw [[gnu::vector_size(sizeof(Vec))]] = double;
    return std::bit_cast<Vec>(std::bit_cast<Raw>(x) < threshold ? std::bit_cast<Raw>(yes) : std::bit_cast<Raw>(no));
}

/// e^x for x in [-700, 0], relative error below 5e-16: x = n log 2 + r, |r| <= log(2)/2, Taylor polynomial of
/// degree 12 in r (remainder (log 2 / 2)^13 / 13! < 2e-16), and 2^n by its exponent bits. The polynomial is summed in
/// pairs, then pairs of pairs: its latency, not its length, is what a row of action values waits for.
inline Vec exp_nonpositive(Vec x) {
    constexpr double kLog2E = 1.4426950408889634074;
    constexpr double kLog2High = 6.93147180369123816490e-01;  // log 2 with 21 trailing zero bits
    constexpr double kLog2Low = 1.90821492927058770002e-10;
    constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer held in the low bits
    const Vec shifted = x * kLog2E + kRound;
    const Vec n = shifted - kRound;
    const Vec r = (x - n * kLog2High) - n * kLog2Low;
    const Vec r2 = r * r;
    const Vec r4 = r2 * r2;
    const Vec low = (r + 1.0) + r2 * (r * (1.0 / 6) + 0.5);
    const Vec middle = (r * (1.0 / 120) + 1.0 / 24) + r2 * (r * (1.0 / 5040) + 1.0 / 720);
    const Vec high = (r * (1.0 / 362880) + 1.0 / 40320) + r2 * (r * (1.0 / 39916800) + 1.0 / 3628800);
    const Vec p = low + r4 * (middle + r4 * (high + r4 * (1.0 / 479001600)));
    using Bits = stdx::rebind_simd_t<std::int64_t, Vec>;
    const Bits exponent = (std::bit_cast<Bits>(shifted) + 1023) << 52;  // the bits above the low 12 fall out
    return p * std::bit_cast<Vec>(exponent);
}

}  // namespace polykarma::simd
