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
using Mask = Vec::mask_type;
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

/// e^x for x in [-700, 0], relative error below 3e-16: x = n log 2 + r, |r| <= log(2)/2, Taylor polynomial of
/// degree 12 in r (remainder (log 2 / 2)^13 / 13! < 2e-16), and 2^n by its exponent bits.
inline Vec exp_nonpositive(Vec x) {
    constexpr double kLog2E = 1.4426950408889634074;
    constexpr double kLog2High = 6.93147180369123816490e-01;  // log 2 with 21 trailing zero bits
    constexpr double kLog2Low = 1.90821492927058770002e-10;
    constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer held in the low bits
    const Vec shifted = x * kLog2E + kRound;
    const Vec n = shifted - kRound;
    const Vec r = (x - n * kLog2High) - n * kLog2Low;
    constexpr double kInverseFactorial[] = {1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
                                            1.0 / 720,      1.0 / 120,     1.0 / 24,     1.0 / 6,     0.5,
                                            1.0,            1.0};
    Vec p = 1.0 / 479001600;
    for (const double c : kInverseFactorial) p = p * r + c;
    using Bits = stdx::rebind_simd_t<std::int64_t, Vec>;
    const Bits exponent = (std::bit_cast<Bits>(shifted) + 1023) << 52;  // the bits above the low 12 fall out
    return p * std::bit_cast<Vec>(exponent);
}

}  // namespace polykarma::simd
