#pragma once

#include "config/economy.hpp"
#include "io/simulation_record.hpp"
#include "welfare/measures.hpp"

namespace polykarma {

/// What a finite population came by, over all of its runs, as welfare against the benchmark of its economy.
[[nodiscard]] Welfare played_welfare(const SimulationRecord& record, const EconomyConfig& economy);

}  // namespace polykarma
