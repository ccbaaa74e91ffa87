#pragma once

#include <vector>

#include "game/multi_karma.hpp"

namespace polykarma::test {

/// Two resources, two types, urgencies 0, 1, 4; the second type needs the first resource every other day. Small enough
/// to run thousands of iterations in a test.
///   k_max, k_mean [resource]
MultiKarmaRules small_economy(const std::vector<int>& k_max, const std::vector<double>& k_mean, Exchange exchange,
                              Redistribution redistribution);

/// Three resources whose karma pays for each other, at rates that are no integers; two types, two urgencies.
///   k_max [resource]
MultiKarmaRules three_resources(const std::vector<int>& k_max);

/// One resource, one type, urgent every fourth day: a dynamics that settles within a few hundred steps.
MultiKarmaRules one_lane();

}  // namespace polykarma::test
