#pragma once

#include <string>
#include <vector>

#include "config/overrides.hpp"
#include "study/solve_economy.hpp"

namespace polykarma::cli {

/// `--start NAME|FILE.h5`: a named start becomes overrides of solver.*, a file a state to continue from.
[[nodiscard]] StartFrom start_option(const std::string& value, std::vector<Override>& overrides);

}  // namespace polykarma::cli
