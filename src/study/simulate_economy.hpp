#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "config/economy.hpp"
#include "io/simulation_record.hpp"
#include "parallel/collective.hpp"
#include "study/simulation_setup.hpp"

namespace polykarma {

/// Who watches a simulation and who keeps it.
struct SimulationCompany {
    std::function<void(std::size_t run, std::uint32_t period)> played;  ///< told after every period of every run
    RunKeeper* keeper = nullptr;
    /// Told what is going to be played; says who takes it down, or nobody.
    std::function<TraceRecorder*(const SimulationRecord&)> recorder;
};

/// Plays an economy with a finite population, once for every seed. Collective; the agents are shared among the ranks.
/// Throws InputError for a setup that makes no sense, naming the option of `polykarma simulate` it comes from, and
/// Stopped when the keeper asks for that.
[[nodiscard]] SimulationRecord simulate_economy(const EconomyConfig& economy, const SimulationSetup& setup,
                                                const SimulationCompany& company, const Collective& ranks);

/// The same by the policy and from the distribution of an equilibrium in memory, as to_image made it, which every rank
/// has.   economy: with the lattice of the equilibrium
[[nodiscard]] SimulationRecord simulate_equilibrium(const EconomyConfig& economy, std::span<const std::byte> image,
                                                    const SimulationSetup& setup, const SimulationCompany& company,
                                                    const Collective& ranks);

}  // namespace polykarma
