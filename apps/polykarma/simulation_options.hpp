#pragma once

#include "command.hpp"
#include "study/simulation_setup.hpp"

namespace polykarma::cli {

/// Who plays and how: all options that a SimulationSetup is made of.
void add_simulation_options(Options& options);
/// Throws UsageError for what is no such setup, and IoError for a policy that is not there.
[[nodiscard]] SimulationSetup simulation_setup(const Options& options);

/// With --each: the same population once for every behaviour that was given, or for all simple ones; else none.
[[nodiscard]] std::vector<SimulationSetup> setups_of_each(const Options& options, const SimulationSetup& setup);

}  // namespace polykarma::cli
