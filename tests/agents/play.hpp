#pragma once

#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include "agents/capacity_contest.hpp"
#include "agents/start.hpp"
#include "agents/trace.hpp"
#include "support/random_economy.hpp"

namespace polykarma::test {

/// A multi-karma game with a random policy and a random distribution, and a population that plays it.
struct Play {
    Play(MultiKarmaRules rules, std::vector<Cohort> cohorts, std::vector<Behaviour> behaviours, std::uint64_t seed,
         const Collective& ranks, bool from_distribution = false)
        : game(std::move(rules)), numbers(seed), ranks(ranks) {
        Random random(seed);
        const Part part = whole(game);
        const Response dense = random_response(part, random);
        const SparseResponse response = SparseResponse::all_of(dense);
        const Field mass = random_mass(part, random, true);
        contest.emplace(game, Allocation::bids, numbers, cohorts.back().last, ranks);
        Population agents(std::move(cohorts), game.layout().lattice().accounts(), ranks);
        corrected = start_population(*contest, from_distribution ? &mass : nullptr, StartKarma::of_economy, numbers, ranks, agents);
        agents.begin_to_learn();
        bidding.emplace(*contest, std::move(behaviours), agents.cohorts, &response, numbers);
        simulation.emplace(*contest, *bidding, std::move(agents), numbers, ranks);
    }

    MultiKarma game;
    RandomNumbers numbers;
    Collective ranks;
    std::optional<CapacityContest> contest;
    std::optional<Bidding> bidding;
    std::optional<Simulation> simulation;
    std::int64_t corrected = 0;
};

/// Cohorts of so many agents, all with the first behaviour.
inline std::vector<Cohort> of_types(const std::vector<std::uint64_t>& counts) {
    std::vector<Cohort> cohorts;
    std::uint64_t first = 0;
    for (std::size_t t = 0; t < counts.size(); ++t) {
        cohorts.push_back({Type{t}, 0, first, first + counts[t]});
        first += counts[t];
    }
    return cohorts;
}

/// So many agents of every type of a game, by the shares of the types.
inline std::vector<Cohort> of_types(const MultiKarmaRules& rules, std::uint64_t agents) {
    std::vector<double> shares;
    for (const auto& type : rules.types) shares.push_back(type.share);
    return of_types(dealt(agents, shares));
}

[[nodiscard]] inline std::int64_t total(const std::vector<std::int32_t>& karma) {
    return std::accumulate(karma.begin(), karma.end(), std::int64_t{0});
}

}  // namespace polykarma::test
