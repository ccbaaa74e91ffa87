#include "grid/lattice.hpp"

#include "base/error.hpp"

namespace polykarma {

Lattice::Lattice(std::vector<int> k_max) : k_max_(std::move(k_max)) {
    POLYKARMA_EXPECTS(k_max_.size() <= kMaxAccounts);
    const std::size_t n = k_max_.size();
    strides_.resize(n * n);
    for (std::size_t contested = 0; contested < n; ++contested) {
        std::size_t stride = 1;
        // Fastest first: contested, then contested + 1, ..., up to contested - 1, all cyclically.
        for (std::size_t step = 0; step < n; ++step) {
            const std::size_t account = (contested + step) % n;
            strides_[contested * n + account] = stride;
            stride *= static_cast<std::size_t>(k_max_[account]) + 1;
        }
        sites_ = stride;
    }
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

Lattice::Transposition Lattice::transposition(Account from, Account to) const {
    std::size_t rows = 1;
    for (std::size_t a = from.at(); a != to.at(); a = (a + 1) % accounts())
        rows *= static_cast<std::size_t>(k_max_[a]) + 1;
    return {rows, sites_ / rows};
}

}  // namespace polykarma
