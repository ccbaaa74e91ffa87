#include "game/exchange.hpp"

#include <cmath>
#include <iterator>

namespace polykarma {
namespace {

/// Relative width of the guard: far above the rounding of a few products, far below 1 / (denominator * balance).
constexpr double kGuard = 1e-11;

/// Relative disagreement of rates that counts as rounding: decimals with ten digits are consistent.
constexpr double kConsistent = 1e-9;

/// Accounts from `a` up to the root of its tree, both included.
std::vector<std::size_t> to_root(std::size_t a, const std::vector<std::size_t>& from) {
    std::vector<std::size_t> path{a};
    while (from[path.back()] != path.back()) path.push_back(from[path.back()]);
    return path;
}

/// From r through the tree to a, and from a directly to r.
std::vector<Account> cycle_through(std::size_t r, std::size_t a, const std::vector<std::size_t>& from) {
    auto up = to_root(r, from);
    auto down = to_root(a, from);
    // Beyond their meeting point both paths are the same.
    while (up.size() > 1 && down.size() > 1 && up[up.size() - 2] == down[down.size() - 2]) {
        up.pop_back();
        down.pop_back();
    }
    std::vector<Account> cycle(up.begin(), up.end());
    for (auto i = std::next(down.rbegin()); i != down.rend(); ++i) cycle.emplace_back(*i);
    cycle.emplace_back(r);
    return cycle;
}

}  // namespace

MoneyPump::MoneyPump(std::vector<Account> accounts, double gained)
    : RuleError("the exchange rates are a money pump"), cycle(std::move(accounts)), product(gained) {}

int guarded_floor(double x) { return static_cast<int>(std::floor(x + kGuard * (1.0 + std::abs(x)))); }

Exchange::Exchange(Rates rates)
    : rates_(std::move(rates)), group_(rates_.size(), rates_.size()), worth_(rates_.size(), 0.0) {
    const std::size_t n = rates_.size();
    // Pairs first: from here on, either direction of a pair says the same.
    for (std::size_t r = 0; r < n; ++r)
        for (std::size_t a = 0; a < r; ++a)
            if (const double there_and_back = rates_[r][a] * rates_[a][r];
                there_and_back > 0.0 && std::abs(there_and_back - 1.0) > kConsistent)
                throw MoneyPump({Account{r}, Account{a}, Account{r}}, there_and_back);
    std::vector<std::size_t> from(n);
    // A rate in either direction fixes the worth of a neighbour: w[a] = w[r] chi[r][a].
    const auto ratio = [&](std::size_t r, std::size_t a) {
        return rates_[r][a] > 0.0 ? rates_[r][a] : rates_[a][r] > 0.0 ? 1.0 / rates_[a][r] : 0.0;
    };
    for (std::size_t root = 0; root < n; ++root) {
        if (group_[root] < n) continue;
        std::vector<std::size_t> pending{root};
        group_[root] = groups_;
        worth_[root] = 1.0;
        from[root] = root;
        while (!pending.empty()) {
            const std::size_t r = pending.back();
            pending.pop_back();
            for (std::size_t a = 0; a < n; ++a) {
                if (group_[a] < n || ratio(r, a) == 0.0) continue;
                group_[a] = groups_;
                worth_[a] = worth_[r] * ratio(r, a);
                from[a] = r;
                pending.push_back(a);
            }
        }
        ++groups_;
    }
    for (std::size_t r = 0; r < n; ++r)
        for (std::size_t a = 0; a < n; ++a)
            if (rates_[r][a] > 0.0 && std::abs(worth_[r] * rates_[r][a] / worth_[a] - 1.0) > kConsistent)
                throw MoneyPump(cycle_through(r, a, from), worth_[r] * rates_[r][a] / worth_[a]);
}

Exchange Exchange::none(std::size_t accounts) {
    Rates rates(accounts, std::vector<double>(accounts, 0.0));
    for (std::size_t a = 0; a < accounts; ++a) rates[a][a] = 1.0;
    return Exchange(std::move(rates));
}

Exchange Exchange::from_worth(const std::vector<double>& worth) {
    Rates rates(worth.size(), std::vector<double>(worth.size()));
    for (std::size_t r = 0; r < worth.size(); ++r)
        for (std::size_t a = 0; a < worth.size(); ++a) rates[r][a] = r == a ? 1.0 : worth[a] / worth[r];
    return Exchange(std::move(rates));
}

}  // namespace polykarma
