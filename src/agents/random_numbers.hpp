#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace polykarma {

/// What random numbers are drawn for. Two purposes never share one.
enum class ChanceOf : std::uint32_t {
    start_state,
    start_karma,
    bid,
    payment,
    admission,
    credit,
    urgency,
    traced,
    partner,
    tie,
    tax,
};

/// Agents are worked on in tiles of this many at most, whose intermediate results stay in the first-level cache.
inline constexpr std::size_t kTile = 512;

/// Random numbers of one seed. They are addressed, not consumed: the four words of an address, uniform over 32 bits
/// each, are the same whoever asks for them and in whatever order, so that no result depends on the number of ranks.
/// Philox4x32-10 of Random123 (Salmon, Moraes, Dror, Shaw 2011).
class RandomNumbers {
public:
    using Words = std::array<std::uint32_t, 4>;

    explicit RandomNumbers(std::uint64_t seed) : seed_(seed) {}

    /// Of an agent, or of whatever else is numbered, at a time.
    [[nodiscard]] Words operator()(std::uint64_t item, std::uint32_t time, ChanceOf what) const;

    /// Words of up to kTile consecutive items, word by word.
    struct Tile {
        alignas(64) std::array<std::array<std::uint32_t, kTile>, 4> word;
    };
    void fill(Tile& tile, std::size_t count, std::uint64_t first_item, std::uint32_t time, ChanceOf what) const;

private:
    std::uint64_t seed_;
};

/// A number below `bound`, by a word: every one is drawn with the same probability up to bound / 2^32.
[[nodiscard]] constexpr std::uint32_t below(std::uint32_t bound, std::uint32_t word) {
    return static_cast<std::uint32_t>(std::uint64_t{bound} * word >> 32);
}

}  // namespace polykarma
