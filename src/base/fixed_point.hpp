#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/error.hpp"
#include "base/simd.hpp"

namespace polykarma {
namespace detail {

/// x rounded to a multiple of the last place of shift, for |x| well below shift.
template <class Number>
[[nodiscard]] inline Number round_at(Number x, double shift) {
    return (x + shift) - shift;
}

inline constexpr std::int64_t kSign = std::numeric_limits<std::int64_t>::min();
using VecBits [[gnu::vector_size(sizeof(simd::Vec))]] = std::int64_t;
[[nodiscard]] inline std::int64_t bits(double x) { return std::bit_cast<std::int64_t>(x); }
[[nodiscard]] inline VecBits bits(simd::Vec x) { return std::bit_cast<VecBits>(x); }

/// |x|, by its bits: no arithmetic, so that compilers cannot fuse the product which x may be into the addition that
/// follows. They would do so in the body of a loop and not in its tail, and one term would round in two ways. (Barriers
/// that cost nothing do not survive vectorization.)
template <class Number>
[[nodiscard]] inline Number magnitude(Number x) {
    return std::bit_cast<Number>(bits(x) & ~kSign);
}
/// What has become of a magnitude, with the sign of x given back to it: y, or -y for a negative x.
template <class Number>
[[nodiscard]] inline Number with_sign_of(Number x, Number y) {
    return std::bit_cast<Number>(bits(y) ^ (bits(x) & kSign));
}

}  // namespace detail

/// Rounds to a common grid so that ordinary additions of the results are exact, and therefore independent of their
/// order. For terms in [-bound, bound] whose magnitudes add up to 2 bound at most, rounded terms included.
///   rounded = sign(x) ((|x| + shift) - shift),  shift = bound rounded up to a power of two
/// Ensures  multiples of unit() = 2^-52 shift; each off by unit() / 2 at most (by unit() between bound and 2 bound, so
///          that a term which rounding has lifted over its bound does no harm); that of -x is minus that of x; -0 only
///          from negative terms, and no sum that starts at 0 ever is; NaN stays NaN
/// Cost     two additions and two operations on bits
class FixedPoint {
public:
    explicit constexpr FixedPoint(double bound) : shift_(power_of_two_from(bound)) {}

    [[nodiscard]] double operator()(double x) const {
        POLYKARMA_EXPECTS(!(std::abs(x) > 2.0 * shift_) || std::isinf(x));
        return rounded(x);
    }
    [[nodiscard]] simd::Vec operator()(simd::Vec x) const {
        POLYKARMA_EXPECTS(simd::stdx::none_of(detail::magnitude(x) > 2.0 * shift_ &&
                                              detail::magnitude(x) <= std::numeric_limits<double>::max()));
        return rounded(x);
    }

    [[nodiscard]] constexpr double unit() const { return shift_ * 0x1p-52; }

private:
    template <class Number>
    [[nodiscard]] Number rounded(Number x) const {
        return detail::with_sign_of(x, detail::round_at(detail::magnitude(x), shift_));
    }
    static constexpr double power_of_two_from(double bound) {
        POLYKARMA_EXPECTS(bound >= 0x1p-970 && bound <= 0x1p1022);  // so that unit() and sums are normal numbers
        constexpr std::uint64_t kFraction = (std::uint64_t{1} << 52) - 1;
        return std::bit_cast<double>((std::bit_cast<std::uint64_t>(bound) + kFraction) & ~kFraction);
    }

    double shift_;
};

/// Shares of the population: masses and sums of masses, at most one.
inline constexpr FixedPoint kShares{1.0};

/// A term, or a sum of terms, that kShares alone would round too coarsely: on kShares and, what that leaves, on a grid
/// of 2^-76. Sums are exact, in whatever order, up to 2^30 terms of a magnitude of at most one each and of 2 in total.
struct SplitShare {
    double high = 0.0;
    double low = 0.0;

    SplitShare& operator+=(SplitShare other) {
        high += other.high;
        low += other.low;
        return *this;
    }
    /// Rounded once.
    [[nodiscard]] double value() const { return high + low; }
};

/// Off by 2^-77 at most, for x in [-1, 1]; both halves of -x are minus those of x.
[[nodiscard]] inline SplitShare split(double x) {
    // |x - high| <= 2^-53, and 2^30 of that are 2^-23 = 2^53 2^-76: a double holds any sum of them.
    constexpr double kLowShift = 0x1.8p-24;  // last place 2^-76 on either side of it
    const double size = detail::magnitude(x);
    const double high = kShares(size);
    return {detail::with_sign_of(x, high), detail::with_sign_of(x, detail::round_at(size - high, kLowShift))};
}

}  // namespace polykarma
