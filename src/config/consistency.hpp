#pragma once

#include <string>
#include <vector>

#include "config/economy.hpp"

namespace polykarma {

/// Checks what several keys must satisfy together, and makes sums to one exact.
/// Throws InputError with the place of the key at fault.
void make_consistent(EconomyConfig& economy);

/// Puts what rounding left of 1 into the largest entry; making it exact twice changes nothing.
/// Returns by how much the sum missed 1 before.
double make_sum_exact(std::vector<double>& row);

}  // namespace polykarma
