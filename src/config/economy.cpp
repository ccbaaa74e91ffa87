#include "config/economy.hpp"

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
        return std::tie(c.title, c.description, c.nominal_payoff, c.tie_smoothing, c.urgencies, c.resources, c.exchange,
                        c.types, c.solver);
    };
    return members(a) == members(b);
}

}  // namespace polykarma
