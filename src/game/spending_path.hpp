#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "game/exchange.hpp"
#include "grid/lattice.hpp"

namespace polykarma {

/// Where paying leads. With the other accounts fixed, the sites reached by spending 0, 1, 2, ... units of r-karma from
/// a full own account form one path: first down the line to own balance 0, then out of account r+1 until it is empty,
/// then r+2, ... (cyclically, skipping accounts that cannot be used here), each at the rate 1 / chi[r, r'].
///
///   path position    0 ........ k_max | k_max+1 ... k_max+extra
///   own balance      k_max ....... 0  | 0, others pay
///
/// Paying b from own balance k is position (k_max - k) + b: for every state of a line, all bids read one contiguous
/// stretch of the same array. A fractional debit y is floor(y) or ceil(y) with mean y: a mixture of two sites.
///                                                                               ([MK] section 2.2.2, eq. 7)
class SpendingPath {
public:
    SpendingPath(const Lattice& lattice, const Exchange& exchange, Account contested);

    /// Largest bid beyond the own balance on a line: floor of what the other accounts are worth here.
    [[nodiscard]] std::size_t extra(std::size_t line) const { return start_[line + 1] - start_[line]; }
    [[nodiscard]] std::size_t longest_extra() const { return longest_extra_; }
    [[nodiscard]] std::size_t line_length() const { return line_length_; }
    [[nodiscard]] std::size_t positions(std::size_t line) const { return line_length_ + extra(line); }

    /// path [positions(line)] of values from values [site] of a block.
    void pull(std::size_t line, std::span<const double> values, std::span<double> path) const;
    /// Adds the mass on path [positions(line)] to mass [site] of a block. Adjoint of pull.
    void push(std::size_t line, std::span<const double> path, std::span<double> mass) const;

    [[nodiscard]] std::size_t bytes() const { return steps_.size() * sizeof(Step); }

private:
    /// The site reached, and with probability `fraction` the one with one more unit debited.
    struct Step {
        std::uint32_t site;
        std::uint32_t debited_more;
        double fraction;
    };
    void append_line(const Lattice& lattice, const Exchange& exchange, Account contested, std::size_t line);

    std::size_t line_length_;
    std::size_t longest_extra_ = 0;
    std::vector<std::size_t> start_;  // [line]
    std::vector<Step> steps_;         // beyond the own balance only
};

}  // namespace polykarma
