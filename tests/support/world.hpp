#pragma once

#include "parallel/collective.hpp"

namespace polykarma::test {

/// All ranks that mpirun started, for a test with RANKS.
[[nodiscard]] const Collective& world();

}  // namespace polykarma::test
