#include "grid/lattice.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"

namespace polykarma {

Lattice::Lattice(std::vector<int> k_max) : k_max_(std::move(k_max)) {
    POLYKARMA_EXPECTS(k_max_.size() <= kMaxAccounts);
    const std::size_t n = k_max_.size();
    strides_.resize(n * n);
    for (std::size_t contested = 0; contested < n; ++contested) {
        std::size_t stride = 1;
        // Fastest first: contested, then contested - 1, ..., down to contested + 1, all cyclically.
        for (std::size_t step = 0; step < n; ++step) {
            const std::size_t account = (contested + n - step) % n;
            strides_[contested * n + account] = stride;
            stride *= static_cast<std::size_t>(k_max_[account]) + 1;
        }
        sites_ = stride;
    }
}

std::size_t Lattice::line_length(Account contested) const {
    return k_max_.empty() ? 1 : static_cast<std::size_t>(k_max_[contested.at()]) + 1;
}

void Lattice::balances(Account contested, std::size_t site, std::span<int> balances) const {
    for (const auto a : Range<Account>(accounts())) {
        const auto length = static_cast<std::size_t>(k_max(a)) + 1;
        balances[a.at()] = static_cast<int>(site / stride(contested, a) % length);
    }
}

std::size_t Lattice::site(Account contested, std::span<const int> balances) const {
    std::size_t site = 0;
    for (const auto a : Range<Account>(accounts()))
        site += static_cast<std::size_t>(balances[a.at()]) * stride(contested, a);
    return site;
}

void Lattice::transpose(Account from, Account to, std::span<const double> in, std::span<double> out) const {
    POLYKARMA_EXPECTS(in.size() == sites_ && out.size() == sites_);
    if (from == to || accounts() < 2) {
        std::copy(in.begin(), in.end(), out.begin());
        return;
    }
    const std::size_t n = accounts();
    const std::size_t length = line_length(to);
    const std::size_t step = stride(from, to);
    std::array<int, kMaxAccounts> odometer{};
    std::size_t base = 0;  // of this line, in the order of `from`
    for (std::size_t line = 0; line < sites_; line += length) {
        for (std::size_t k = 0; k < length; ++k) out[line + k] = in[base + k * step];
        for (std::size_t slower = 1; slower < n; ++slower) {
            const Account a{(to.at() + n - slower) % n};
            if (odometer[a.at()] < k_max(a)) {
                ++odometer[a.at()];
                base += stride(from, a);
                break;
            }
            base -= static_cast<std::size_t>(k_max(a)) * stride(from, a);
            odometer[a.at()] = 0;
        }
    }
}

}  // namespace polykarma
