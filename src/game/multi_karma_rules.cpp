// From an economy file to the rules of the game.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "game/economy_rules.hpp"
#include "game/multi_karma.hpp"

namespace polykarma {
namespace {

Exchange exchange_of(const EconomyConfig& economy) {
    const std::size_t n = economy.resources.size();
    switch (economy.exchange.rule) {
        case ExchangeRule::none: return Exchange::none(n);
        case ExchangeRule::worth: return Exchange::from_worth(economy.exchange.worth);
        case ExchangeRule::rates: break;
    }
    try {
        return Exchange(economy.exchange.rates);
    } catch (const MoneyPump& pump) {
        std::string path;
        for (const Account a : pump.cycle) path += (path.empty() ? "" : " -> ") + economy.resources[a.at()].name;
        throw InputError(economy.where("exchange.rates"), "exchange.rates", "",
                         fmt::format("{}: {} turns 1 karma into {:g}",
                                     pump.product > 1.0 ? "money pump" : "karma leak", path, pump.product),
                         "rates[r][a] = worth[a] / worth[r] for some worth of each account, or 0");
    }
}

/// An agent with positive urgency must be better off in the longest queue than at home.
void check_nominal_payoff(const EconomyConfig& economy) {
    for (const auto& resource : economy.resources) {
        const double longest = (1.0 - resource.capacity) / (resource.capacity - resource.priority_capacity);
        if (economy.nominal_payoff > longest) continue;
        const std::string key = "nominal_payoff";
        throw InputError(economy.where(key), key, fmt::format("{:g}", economy.nominal_payoff),
                         fmt::format("the delay at resource {} can reach {:g} when everybody takes part", resource.name, longest),
                         "above the longest delay of every resource, (1 - capacity) / (capacity - priority_capacity)");
    }
}

}  // namespace

MultiKarmaRules rules_of(const EconomyConfig& economy) {
    check_nominal_payoff(economy);
    MultiKarmaRules rules{urgencies_of(economy), {}, exchange_of(economy), {}, economy.nominal_payoff, economy.tie_smoothing, 1.0};
    std::vector<double> discount;
    for (const auto& resource : economy.resources) {
        require_room_for_start(economy, resource.name, resource.k_mean, resource.k_max);
        rules.resources.push_back({resource.name, {resource.capacity, resource.priority_capacity}, resource.k_max,
                                   resource.k_mean, resource.redistribution});
        discount.push_back(resource.discount);
    }
    for (const auto& type : economy.types)
        rules.types.push_back({type.name, type.share, urgency_chain_of(economy, type), discount});
    return rules;
}

GameSize multi_karma_size(const EconomyConfig& economy) {
    const Exchange exchange = exchange_of(economy);
    double sites = 1.0;
    for (const auto& resource : economy.resources) sites *= resource.k_max + 1.0;
    const double block = sites * static_cast<double>(economy.types.size() * economy.urgencies.size());
    GameSize size{.states = block * static_cast<double>(economy.resources.size()), .sites = sites};
    size.poorest_row = std::numeric_limits<double>::infinity();
    for (const auto r : Range<Account>(economy.resources.size())) {
        const double k_max = economy.resources[r.at()].k_max;
        const double own_row = 2.0 + k_max / 2.0;
        double others = 0.0;
        for (const auto a : Range<Account>(economy.resources.size()))
            if (a != r) others += exchange.rate(r, a) * economy.resources[a.at()].k_max;
        const double mean_row = own_row + others / 2.0;
        size.pairs += block * mean_row;
        size.largest_row = std::max(size.largest_row, mean_row);
        size.poorest_row = std::min(size.poorest_row, own_row);
        size.richest_lines += (k_max + 1.0) * static_cast<double>(economy.urgencies.size()) * (own_row + others);
    }
    return size;
}

}  // namespace polykarma
