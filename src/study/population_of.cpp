#include "study/population_of.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "agents/start.hpp"
#include "base/error.hpp"
#include "base/joined.hpp"

namespace polykarma {
namespace {

constexpr double kShareTolerance = 1e-9;

[[noreturn]] void refuse(const BehaviourShare& part, const std::string& why, const std::string& allowed) {
    throw InputError({}, "--behaviour", (part.type.empty() ? "" : part.type + "/") + part.behaviour.name(), why,
                     allowed);
}

/// The parts that a type consists of.
std::vector<BehaviourShare> parts_of(const SimulationSetup& setup, const std::string& type) {
    std::vector<BehaviourShare> parts;
    for (const std::string& owner : {type, std::string()}) {
        for (const auto& part : setup.behaviours)
            if (part.type == owner) parts.push_back(part);
        if (!parts.empty()) break;
    }
    if (parts.empty())
        throw InputError({}, "--behaviour", "none for type " + type, "other types have behaviours of their own",
                         type + "/RULE, or a RULE for all others");
    double total = 0.0;
    for (const auto& part : parts) total += part.share;
    if (std::abs(total - 1.0) > kShareTolerance)
        throw InputError({}, "--behaviour", fmt::format("shares of {:g} together", total),
                         "those of type " + type + " do not add up to 1", "shares that do");
    return parts;
}

/// Every part is somebody's, and is there once.
void require_meaning(const SimulationSetup& setup, const EconomyConfig& economy) {
    const auto& parts = setup.behaviours;
    const auto is_left = [&](const TypeConfig& type) {
        return std::ranges::count(parts, type.name, &BehaviourShare::type) == 0;
    };
    for (auto part = parts.begin(); part != parts.end(); ++part) {
        const auto is_same = [&](const BehaviourShare& other) {
            return other.type == part->type && other.behaviour == part->behaviour;
        };
        if (std::any_of(parts.begin(), part, is_same)) refuse(*part, "given twice", "one share of every behaviour");
        if (part->type.empty() && std::ranges::none_of(economy.types, is_left))
            refuse(*part, "every type has behaviours of its own", "TYPE/ before it, or fewer behaviours of types");
        if (part->type.empty() || std::ranges::count(economy.types, part->type, &TypeConfig::name) > 0) continue;
        refuse(*part, "unknown type", joined(economy.types, [](const TypeConfig& type) { return type.name; }));
    }
}

}  // namespace

PlannedPopulation population_of(const SimulationSetup& setup, const EconomyConfig& economy) {
    require_meaning(setup, economy);
    std::vector<double> shares;
    for (const auto& type : economy.types) shares.push_back(type.share);
    const auto of_type = dealt(setup.agents, shares);
    PlannedPopulation planned;
    auto& behaviours = planned.behaviours;
    std::uint64_t first = 0;
    for (std::size_t t = 0; t < of_type.size(); ++t) {
        const auto parts = parts_of(setup, economy.types[t].name);
        shares.clear();
        for (const auto& part : parts) shares.push_back(part.share);
        const auto of_part = dealt(of_type[t], shares);
        for (std::size_t p = 0; p < parts.size(); ++p) {
            if (of_part[p] == 0)
                throw InputError({}, setup.agents_key, fmt::format("{}", setup.agents),
                                 fmt::format("none of them is of type {} and behaves like {}", economy.types[t].name,
                                             parts[p].behaviour.name()),
                                 "more agents, or a larger share");
            const auto known = std::ranges::find(behaviours, parts[p].behaviour);
            const auto behaviour = static_cast<std::size_t>(known - behaviours.begin());
            if (known == behaviours.end()) behaviours.push_back(parts[p].behaviour);
            planned.cohorts.push_back({Type{t}, behaviour, first, first + of_part[p]});
            first += of_part[p];
        }
    }
    return planned;
}

}  // namespace polykarma
