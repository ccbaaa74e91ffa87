#include "game/spending_path.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace polykarma {
namespace {

/// Rounding of sums of products of rationals; see guarded_floor.
constexpr double kGuard = 1e-11;

}  // namespace

SpendingPath::SpendingPath(const Lattice& lattice, const Exchange& exchange, Account contested)
    : line_length_(lattice.line_length(contested)) {
    const std::size_t lines = lattice.lines(contested);
    start_.reserve(lines + 1);
    start_.push_back(0);
    for (std::size_t line = 0; line < lines; ++line) {
        append_line(lattice, exchange, contested, line);
        start_.push_back(steps_.size());
        longest_extra_ = std::max(longest_extra_, extra(line));
    }
}

void SpendingPath::append_line(const Lattice& lattice, const Exchange& exchange, Account contested, std::size_t line) {
    const std::size_t n = lattice.accounts();
    std::array<int, Lattice::kMaxAccounts> storage{};
    const std::span<int> balances(storage.data(), n);
    lattice.balances(contested, line * line_length_, balances);

    double means = 0.0;
    for (std::size_t step = 1; step < n; ++step) {
        const Account a{(contested.at() + step) % n};
        means += exchange.rate(contested, a) * balances[a.at()];
    }
    const int extra = guarded_floor(means);

    double covered = 0.0;   // by the accounts emptied so far, in r-karma
    std::size_t payer = 1;  // account contested + payer is being debited
    for (int beyond = 1; beyond <= extra; ++beyond) {
        const auto account = [&] { return Account{(contested.at() + payer) % n}; };
        const auto means_left = [&] { return exchange.rate(contested, account()) * balances[account().at()]; };
        while (payer + 1 < n && beyond - covered > means_left() + kGuard * (1.0 + beyond)) {
            covered += means_left();
            if (exchange.rate(contested, account()) > 0.0) balances[account().at()] = 0;
            ++payer;
        }
        const Account a = account();
        const double debit = (beyond - covered) / exchange.rate(contested, a);
        const int whole = std::min(guarded_floor(debit), balances[a.at()]);
        const double rest = debit - whole;
        const double fraction = whole < balances[a.at()] && rest > kGuard * (1.0 + debit) ? rest : 0.0;
        const std::size_t stride = lattice.stride(contested, a);
        const std::size_t site = lattice.site(contested, balances) - static_cast<std::size_t>(whole) * stride;
        steps_.push_back({static_cast<std::uint32_t>(site),
                          static_cast<std::uint32_t>(fraction > 0.0 ? site - stride : site), fraction});
    }
}

void SpendingPath::pull(std::size_t line, std::span<const double> values, std::span<double> path) const {
    const double* own = values.data() + line * line_length_;
    std::reverse_copy(own, own + line_length_, path.begin());
    const Step* step = steps_.data() + start_[line];
    for (std::size_t i = 0; i < extra(line); ++i, ++step)
        path[line_length_ + i] =
            values[step->site] + step->fraction * (values[step->debited_more] - values[step->site]);
}

void SpendingPath::push(std::size_t line, std::span<const double> path, std::span<double> mass) const {
    double* own = mass.data() + line * line_length_;
    for (std::size_t i = 0; i < line_length_; ++i) own[i] += path[line_length_ - 1 - i];
    const Step* step = steps_.data() + start_[line];
    for (std::size_t i = 0; i < extra(line); ++i, ++step) {
        const double moved = step->fraction * path[line_length_ + i];
        mass[step->site] += path[line_length_ + i] - moved;
        mass[step->debited_more] += moved;
    }
}

}  // namespace polykarma
