#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "parallel/collective.hpp"

namespace polykarma {

/// Where the stretches of the ranks begin in the sequence of all, [rank + 1]: the last entry is the number of all.
using Cuts = std::vector<std::size_t>;

/// Of stretches that follow each other in the order of the ranks.   own: length of this rank's
/// Collective.
[[nodiscard]] Cuts cuts_of(const Collective& ranks, std::size_t own);

/// Moves elements between ranks so that each holds the stretch that `to` says instead of the one that `from` says.
/// Both cut the same number of elements. Collective.
[[nodiscard]] std::vector<std::byte> regrouped(const Collective& ranks, std::span<const std::byte> elements,
                                               std::size_t element_size, const Cuts& from, const Cuts& to);

}  // namespace polykarma
