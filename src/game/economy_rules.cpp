#include "game/economy_rules.hpp"

#include <algorithm>
#include <cmath>

namespace polykarma {
namespace {

std::vector<UrgencyChain::Matrix> transition_of(const EconomyConfig& economy, const ChainConfig& chain) {
    if (economy.game == GameFamily::pairwise)
        return {chain.rows.empty() ? UrgencyChain::Matrix(economy.urgencies.size(), chain.draw) : chain.rows};
    if (!chain.transition.empty()) return chain.transition;
    std::vector<double> values;
    for (const auto& urgency : economy.urgencies) values.push_back(urgency.value);
    const auto idle = static_cast<std::size_t>(std::find(values.begin(), values.end(), 0.0) - values.begin());
    return drawn_chain(chain.draw, chain.need, chain.kept, values, Exogenous{std::min(idle, values.size() - 1)});
}

}  // namespace

std::vector<ExogenousInfo> urgencies_of(const EconomyConfig& economy) {
    std::vector<ExogenousInfo> urgencies;
    for (const auto& urgency : economy.urgencies) urgencies.push_back({urgency.name, urgency.value});
    return urgencies;
}

UrgencyChain urgency_chain_of(const EconomyConfig& economy, const TypeConfig& type) {
    try {
        return UrgencyChain(transition_of(economy, type.chain));
    } catch (const ReducibleChain& chain) {
        const std::string key = "type." + type.name + ".chain";
        throw InputError(economy.where(key), key, "",
                         std::string(chain.what()) + ": " + economy.urgencies[chain.first.at()].name + " and " +
                             economy.urgencies[chain.second.at()].name + " never lead to each other",
                         "a chain in which every agent ends up with the same urgencies");
    }
}

void require_room_for_start(const EconomyConfig& economy, const std::string& account, double k_mean, int k_max) {
    if (economy.solver.karma_start != KarmaStart::uniform || std::ceil(2.0 * k_mean) <= k_max) return;
    const std::string key = "solver.karma_start";
    throw InputError(economy.where(key), key, "uniform", "twice the mean karma of " + account + " is above its k_max",
                     "at_mean, or k_mean <= k_max / 2");
}

}  // namespace polykarma
