#include "game/spending_path.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace polykarma {
namespace {

/// Rounding of sums of products of rationals; see guarded_floor.
constexpr double kGuard = 1e-11;

/// Balances of accounts, in the order in which they pay at a resource: others than the contested one first to last.
class Purse {
public:
    Purse(const Exchange& exchange, Account contested, std::span<int> balances)
        : exchange_(exchange), contested_(contested), balances_(balances) {}

    [[nodiscard]] std::size_t accounts() const { return balances_.size(); }
    /// The account that pays after `step` others, counting the contested one.
    [[nodiscard]] Account payer(std::size_t step) const { return Account{(contested_.at() + step) % accounts()}; }
    [[nodiscard]] double rate(Account a) const { return exchange_.rate(contested_, a); }
    /// What an account is worth, in r-karma.
    [[nodiscard]] double means(Account a) const { return rate(a) * balance(a); }
    [[nodiscard]] int& balance(Account a) const { return balances_[a.at()]; }

private:
    const Exchange& exchange_;
    Account contested_;
    std::span<int> balances_;
};

/// Balances of the accounts on a line, the contested one empty.
class LineBalances {
public:
    LineBalances(const Lattice& lattice, Account contested, std::size_t line) : accounts_(lattice.accounts()) {
        lattice.balances(contested, line * lattice.line_length(contested), all());
    }
    [[nodiscard]] std::span<int> all() { return {storage_.data(), accounts_}; }

private:
    std::size_t accounts_;
    std::array<int, Lattice::kMaxAccounts> storage_{};
};

/// Pays more and more r-karma out of a purse whose contested account is empty.
class Spending {
public:
    explicit Spending(const Purse& purse) : purse_(purse) {}

    /// What the account that pays the last of `beyond` units is debited: `whole`, and one more with this probability.
    struct Debit {
        Account account;
        int whole;
        double fraction;
    };
    /// Empties the accounts before that one. Never for less than before.
    Debit operator()(int beyond) {
        while (payer_ + 1 < purse_.accounts() &&
               beyond - covered_ > purse_.means(purse_.payer(payer_)) + kGuard * (1.0 + beyond)) {
            const Account empty = purse_.payer(payer_++);
            covered_ += purse_.means(empty);
            if (purse_.rate(empty) > 0.0) purse_.balance(empty) = 0;
        }
        const Account a = purse_.payer(payer_);
        const double debit = (beyond - covered_) / purse_.rate(a);
        const int whole = std::min(guarded_floor(debit), purse_.balance(a));
        const double rest = debit - whole;
        return {a, whole, whole < purse_.balance(a) && rest > kGuard * (1.0 + debit) ? rest : 0.0};
    }

private:
    Purse purse_;
    double covered_ = 0.0;    // by the accounts emptied so far, in r-karma
    std::size_t payer_ = 1;  // how many accounts after the contested one is being debited
};

/// visit(line, line with one more unit debited, probability of the latter) for spending 1, 2, ... units of r-karma
/// beyond the own balance.
template <class Visit>
void for_each_step(const Lattice& lattice, const Exchange& exchange, Account contested, std::size_t line, int steps,
                   Visit&& visit) {
    LineBalances balances(lattice, contested, line);
    Spending spend({exchange, contested, balances.all()});
    const std::size_t length = lattice.line_length(contested);
    for (int beyond = 1; beyond <= steps; ++beyond) {
        const auto debit = spend(beyond);
        const std::size_t unit = lattice.stride(contested, debit.account) / length;
        const std::size_t reached = lattice.site(contested, balances.all()) / length - static_cast<std::size_t>(debit.whole) * unit;
        visit(reached, debit.fraction > 0.0 ? reached - unit : reached, debit.fraction);
    }
}

}  // namespace

int SpendingPath::means(const Lattice& lattice, const Exchange& exchange, Account contested, std::size_t line) {
    LineBalances balances(lattice, contested, line);
    const Purse purse(exchange, contested, balances.all());
    double means = 0.0;
    for (std::size_t step = 1; step < purse.accounts(); ++step) means += purse.means(purse.payer(step));
    return guarded_floor(means);
}

void SpendingPath::entered_lines(const Lattice& lattice, const Exchange& exchange, Account contested, std::size_t line,
                                 std::vector<std::size_t>& entered) {
    for_each_step(lattice, exchange, contested, line, means(lattice, exchange, contested, line),
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
        for_each_step(lattice, exchange, contested, line, means(lattice, exchange, contested, line),
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

void draw(const Exchange& exchange, Account contested, int bid, std::uint32_t word, std::span<int> balances) {
    const int own = std::min(balances[contested.at()], bid);
    balances[contested.at()] -= own;
    if (own == bid) return;
    const auto debit = Spending({exchange, contested, balances})(bid - own);
    balances[debit.account.at()] -= debit.whole + (word < debit.fraction * 0x1p32 ? 1 : 0);
}

}  // namespace polykarma
