#pragma once

#include "agents/contest.hpp"
#include "agents/population.hpp"
#include "game/partition.hpp"

namespace polykarma {

/// What everybody together holds at first in an account: as much as the economy is made with, or as the distribution has,
/// which may be another economy's.
enum class StartKarma { of_economy, of_distribution };

/// Urgencies and karma of everybody at the first stage. Collective.
///
/// By the distribution `mass` of a social state, all of whose states it has: every agent draws its state from that of
/// its type. Then karma is given to or taken from agents at random, one unit each: if so asked, until every account holds
/// what it does in the distribution; and until what the economy keeps is what its mean karma makes it. Two runs are the
/// same economy. Without a distribution urgency is drawn from its stationary law and everybody has the mean karma,
/// rounded down or, at random, up.
///   numbers: of the run; returns the sum of |units| given or taken
std::int64_t start_population(const Contest& contest, const Field* mass, StartKarma karma, const RandomNumbers& numbers,
                              const Collective& ranks, Population& agents);

}  // namespace polykarma
