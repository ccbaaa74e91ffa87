#pragma once

#include "agents/contest.hpp"
#include "agents/population.hpp"
#include "game/partition.hpp"

namespace polykarma {

/// Urgencies and karma of everybody at the first stage. Collective.
///
/// By the distribution `mass` of a social state, all of whose states it has: every agent draws its state from that of
/// its type. Then karma is given to or taken from agents at random, one unit each, until what the economy keeps is
/// what its mean karma makes it: two runs are the same economy. Without a distribution urgency is drawn from its
/// stationary law and everybody has the mean karma, rounded down or, at random, up.
///   numbers: of the run; returns the sum of |units| given or taken
std::int64_t start_population(const Contest& contest, const Field* mass, const RandomNumbers& numbers,
                              const Collective& ranks, Population& agents);

}  // namespace polykarma
