#include "agents/trace.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numeric>

#include "agents/random_permutation.hpp"
#include "agents/traced_agents.hpp"
#include "base/exact_sum.hpp"

namespace polykarma {
namespace {

/// Holders of every balance up to the largest, [cohort][balance], on all ranks.
std::vector<std::vector<std::int64_t>> holders(const Population& agents, std::size_t account, const Collective& ranks) {
    const auto& karma = agents.karma[account];
    std::array largest{karma.empty() ? 0.0 : static_cast<double>(*std::ranges::max_element(karma))};
    ranks.maximum(largest);
    const std::size_t balances = static_cast<std::size_t>(largest[0]) + 1;
    std::vector<std::int64_t> counts(agents.cohorts.size() * balances);
    agents.for_each_tile([&](const Tile& tile) {
        std::int64_t* const cohort = counts.data() + tile.cohort * balances;
        for (std::size_t i = tile.begin; i < tile.begin + tile.size; ++i) ++cohort[karma[i]];
    });
    ranks.sum(counts);
    std::vector<std::vector<std::int64_t>> result;
    for (auto cohort = counts.cbegin(); cohort != counts.cend(); cohort += static_cast<std::ptrdiff_t>(balances))
        result.emplace_back(cohort, cohort + static_cast<std::ptrdiff_t>(balances));
    return result;
}

void add_karma(TraceRecord& record, const Contest& contest, const Population& agents, Account a,
               const Collective& ranks) {
    const auto by_cohort = holders(agents, a.at(), ranks);
    std::vector<std::int64_t> all(by_cohort.front().size());
    for (const auto& cohort : by_cohort) std::ranges::transform(all, cohort, all.begin(), std::plus<>());
    std::int64_t total = 0;
    for (std::size_t k = 0; k < all.size(); ++k) total += static_cast<std::int64_t>(k) * all[k];
    record.total_karma.push_back(total);
    record.gini.push_back(gini(all));
    const std::size_t shown = contest.layout().lattice().line_length(a);
    auto& account = record.karma.emplace_back();
    for (const auto& cohort : by_cohort) {
        auto& counts = account.emplace_back(shown);
        for (std::size_t k = 0; k < cohort.size(); ++k) counts[std::min(k, shown - 1)] += cohort[k];
    }
}

TraceRecord record_of(Simulation& simulation, const Contest& contest, const Collective& ranks) {
    TraceRecord record{simulation.periods(), simulation.take_tally(), {}, {}, {}};
    for (const auto a : Range<Account>(simulation.agents().karma.size()))
        add_karma(record, contest, simulation.agents(), a, ranks);
    return record;
}

/// Spread of one number per agent, from exact sums over agents of all ranks.
class Spread {
public:
    void add(double x) {
        sum_.add(x);
        squares_.add(x * x);
        ++count_;
    }
    [[nodiscard]] double deviation(const Collective& ranks) {
        std::array sums{sum_, squares_};
        std::array count{count_};
        ranks.sum(sums);
        ranks.sum(count);
        if (count[0] == 0) return 0.0;
        const auto n = static_cast<double>(count[0]);
        const double mean = sums[0].value() / n;
        return std::sqrt(std::max(0.0, sums[1].value() / n - mean * mean));
    }

private:
    ExactSum sum_, squares_;
    std::int64_t count_ = 0;
};

std::vector<Fairness> fairness_of(const Population& agents, double contests, const Collective& ranks) {
    std::vector<Spread> access(agents.cohorts.size()), reward(agents.cohorts.size());
    agents.for_each_tile([&](const Tile& tile) {
        for (std::size_t i = tile.begin; i < tile.begin + tile.size; ++i) {
            reward[tile.cohort].add(agents.payoff[i] / contests);
            if (agents.contests[i] > 0)
                access[tile.cohort].add(static_cast<double>(agents.successes[i]) / agents.contests[i]);
        }
    });
    std::vector<Fairness> result;
    for (std::size_t c = 0; c < agents.cohorts.size(); ++c)
        result.push_back({access[c].deviation(ranks), reward[c].deviation(ranks)});
    return result;
}

}  // namespace

double gini(std::span<const std::int64_t> holders) {
    // Sum over holders in order of their balance: (2 rank - n - 1) balance = n^2 mean gini.
    double agents = 0.0, karma = 0.0, weighted = 0.0;
    for (std::size_t k = 0; k < holders.size(); ++k) {
        const auto count = static_cast<double>(holders[k]), balance = static_cast<double>(k);
        karma += count * balance;
        weighted += count * balance * (2.0 * agents + count);  // 2 rank - 1, summed over these holders
        agents += count;
    }
    return karma > 0.0 ? weighted / (agents * karma) - 1.0 : 0.0;
}

Trace play(Simulation& simulation, const Contest& contest, const TracePlan& plan, const RandomNumbers& numbers,
           const Collective& ranks, const std::function<void(std::uint32_t period)>& played) {
    const auto begin = std::chrono::steady_clock::now();
    const auto period = [&] {
        simulation.period();
        if (played) played(simulation.periods());
    };
    for (std::uint32_t t = 0; t < plan.burn_in; ++t) period();
    simulation.forget();
    TracedAgents traced(simulation.agents(), plan.traced_agents, numbers);
    simulation.observe(plan.traced_agents > 0 ? &traced : nullptr);

    Trace trace;
    trace.cohorts = simulation.agents().cohorts;
    for (std::uint32_t t = 1; t <= plan.periods; ++t) {
        period();
        if (t % plan.every == 0 || t == plan.periods) trace.records.push_back(record_of(simulation, contest, ranks));
    }
    simulation.observe(nullptr);
    trace.fairness = fairness_of(simulation.agents(), static_cast<double>(plan.periods * contest.layout().stages()), ranks);
    trace.agents = traced.collected(ranks);
    trace.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return trace;
}

}  // namespace polykarma
