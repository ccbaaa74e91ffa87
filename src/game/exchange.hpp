#pragma once

#include <vector>

#include "base/index.hpp"
#include "game/rule_error.hpp"

namespace polykarma {

/// Rates that make karma out of nothing, or lose it: changing one unit along `cycle`, back to where it started, gives `product`.
struct MoneyPump : RuleError {
    MoneyPump(std::vector<Account> accounts, double gained);
    std::vector<Account> cycle;  ///< first and last are the same account
    double product;
};

/// Exchange rates between karma accounts: one unit of account a pays chi[r][a] units of r-karma.
/// chi[r][r] = 1; chi[r][a] = 0 where account a cannot be used at resource r.
class Exchange {
public:
    using Rates = std::vector<std::vector<double>>;

    /// Throws MoneyPump when no worth w satisfies w[a] = w[r] chi[r][a] for every chi[r][a] > 0.
    explicit Exchange(Rates rates);
    static Exchange none(std::size_t accounts);
    /// chi[r][a] = worth[a] / worth[r]
    static Exchange from_worth(const std::vector<double>& worth);

    [[nodiscard]] std::size_t accounts() const { return rates_.size(); }
    [[nodiscard]] double rate(Account r, Account a) const { return rates_[r.at()][a.at()]; }

    /// Accounts connected by rates share one conserved value, sum of worth * balance.
    [[nodiscard]] std::size_t groups() const { return groups_; }
    [[nodiscard]] std::size_t group(Account a) const { return group_[a.at()]; }
    [[nodiscard]] double worth(Account a) const { return worth_[a.at()]; }

private:
    Rates rates_;
    std::vector<std::size_t> group_;
    std::vector<double> worth_;
    std::size_t groups_ = 0;
};

/// floor(x) where x is meant to be a sum of products of rationals: rounding just below an integer counts as it.
[[nodiscard]] int guarded_floor(double x);

}  // namespace polykarma
