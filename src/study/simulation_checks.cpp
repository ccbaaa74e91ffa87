#include "study/simulation_checks.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <set>

#include "base/error.hpp"
#include "base/joined.hpp"
#include "config/choices.hpp"
#include "config/economy_difference.hpp"
#include "game/families.hpp"
#include "io/stored_equilibrium.hpp"

namespace polykarma {
namespace {

void require_numbers(const SimulationSetup& setup, const EconomyConfig& economy, int ranks) {
    const auto refuse = [](const char* option, const auto& value, const std::string& why, const std::string& allowed) {
        throw InputError({}, option, fmt::format("{}", value), why, allowed);
    };
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    const char* const key = setup.agents_key.c_str();
    if (setup.agents < 2 || setup.agents > most)
        refuse(key, setup.agents, "out of range", fmt::format("2 to {}", most));
    if (setup.agents < static_cast<std::uint64_t>(ranks))
        refuse(key, setup.agents, fmt::format("fewer than the {} ranks", ranks), "at least one agent on every rank");
    if (setup.plan.periods == 0) refuse("--periods", 0, "nothing to play", "at least 1");
    if (setup.plan.every == 0 || setup.plan.every > setup.plan.periods)
        refuse("--every", setup.plan.every, "out of range", fmt::format("1 to the {} periods", setup.plan.periods));
    const std::size_t stages = economy.game == GameFamily::pairwise ? 1 : economy.resources.size();
    const double contests = (1.0 * setup.plan.periods + setup.plan.burn_in) * static_cast<double>(stages);
    if (contests > static_cast<double>(most))
        refuse("--periods", setup.plan.periods, "more contests than are numbered", fmt::format("{} contests in all", most));
    if (setup.plan.traced_agents > setup.agents)
        refuse("--trace-agents", setup.plan.traced_agents, fmt::format("more than the {} agents", setup.agents),
               "0 to the number of agents");
    if (economy.urgencies.size() > 256)
        throw InputError(economy.where("urgency"), "urgency", "", "more than 256 urgencies cannot be simulated", "at most 256");
    std::set<std::uint64_t> seeds;
    for (const std::uint64_t seed : setup.seeds)
        if (!seeds.insert(seed).second)
            refuse("--seed", seed, "given twice: the runs would be the same", "a different seed for every run");
}

void require_places(const SimulationSetup& setup, const EconomyConfig& economy) {
    if (setup.allocation != Allocation::bids) return;
    for (const auto& resource : economy.resources) {
        const double places = resource.priority_capacity * static_cast<double>(setup.agents);
        if (places > 0.0 && places < 1.0)
            throw InputError({}, setup.agents_key, fmt::format("{}", setup.agents),
                             fmt::format("priority access to {} is for {:g} of them", resource.name, places),
                             fmt::format("at least {:g}, so that one gets it", std::ceil(1.0 / resource.priority_capacity)));
    }
}

void require_same_game(const SimulationSetup& setup, const EconomyConfig& economy) {
    if (const auto difference = first_difference(read_stored_economy(*setup.policy, setup.policy_group), economy))
        throw InputError({}, "--policy", setup.policy->string(), "is of another economy: there " + *difference,
                         "an equilibrium of the economy that is simulated");
}

/// Another design's distribution means something here when its states are the same.
void require_same_states(const std::filesystem::path& file, const EconomyConfig& economy) {
    const EconomyConfig other = read_stored_economy(file);
    const auto require_equal = [&](const std::string& what, const std::string& there, const std::string& here) {
        if (there == here) return;
        throw InputError({}, "--start", file.string(), fmt::format("its {}: {}; of the economy: {}", what, there, here),
                         "a state of an economy with the same types, urgencies and k_max");
    };
    const auto name = [](const auto& element) { return element.name; };
    // The lattice of a pairwise game is as large as its karma asks for.
    const auto limit = [](const ResourceConfig& resource) { return fmt::format("{} of {}", resource.k_max, resource.name); };
    require_equal("game", std::string(name_of(other.game)), std::string(name_of(economy.game)));
    require_equal("types", joined(other.types, name), joined(economy.types, name));
    require_equal("urgencies", joined(other.urgencies, name), joined(economy.urgencies, name));
    require_equal("k_max", joined(other.resources, limit), joined(economy.resources, limit));
}

void require_allocation(const SimulationSetup& setup, const EconomyConfig& economy) {
    const bool pairs = economy.game == GameFamily::pairwise;
    const Allocation a = setup.allocation;
    if (a == Allocation::bids || pairs == (a != Allocation::uncontrolled)) return;
    throw InputError({}, "--policy", std::string(name_of(a)), pairs ? "agents meet in pairs" : "agents do not meet in pairs",
                     pairs ? "coin, turn, dictator, or a result file" : "uncontrolled, or a result file");
}

void require_room(const SimulationSetup& setup, const EconomyConfig& economy, int ranks) {
    const double memory = simulation_memory(economy, static_cast<double>(setup.agents), ranks);
    if (memory <= economy.solver.memory_limit) return;
    const std::string key = "solver.memory_limit";
    throw InputError(economy.where(key), key, fmt::format("{:g} MiB", economy.solver.memory_limit),
                     fmt::format("{} agents need about {:.3g} MiB{}", setup.agents, memory, ranks > 1 ? " on every rank" : ""),
                     "raise the limit, use more ranks, or fewer agents");
}

}  // namespace

double simulation_memory(const EconomyConfig& economy, double agents, int ranks, Kept kept) {
    constexpr double kMiB = 1024.0 * 1024.0;
    constexpr double program = 100.0;  // MiB, with MPI and HDF5
    // An agent has these, 4 more for every account, and 12 where pairs meet (agents/population.hpp), 8 in words to others.
    constexpr double agent = 26.0, pairing = 20.0;
    // Of a state of the policy, all of which every rank has: d, sparse rows, and the table that bids are drawn from.
    constexpr double policy = 64.0;
    const bool pairs = economy.game == GameFamily::pairwise;
    const double accounts = pairs ? 1.0 : static_cast<double>(economy.resources.size());
    // One process builds its checkpoint in memory, and has its bytes once more while it writes them.
    const double copies = kept == Kept::yes && ranks == 1 ? 3.0 : 1.0;
    return program + (copies * agents / ranks * (agent + 4.0 * accounts + (pairs ? pairing : 0.0)) +
                      policy * estimate_size(economy).states) / kMiB;
}

void require_playable(const EconomyConfig& economy, const SimulationSetup& setup, int ranks) {
    require_numbers(setup, economy, ranks);
    require_room(setup, economy, ranks);
    require_allocation(setup, economy);
    require_places(setup, economy);
    if (setup.policy) require_same_game(setup, economy);
    if (setup.start) require_same_states(*setup.start, economy);
}

}  // namespace polykarma
