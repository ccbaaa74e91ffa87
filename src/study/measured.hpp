#pragma once

#include "game/families.hpp"
#include "io/record.hpp"

namespace polykarma {

/// Adds to a record what its game reports of a state besides d, pi and V: outcomes, welfare, observables.
///   margin: by which a payoff has to be above its benchmark
template <class G>
void measure(const G& game, EquilibriumRecord& record, double margin, const Collective& ranks);

}  // namespace polykarma
