#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/economy.hpp"

namespace polykarma {

/// Where a solve begins and at which pace: a name for tables, and what it changes.
struct StudyStart {
    std::string name;
    std::vector<std::string> overrides;  ///< `key=value` of solver.*

    friend bool operator==(const StudyStart&, const StudyStart&) = default;
};

/// The names there are, for messages.
inline constexpr std::string_view kStartNames =
    "one of even, zero, proportional, even_slow, zero_slow, proportional_slow, logit_branch, neighbour_1, "
    "neighbour_2, ..., random_1, random_2, ...";

/// The start of a name; nothing when there is none.
///   even, zero, proportional   that policy without another selection, everything else as in the economy file
///   ..._slow                   the same in small steps: step 0.05, response_rate 1
///   random_<seed>              random policy and karma; the pace goes by the seed modulo 3, from fast to slow
///   neighbour_<number>         even in a neighbouring economy (neighbour.hpp), continued to the economy
///   logit_branch               where the branch of logit equilibria leads, wherever one starts
/// Which equilibrium the dynamics leads to depends on its pace as much as on where it begins.
[[nodiscard]] std::optional<StudyStart> find_start(std::string_view name);

/// The start that an economy file describes: called like its selection of a neighbour or of the branch, like the one
/// above that says the same, or else like its policy.
[[nodiscard]] StudyStart start_of(const SolverConfig& solver);

/// The first `count` of: even, zero, proportional, the same slow, random_1, neighbour_1, random_2, neighbour_2, ...
/// logit_branch, which takes a hundred times as long, is none of them.
[[nodiscard]] std::vector<StudyStart> standard_starts(std::size_t count);

}  // namespace polykarma
