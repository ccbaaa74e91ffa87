#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "parallel/collective.hpp"

namespace polykarma {

/// A number that tells whether stored arrays are those that were written, whichever rank has which part of them; no
/// defence against intent.
class Digest {
public:
    /// Values of the next array from a place in it on. All ranks add the same arrays in the same order, also nothing.
    template <class T>
    void add(std::size_t first, std::span<const T> values) {
        using Bits = std::conditional_t<sizeof(T) == sizeof(std::uint64_t), std::uint64_t, std::uint32_t>;
        ++arrays_;
        std::uint64_t place = first + (arrays_ << 48);
        for (const T& value : values) sum_ += term(std::bit_cast<Bits>(value), place++);
    }
    /// Of all ranks. Collective.
    [[nodiscard]] std::int64_t total(const Collective& ranks) const {
        std::array sum{sum_};
        ranks.sum(sum);
        return sum.front();
    }

private:
    /// The last steps of SplitMix64, down to 30 bits: some 1e10 of them can be added.
    static std::int64_t term(std::uint64_t bits, std::uint64_t place) {
        std::uint64_t x = bits + place * 0x9e3779b97f4a7c15u;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
        return static_cast<std::int64_t>((x ^ (x >> 31)) >> 34);
    }

    std::uint64_t arrays_ = 0;
    std::int64_t sum_ = 0;
};

}  // namespace polykarma
