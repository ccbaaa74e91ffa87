#pragma once

#include <span>
#include <string>
#include <vector>

#include "io/study_file.hpp"
#include "io/summary.hpp"

namespace polykarma {

/// Two certified states of one economy are the same equilibrium when their bid shares and payoffs agree this well.
inline constexpr double kSameBidShares = 1e-3;  ///< on || nu - nu' ||_1, summed over stages
inline constexpr double kSamePayoff = 1e-4;     ///< on every payoff

[[nodiscard]] bool same_equilibrium(const EquilibriumSummary& a, const EquilibriumSummary& b);

/// Finds the distinct certified equilibria of each design and numbers them from 1 by their Nash welfare over all
/// stages, best first; equally good ones in the order of the rows. Rows of one design share their labels. Shapes rows,
/// summaries: belong together; a failed point has an empty summary Ensures  equilibrium of every row set, 0 where it is
/// not certified Returns  the equilibria by design, in the order of the rows, then by number
std::vector<StudyEquilibrium> number_equilibria(std::vector<StudyRow>& rows,
                                                const std::vector<EquilibriumSummary>& summaries);

/// Starts that did not end certified for one reason.
struct UncertifiedStarts {
    std::string reason;
    std::vector<std::string> starts;
};

/// Why rows are not certified, in the order in which the reasons first occur.
[[nodiscard]] std::vector<UncertifiedStarts> uncertified_starts(std::span<const StudyRow> rows);

}  // namespace polykarma
