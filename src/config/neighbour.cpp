#include "config/neighbour.hpp"

#include <cmath>

#include "config/economy_numbers.hpp"

namespace polykarma {
namespace {

constexpr double kNearby = 1.15;    ///< factor of the nearest neighbours
constexpr int kStepsPerNearby = 3;  ///< economies on the way from there

/// What moves, in this order. Shares, mean karma and worths do not, since another mass or karma is conserved there;
/// capacities do not, since delays soon exceed the nominal payoff.
std::vector<std::string> moving_keys(const EconomyConfig& economy) {
    std::vector<std::string> keys;
    for (const ResourceConfig& resource : economy.resources)
        if (resource.priority_capacity > 0.0) keys.push_back("resource." + resource.name + ".priority_capacity");
    for (const UrgencyConfig& urgency : economy.urgencies)
        if (urgency.value > 0.0) keys.push_back("urgency." + urgency.name + ".value");
    return keys;
}

}  // namespace

NeighbourMove neighbour_move(const EconomyConfig& economy, int neighbour) {
    POLYKARMA_EXPECTS(neighbour >= 1);
    const std::vector<std::string> keys = moving_keys(economy);
    if (keys.empty())
        throw InputError({}, "solver.select", "neighbour", "no priority capacity and no urgency is above 0", "start");
    const std::size_t turn = static_cast<std::size_t>(neighbour - 1) / 2;
    const double sign = neighbour % 2 == 1 ? 1.0 : -1.0;
    const auto round = static_cast<double>(turn / keys.size() + 1);
    return {keys[turn % keys.size()], std::pow(kNearby, sign * round)};
}

std::vector<EconomyConfig> way_from_neighbour(const EconomyConfig& economy) {
    const auto [key, factor] = neighbour_move(economy, economy.solver.neighbour);
    const double own = numbers_at(economy, key).front();
    const double steps = kStepsPerNearby * std::round(std::abs(std::log(factor) / std::log(kNearby)));
    EconomyConfig like_this = economy;
    like_this.solver.select = Selection::start;
    std::vector<EconomyConfig> way;
    for (double left = steps; left > 0.0; --left)
        way.push_back(with_number(like_this, key, own * std::pow(factor, left / steps), {}));
    return way;
}

}  // namespace polykarma
