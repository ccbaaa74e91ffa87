#pragma once

#include <span>
#include <vector>

#include "base/index.hpp"

namespace polykarma {

/// Cartesian lattice of karma balances, one axis per account, balances 0..k_max of each.
///
/// At each stage one account is contested, and the lattice is stored with that account fastest; the others follow in
/// cyclic order, the one before it slowest. So the balances of the contested account form a contiguous *line*, the sites
/// of a line share all other balances, and rotating the accounts of an economy rotates its storage with it. Going from
/// one stage to the next is the transposition of a matrix.
class Lattice {
public:
    static constexpr std::size_t kMaxAccounts = 16;

    /// k_max [account]; no account at all is one site.
    explicit Lattice(std::vector<int> k_max);

    [[nodiscard]] std::size_t accounts() const { return k_max_.size(); }
    [[nodiscard]] int k_max(Account a) const { return k_max_[a.at()]; }
    [[nodiscard]] std::size_t sites() const { return sites_; }

    /// Sites along the contested account, and how many such lines there are.
    [[nodiscard]] std::size_t line_length(Account contested) const {
        return k_max_.empty() ? 1 : static_cast<std::size_t>(k_max_[contested.at()]) + 1;
    }
    [[nodiscard]] std::size_t lines(Account contested) const { return sites_ / line_length(contested); }

    /// Distance between two sites that differ by one unit in an account.
    [[nodiscard]] std::size_t stride(Account contested, Account a) const {
        return strides_[contested.at() * accounts() + a.at()];
    }

    /// balances [account] of a site, and back.
    void balances(Account contested, std::size_t site, std::span<int> balances) const;
    [[nodiscard]] std::size_t site(Account contested, std::span<const int> balances) const;

    /// How two orders of the sites are related: site i + rows * j of the one is site j + columns * i of the other.
    struct Transposition {
        std::size_t rows = 1;
        std::size_t columns = 1;
    };
    [[nodiscard]] Transposition transposition(Account from, Account to) const;

private:
    std::vector<int> k_max_;
    std::vector<std::size_t> strides_;  // [contested][account]
    std::size_t sites_ = 1;
};

}  // namespace polykarma
