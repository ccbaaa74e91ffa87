#pragma once

#include <string>
#include <vector>

#include "config/study.hpp"
#include "game/game_size.hpp"

namespace polykarma::cli {

/// Of one step of the dynamics on one core, as measured (bench/README.md).
[[nodiscard]] double seconds_of_a_step(const GameSize& size);
/// Steps of the dynamics that a solve takes the time of: what the slower of the shipped economies need.
[[nodiscard]] double typical_steps(const EconomyConfig& economy);
[[nodiscard]] double seconds_of_a_solve(const EconomyConfig& economy);

/// The batch job that solves this economy on one core, overrides included; raises the memory limit if the economy is
/// above it. Says so where no machine has the memory.
[[nodiscard]] std::string sbatch_line(const EconomyConfig& economy, const std::string& file,
                                      const std::vector<std::string>& overrides);

/// The head of a batch script that solves the economy, for jobs/solve.sbatch.
[[nodiscard]] std::string sbatch_header(const EconomyConfig& economy);
/// The same of a sweep, for jobs/sweep.sbatch. Throws InputError when no point is an economy.
[[nodiscard]] std::string sbatch_header(const StudyConfig& study, const std::vector<std::string>& overrides);

/// The same of a simulation, for jobs/simulate.sbatch.
[[nodiscard]] std::string sbatch_header_of_agents(const EconomyConfig& economy, double agents, double periods);

}  // namespace polykarma::cli
