#include "agents/population.hpp"

#include <cmath>
#include <numeric>

namespace polykarma {

Population::Population(std::vector<Cohort> all, std::size_t accounts, const Collective& ranks)
    : cohorts(std::move(all)) {
    const AgentShares shares(agents(), ranks.size());
    first_agent = shares.first(ranks.rank());
    const std::size_t size = shares.first(ranks.rank() + 1) - first_agent;
    karma.assign(accounts, std::vector<std::int32_t>(size, 0));
    bid.resize(size, 0);
    exogenous.resize(size, 0);
    outcome.resize(size, 0);
    payoff.resize(size, 0.0);
    contests.resize(size, 0);
    successes.resize(size, 0);
}

std::vector<std::uint64_t> dealt(std::uint64_t agents, std::span<const double> shares) {
    std::vector<std::uint64_t> counts;
    std::vector<double> remainders;
    const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (const double share : shares) {
        const double exact = share / total * static_cast<double>(agents);
        // A share that is meant to be a whole number of agents, but for rounding, is that number.
        const double whole = std::floor(exact * (1.0 + 1e-12));
        counts.push_back(static_cast<std::uint64_t>(whole));
        remainders.push_back(exact - whole);
    }
    std::uint64_t left = agents - std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    for (; left > 0; --left) {
        const auto largest = std::max_element(remainders.begin(), remainders.end());
        ++counts[static_cast<std::size_t>(largest - remainders.begin())];
        *largest = -1.0;
    }
    return counts;
}

std::uint64_t numbered_before(const Collective& ranks, std::uint64_t own) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(ranks.size()), 0);
    counts[static_cast<std::size_t>(ranks.rank())] = static_cast<std::int64_t>(own);
    ranks.sum(counts);
    return static_cast<std::uint64_t>(std::accumulate(counts.begin(), counts.begin() + ranks.rank(), std::int64_t{0}));
}

}  // namespace polykarma
