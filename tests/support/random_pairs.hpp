#pragma once

#include <cstdint>

#include "game/pairwise.hpp"
#include "support/random_economy.hpp"

namespace polykarma::test {

/// A small pairwise economy: 1-3 types, 2-3 urgencies of which two may share a value, up to 20 units of karma (shorter
/// and longer than a vector), both payees, every second one with a tax that may take all.
PairwiseRules random_pairs(std::uint64_t seed);

/// The same rules under the average criterion.
PairwiseRules undiscounted(PairwiseRules rules);

/// The worked example of [FM], and the case study of [SC] with one type.
PairwiseRules worked_example(int k_max);
PairwiseRules case_study_pairs(Payee payee, double discount, int k_max);

}  // namespace polykarma::test
