#pragma once

#include <string>
#include <vector>

#include "config/economy.hpp"

/// Economies beside an economy, whose equilibria lead to further ones of the economy itself.
namespace polykarma {

/// A number of an economy and what it is in a neighbour. States and actions, mean karma and types are the same there: a
/// social state of the one is a social state of the other.
struct NeighbourMove {
    std::string key;
    double factor = 1.0;
};

/// The move to a neighbour, counted from 1: every priority capacity, then every urgency, a factor 1.15 up, then down,
/// leaving out what is 0; then all of them again by a factor 1.15^2, 1.15^3, ... Throws InputError when all are 0.
[[nodiscard]] NeighbourMove neighbour_move(const EconomyConfig& economy, int neighbour);

/// The economies on the way from the neighbour solver.neighbour to this one, which is not among them: to be solved one
/// after the other, the first from the start, each further one from where the search in the one before ended. Throws
/// InputError when one of them is no economy.
[[nodiscard]] std::vector<EconomyConfig> way_from_neighbour(const EconomyConfig& economy);

}  // namespace polykarma
