#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "game/entries.hpp"
#include "game/exchange.hpp"
#include "grid/lattice.hpp"

namespace polykarma {

/// Where paying leads. With the other accounts fixed, the sites reached by spending 0, 1, 2, ... units of r-karma from
/// a full own account form one path: first down the line to own balance 0, then out of account r+1 until it is empty,
/// then r+2, ... (cyclically, skipping accounts that cannot be used here), each at the rate 1 / chi[r, r']. Beyond the
/// own balance, every step enters another line, an earlier one, at own balance 0.
///
///   path position    0 ........ k_max | k_max+1 ... k_max+extra
///   own balance      k_max ....... 0  | 0, others pay
///
/// Paying b from own balance k is position (k_max - k) + b: for every state of a line, all bids read one contiguous
/// stretch of the same array. A fractional debit y is floor(y) or ceil(y) with mean y: a mixture of two sites.
///                                                                               ([MK] section 2.2.2, eq. 7)
class SpendingPath {
public:
    /// The paths of the lines that a rank owns of one type.
    SpendingPath(const Lattice& lattice, const Exchange& exchange, Account contested, const Piece& piece);

    /// Largest bid beyond the own balance on a line of the whole lattice: floor of what its other accounts are worth here.
    [[nodiscard]] static int means(const Lattice& lattice, const Exchange& exchange, Account contested, std::size_t line);
    /// Appends the lines of the whole lattice that the path of a line enters.
    static void entered_lines(const Lattice& lattice, const Exchange& exchange, Account contested, std::size_t line,
                              std::vector<std::size_t>& entered);

    /// Lines are counted within the piece.
    [[nodiscard]] std::size_t extra(std::size_t line) const { return start_[line + 1] - start_[line]; }
    [[nodiscard]] std::size_t line_length() const { return line_length_; }
    [[nodiscard]] std::size_t positions(std::size_t line) const { return line_length_ + extra(line); }

    /// path [positions(line)] of values, from those of the line [position] and of entering lines [slot].
    void pull(std::size_t line, std::span<const double> own, std::span<const double> entry, std::span<double> path) const;
    /// Adds the mass on path [positions(line)] to the line [position] and to what enters lines. Adjoint of pull.
    void push(std::size_t line, std::span<const double> path, std::span<double> own,
              const EnteringMass::Block& entering) const;

    [[nodiscard]] std::size_t bytes() const { return steps_.size() * sizeof(Step) + start_.size() * sizeof(std::size_t); }

private:
    /// The line entered, and with probability `fraction` the one with one more unit debited.
    struct Step {
        std::uint32_t slot;
        std::uint32_t debited_more;
        double fraction;
    };
    std::size_t line_length_;
    std::vector<std::size_t> start_;  // [line]
    std::vector<Step> steps_;         // beyond the own balance only
};

/// The third face: one agent pays `bid` units of r-karma the way a path leads. The last unit of an account that pays a
/// fraction is debited with that probability, by a word uniform over 32 bits.
///   balances [account], in place; worth at least the bid at the contested resource
void draw(const Exchange& exchange, Account contested, int bid, std::uint32_t word, std::span<int> balances);

}  // namespace polykarma
