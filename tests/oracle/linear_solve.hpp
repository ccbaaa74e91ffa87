#pragma once

#include <vector>

#include "oracle/dense_economy.hpp"

namespace polykarma::oracle {

/// Gaussian elimination with partial pivoting; a is overwritten, b becomes the solution.
void solve(std::vector<Values>& a, Values& b);

}  // namespace polykarma::oracle
