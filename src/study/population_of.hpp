#pragma once

#include <vector>

#include "agents/population.hpp"
#include "config/economy.hpp"
#include "study/simulation_setup.hpp"

namespace polykarma {

/// Who the agents of a simulation are: one after the other those of every type, and of a type those of every behaviour.
struct PlannedPopulation {
    std::vector<Behaviour> behaviours;  ///< each once
    std::vector<Cohort> cohorts;
};

/// Throws InputError for shares of behaviours that are none of this economy, and for too few agents.
[[nodiscard]] PlannedPopulation population_of(const SimulationSetup& setup, const EconomyConfig& economy);

}  // namespace polykarma
