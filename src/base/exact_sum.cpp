#include "base/exact_sum.hpp"

#include <cmath>
#include <limits>

namespace polykarma {

void ExactSum::add(const ExactSum& other) {
    for (std::size_t i = 0; i < kWords; ++i) words_[i] += other.words_[i];
    if (words_[kLoad] >= kMostLoad) normalize();
}

void ExactSum::normalize() {
    std::int64_t carry = 0;
    for (std::size_t i = 0; i + 1 < kLimbs; ++i) {
        carry += words_[i];
        words_[i] = carry & static_cast<std::int64_t>(kMask);
        carry >>= 32;
    }
    words_[kLimbs - 1] += carry;
    words_[kLoad] = 1;
}

double ExactSum::value() const {
    if (words_[kSpecials] != 0) return std::numeric_limits<double>::quiet_NaN();
    ExactSum sum = *this;
    sum.normalize();
    const bool negative = sum.words_[kLimbs - 1] < 0;
    if (negative) {
        for (std::size_t i = 0; i < kLimbs; ++i) sum.words_[i] = -sum.words_[i];
        sum.normalize();
    }
    // Now all limbs but the highest hold 32 bits, so the 64 highest bits of the sum are in three of them.
    std::size_t top = kLimbs - 1;
    while (top > 1 && sum.words_[top] == 0) --top;
    const auto limb = [&](std::size_t i) { return static_cast<std::uint64_t>(sum.words_[i]); };
    if (limb(top) >> 32 != 0)
        return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    std::uint64_t head = (limb(top) << 32) | limb(top - 1);
    if (top == 1 && head >> 53 == 0) {
        // Every bit fits: the mantissa of a subnormal number or of the smallest normal ones is its own representation.
        return std::bit_cast<double>(head | (std::uint64_t{negative} << 63));
    }
    int exponent = static_cast<int>(32 * (top - 1)) - 1074;
    std::uint64_t rest = 0;
    if (top > 1) {
        const int room = std::countl_zero(head);  // < 32
        head = (head << room) | (limb(top - 2) >> (32 - room));
        rest = limb(top - 2) << (32 + room);
        exponent -= room;
        for (std::size_t i = 0; i + 2 < top; ++i) rest |= limb(i);
    }
    // The conversion rounds the 64 bits to 53; what is below them only decides ties, for which one bit suffices.
    const double magnitude = std::ldexp(static_cast<double>(head | (rest != 0 ? 1 : 0)), exponent);
    return negative ? -magnitude : magnitude;
}

}  // namespace polykarma
