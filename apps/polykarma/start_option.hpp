#pragma once

#include <string>
#include <vector>

#include "study/solve_economy.hpp"

namespace polykarma::cli {

/// `--start RULE|FILE.h5`: a rule becomes an override of solver.start, a file a state to continue from.
[[nodiscard]] StartFrom start_option(const std::string& value, std::vector<std::string>& overrides);

}  // namespace polykarma::cli
