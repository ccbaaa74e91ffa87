#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agents/random_numbers.hpp"
#include "base/index.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// The bid of who stays away from a contest.
inline constexpr std::int32_t kStaysAway = -1;

/// Consecutive agents of one type that behave alike. Type and behaviour are known by the number of an agent, and stored
/// nowhere else.
struct Cohort {
    Type type;
    std::size_t behaviour = 0;
    std::uint64_t first = 0, last = 0;  ///< agents first..last-1
    [[nodiscard]] std::uint64_t size() const { return last - first; }
};

/// Agents of one cohort, all on this rank.
struct Tile {
    std::size_t cohort = 0;
    Type type;
    std::size_t begin = 0;          ///< in this rank's arrays
    std::size_t size = 0;           ///< at most kTile
    std::uint64_t first_agent = 0;  ///< number of the first among all agents
};

/// How agents are dealt to ranks: stretches of them, as even as they get.
class AgentShares {
public:
    AgentShares(std::uint64_t agents, int ranks)
        : agents_(agents),
          size_(agents / static_cast<std::uint64_t>(ranks)),
          larger_(agents % static_cast<std::uint64_t>(ranks)),
          per_agent_(static_cast<double>(ranks) / static_cast<double>(agents)) {}

    [[nodiscard]] std::uint64_t agents() const { return agents_; }
    [[nodiscard]] std::uint64_t first(int rank) const {
        const auto r = static_cast<std::uint64_t>(rank);
        return size_ * r + std::min(larger_, r);
    }
    /// Asked of every agent in every contest: a guess that is right but for the borders, where a division would be.
    [[nodiscard]] int owner(std::uint64_t agent) const {
        int rank = static_cast<int>(per_agent_ * static_cast<double>(agent));
        while (agent < first(rank)) --rank;
        while (agent >= first(rank + 1)) ++rank;
        return rank;
    }

private:
    std::uint64_t agents_;
    std::uint64_t size_, larger_;  // of a stretch; how many are longer by one
    double per_agent_;             // ranks
};

/// The agents of one rank, a stretch of all of them in their order. What an agent has is one element of every array.
/// Cost  10 bytes an agent and 4 for every account; 16 more for what it experienced, and 12 where some learn
struct Population {
    /// The share of a rank; every agent has no karma yet.
    Population(std::vector<Cohort> cohorts, std::size_t accounts, const Collective& ranks);

    [[nodiscard]] std::uint64_t agents() const { return cohorts.back().last; }
    [[nodiscard]] std::size_t size() const { return bid.size(); }

    std::vector<Cohort> cohorts;  ///< of all ranks, in the order of the agents
    std::uint64_t first_agent = 0;

    std::vector<std::vector<std::int32_t>> karma;  ///< [account]
    std::vector<std::int32_t> bid;                 ///< at the present contest, or kStaysAway
    std::vector<std::uint8_t> exogenous;
    std::vector<std::uint8_t> outcome;     ///< of the latest contest
    std::vector<double> payoff;            ///< so far
    std::vector<std::uint32_t> contests;   ///< that the agent took part in
    std::vector<std::uint32_t> successes;  ///< of these, with the outcome that bids are for

    /// What learners remember of their latest contest; of everybody, or empty where nobody learns.
    struct Learning {
        std::vector<std::int32_t> cell;  ///< of the cohort's table; negative before the first contest
        std::vector<double> payoff;
    } learning;
    void begin_to_learn() {
        learning.cell.assign(size(), -1);
        learning.payoff.assign(size(), 0.0);
    }

    /// visit(Tile) over this rank's agents in their order.
    template <class Visit>
    void for_each_tile(Visit&& visit) const {
        for (std::size_t c = 0; c < cohorts.size(); ++c) {
            const std::uint64_t last = std::min(cohorts[c].last, first_agent + size());
            for (std::uint64_t agent = std::max(cohorts[c].first, first_agent); agent < last; agent += kTile)
                visit(Tile{c, cohorts[c].type, agent - first_agent, std::min<std::size_t>(kTile, last - agent), agent});
        }
    }
};

/// How many of `agents` belong to each of these shares, which add up to one: the largest remainders are rounded up.
[[nodiscard]] std::vector<std::uint64_t> dealt(std::uint64_t agents, std::span<const double> shares);

/// Of things that the ranks number together in their order: how many belong to lower ranks. Collective.
///   own: how many this rank has
[[nodiscard]] std::uint64_t numbered_before(const Collective& ranks, std::uint64_t own);

}  // namespace polykarma
