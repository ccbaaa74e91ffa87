#include "game/spending_path.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace polykarma {
namespace {

/// Rounding of sums of products of rationals; see guarded_floor.
constexpr double kGuard = 1e-11;

/// Balances of the accounts on a line, the contested one empty.
class Purse {
public:
    Purse(const Lattice& lattice, const Exchange& exchange, Account contested, std::size_t line)
        : lattice_(lattice), exchange_(exchange), contested_(contested) {
        lattice.balances(contested, line * lattice.line_length(contested), balances());
    }

    [[nodiscard]] std::size_t accounts() const { return lattice_.accounts(); }
    /// The account that pays after `step` others, counting the contested one.
    [[nodiscard]] Account payer(std::size_t step) const { return Account{(contested_.at() + step) % accounts()}; }
    [[nodiscard]] double rate(Account a) const { return exchange_.rate(contested_, a); }
    /// What an account is worth, in r-karma.
    [[nodiscard]] double means(Account a) const { return rate(a) * balance(a); }
    [[nodiscard]] int& balance(Account a) { return storage_[a.at()]; }
    [[nodiscard]] int balance(Account a) const { return storage_[a.at()]; }
    /// The line of these balances.
    [[nodiscard]] std::size_t line() { return lattice_.site(contested_, balances()) / lattice_.line_length(contested_); }
    /// Lines between those that differ by one unit in an account.
    [[nodiscard]] std::size_t stride(Account a) const {
        return lattice_.stride(contested_, a) / lattice_.line_length(contested_);
    }

private:
    [[nodiscard]] std::span<int> balances() { return {storage_.data(), accounts()}; }
    const Lattice& lattice_;
    const Exchange& exchange_;
    Account contested_;
    std::array<int, Lattice::kMaxAccounts> storage_{};
};

/// visit(line, line with one more unit debited, probability of the latter) for spending 1, 2, ... units of r-karma
/// beyond the own balance.
template <class Visit>
void for_each_step(Purse purse, int steps, Visit&& visit) {
    double covered = 0.0;   // by the accounts emptied so far, in r-karma
    std::size_t payer = 1;  // how many accounts after the contested one is being debited
    for (int beyond = 1; beyond <= steps; ++beyond) {
        while (payer + 1 < purse.accounts() &&
               beyond - covered > purse.means(purse.payer(payer)) + kGuard * (1.0 + beyond)) {
            const Account empty = purse.payer(payer++);
            covered += purse.means(empty);
            if (purse.rate(empty) > 0.0) purse.balance(empty) = 0;
        }
        const Account a = purse.payer(payer);
        const double debit = (beyond - covered) / purse.rate(a);
        const int whole = std::min(guarded_floor(debit), purse.balance(a));
        const double rest = debit - whole;
        const double fraction = whole < purse.balance(a) && rest > kGuard * (1.0 + debit) ? rest : 0.0;
        const std::size_t line = purse.line() - static_cast<std::size_t>(whole) * purse.stride(a);
        visit(line, fraction > 0.0 ? line - purse.stride(a) : line, fraction);
    }
}

}  // namespace

int SpendingPath::means(const Lattice& lattice, const Exchange& exchange, Account contested, std::size_t line) {
    const Purse purse(lattice, exchange, contested, line);
    double means = 0.0;
    for (std::size_t step = 1; step < purse.accounts(); ++step) means += purse.means(purse.payer(step));
    return guarded_floor(means);
}

void SpendingPath::entered_lines(const Lattice& lattice, const Exchange& exchange, Account contested, std::size_t line,
                                 std::vector<std::size_t>& entered) {
    for_each_step(Purse(lattice, exchange, contested, line), means(lattice, exchange, contested, line),
                  [&](std::size_t reached, std::size_t debited_more, double) {
                      entered.push_back(reached);
                      if (debited_more != reached) entered.push_back(debited_more);
                  });
}

SpendingPath::SpendingPath(const Lattice& lattice, const Exchange& exchange, Account contested, const Piece& piece)
    : line_length_(lattice.line_length(contested)) {
    start_.reserve(piece.lines.size() + 1);
    start_.push_back(0);
    for (std::size_t line = piece.lines.first; line < piece.lines.last; ++line) {
        for_each_step(Purse(lattice, exchange, contested, line), means(lattice, exchange, contested, line),
                      [&](std::size_t reached, std::size_t debited_more, double fraction) {
                          steps_.push_back({static_cast<std::uint32_t>(piece.slot(reached)),
                                            static_cast<std::uint32_t>(piece.slot(debited_more)), fraction});
                      });
        start_.push_back(steps_.size());
    }
    steps_.shrink_to_fit();
}

void SpendingPath::pull(std::size_t line, std::span<const double> own, std::span<const double> entry,
                        std::span<double> path) const {
    std::reverse_copy(own.begin(), own.end(), path.begin());
    const Step* step = steps_.data() + start_[line];
    for (std::size_t i = 0; i < extra(line); ++i, ++step)
        path[line_length_ + i] = entry[step->slot] + step->fraction * (entry[step->debited_more] - entry[step->slot]);
}

void SpendingPath::push(std::size_t line, std::span<const double> path, std::span<double> own,
                        const EnteringMass::Block& entering) const {
    for (std::size_t i = 0; i < line_length_; ++i) own[i] += path[line_length_ - 1 - i];
    const Step* step = steps_.data() + start_[line];
    for (std::size_t i = 0; i < extra(line); ++i, ++step) {
        const double mass = path[line_length_ + i];
        if (mass == 0.0) continue;
        const double moved = step->fraction * mass;
        entering.add(step->slot, mass - moved);
        if (moved != 0.0) entering.add(step->debited_more, moved);
    }
}

}  // namespace polykarma
