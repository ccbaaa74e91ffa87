#pragma once

#include <cstdint>
#include <span>

#include "io/file_order.hpp"
#include "io/stored_group.hpp"

namespace polykarma::hdf5 {

/// This rank's share of a stored policy. Every state has a row of increasing actions that it offers, with finite
/// probabilities, or IoError says which has not.
///   lengths: actions on offer in every state of the share; pairs: state-action pairs of the economy
[[nodiscard]] SparseRows read_rows(const StoredGroup& pi, const FileShares& shares,
                                   std::span<const std::uint32_t> lengths, std::size_t pairs);

}  // namespace polykarma::hdf5
