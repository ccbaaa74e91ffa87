#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace polykarma {

/// Sum of doubles without rounding, so that neither the order of the terms nor their distribution over blocks and ranks
/// changes it: a fixed-point number wide enough for every double, rounded once, by value().
///   sum = sum_i limb[i] 2^(32 i - 1074),  0 <= i < 67
/// Limbs are signed 64-bit words that hold 32 bits after normalize(); the room above takes 2^30 additions without a
/// carry. Subnormal terms count whatever the floating-point environment of the thread.
/// Ensures  value() is the double nearest to the exact sum (ties to even): the error is at most half a unit in its last
///          place. Sums beyond the largest double are infinite; a sum of zero is +0.
/// Cost     add(double) touches four words, allocates nothing and throws nothing
class ExactSum {
public:
    /// A NaN or infinite term makes value() NaN, whatever else is added.
    void add(double x) {
        const auto bits = std::bit_cast<std::uint64_t>(x);
        const std::uint64_t exponent = (bits >> 52) & 0x7ff;
        const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
        if (exponent == 0x7ff) {
            ++words_[kSpecials];
            return;
        }
        // |x| = mantissa 2^(shift - 1074); subnormal numbers share the exponent of the smallest normal ones.
        const std::uint64_t normal = exponent != 0 ? 1 : 0;
        const std::uint64_t mantissa = fraction | (normal << 52);
        const std::uint64_t shift = exponent - normal;
        const std::size_t limb = shift / 32;
        const std::uint64_t offset = shift % 32;
        const std::uint64_t low = mantissa << offset;
        const std::uint64_t high = (mantissa >> 32) >> (32 - offset);
        const std::int64_t sign = -static_cast<std::int64_t>(bits >> 63);
        const auto signed_limb = [sign](std::uint64_t magnitude) {
            return (static_cast<std::int64_t>(magnitude) ^ sign) - sign;
        };
        words_[limb] += signed_limb(low & kMask);
        words_[limb + 1] += signed_limb(low >> 32);
        words_[limb + 2] += signed_limb(high);
        if (++words_[kLoad] >= kMostLoad) normalize();
    }

    void add(const ExactSum& other);

    [[nodiscard]] double value() const;

    void clear() { words_.fill(0); }

    /// Carries, so that the words of up to 2^30 ranks can be added without overflow. Does not change the sum.
    void normalize();

    /// Words whose element-wise integer sum over ranks is the sum of all ranks; normalize() before.
    [[nodiscard]] std::span<std::int64_t> words() { return words_; }

private:
    static constexpr std::size_t kLimbs = 67;
    /// How many terms were NaN or infinite.
    static constexpr std::size_t kSpecials = kLimbs;
    /// No limb but the highest is larger than this many times 2^32 - 1: a statement that stays true when words are
    /// added. The highest limb starts at 2^1038, above every double, and no number of terms that can be added fills it.
    static constexpr std::size_t kLoad = kLimbs + 1;
    static constexpr std::int64_t kMostLoad = std::int64_t{1} << 30;
    static constexpr std::uint64_t kMask = 0xffffffff;

public:
    static constexpr std::size_t kWords = kLimbs + 2;

private:
    std::array<std::int64_t, kWords> words_{};
};

/// An array of sums is one array of words.
static_assert(sizeof(ExactSum) == ExactSum::kWords * sizeof(std::int64_t));

}  // namespace polykarma
