#include "config/economy.hpp"

#include <algorithm>
#include <tuple>

namespace polykarma {

SourceLocation EconomyConfig::where(std::string_view key) const {
    while (true) {
        if (const auto it = sources.find(key); it != sources.end()) return it->second;
        if (key.empty()) return {};
        const std::size_t dot = key.rfind('.');
        key = dot == std::string_view::npos ? std::string_view{} : key.substr(0, dot);
    }
}

bool operator==(const EconomyConfig& a, const EconomyConfig& b) {
    const auto members = [](const EconomyConfig& c) {
        return std::tie(c.title, c.description, c.game, c.nominal_payoff, c.tie_smoothing, c.urgencies, c.resources,
                        c.exchange, c.contest, c.types, c.solver);
    };
    return members(a) == members(b);
}

std::vector<std::string> stage_names(const EconomyConfig& economy) {
    if (economy.game == GameFamily::pairwise) return {"contest"};
    std::vector<std::string> names;
    for (const ResourceConfig& resource : economy.resources) names.push_back(resource.name);
    return names;
}

std::vector<int> largest_balances(const EconomyConfig& economy) {
    if (economy.game == GameFamily::pairwise) return {economy.contest.k_max};
    std::vector<int> balances;
    for (const ResourceConfig& resource : economy.resources) balances.push_back(resource.k_max);
    return balances;
}

double cycle_discount(const EconomyConfig& economy) {
    double resources = 1.0, types = 0.0;
    for (const ResourceConfig& resource : economy.resources) resources *= resource.discount;
    for (const TypeConfig& type : economy.types) types = std::max(types, type.discount);
    return economy.game == GameFamily::pairwise ? types : resources;
}

bool is_undiscounted(const EconomyConfig& economy) {
    return economy.game == GameFamily::pairwise &&
           std::ranges::all_of(economy.types, [](const TypeConfig& type) { return type.discount == 1.0; });
}

}  // namespace polykarma
