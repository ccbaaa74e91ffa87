// From an economy file to the rules of the game.
#include <algorithm>

#include "game/economy_rules.hpp"
#include "game/pairwise.hpp"

namespace polykarma {
PairwiseRules pairwise_rules_of(const EconomyConfig& economy) {
    const ContestConfig& contest = economy.contest;
    require_room_for_start(economy, "the contest", contest.k_mean, contest.k_max);
    PairwiseRules rules{urgencies_of(economy), {}, contest.payee, contest.tax.coefficient, contest.tax.power,
                        contest.k_max,         contest.k_mean,
                        is_undiscounted(economy) ? Criterion::average : Criterion::discounted};
    for (const auto& type : economy.types)
        rules.types.push_back({type.name, type.share, urgency_chain_of(economy, type), type.discount});
    return rules;
}

void require_a_future(const EconomyConfig& economy) {
    const auto is_myopic = [](const TypeConfig& type) { return type.discount == 0.0; };
    if (economy.contest.payee != Payee::peer || !std::ranges::all_of(economy.types, is_myopic)) return;
    const std::string key = "type." + economy.types.front().name + ".discount";
    throw InputError(economy.where(key), key, "0",
                     "karma paid to peers collects without end when nobody has a future: there is no equilibrium, and "
                     "in the limit contests are decided like by a fair coin, which `polykarma inspect` values",
                     "0 < discount < 1 for some type, or contest.payee = \"society\"");
}

/// One line for every type and urgency.
GameSize pairwise_size(const EconomyConfig& economy) {
    const double balances = economy.contest.k_max + 1.0;
    const auto blocks = static_cast<double>(economy.types.size() * economy.urgencies.size());
    const double row = 0.5 * (balances + 1.0);
    return {.states = blocks * balances,
            .pairs = blocks * balances * row,
            .sites = balances,
            .largest_row = row,
            .poorest_row = row,
            .richest_lines = static_cast<double>(economy.urgencies.size()) * balances * row,
            .sums = balances * balances};
}

}  // namespace polykarma
