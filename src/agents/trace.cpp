#include "agents/trace.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
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
    record.held.total_karma.push_back(total);
    record.held.gini.push_back(gini(all));
    const std::size_t shown = contest.layout().lattice().line_length(a);
    auto& account = record.karma.emplace_back();
    for (const auto& cohort : by_cohort) {
        auto& counts = account.emplace_back(shown);
        for (std::size_t k = 0; k < cohort.size(); ++k) counts[std::min(k, shown - 1)] += cohort[k];
    }
}

TraceRecord record_of(Simulation& simulation, const Contest& contest, double distance, const Collective& ranks) {
    TraceRecord record{simulation.periods(), simulation.take_tally(), {}, {}, distance};
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
    void add(const Spread& other) {
        sum_.add(other.sum_);
        squares_.add(other.squares_);
        count_ += other.count_;
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

void add_fairness(const Population& agents, double contests, const Collective& ranks, Trace& trace) {
    std::vector<Spread> access(agents.cohorts.size()), reward(agents.cohorts.size());
    agents.for_each_tile([&](const Tile& tile) {
        for (std::size_t i = tile.begin; i < tile.begin + tile.size; ++i) {
            reward[tile.cohort].add(agents.payoff[i] / contests);
            if (agents.contests[i] > 0)
                access[tile.cohort].add(static_cast<double>(agents.successes[i]) / agents.contests[i]);
        }
    });
    Spread all_access, all_reward;
    for (std::size_t c = 0; c < agents.cohorts.size(); ++c) {
        trace.fairness.push_back({access[c].deviation(ranks), reward[c].deviation(ranks)});
        all_access.add(access[c]);
        all_reward.add(reward[c]);
    }
    trace.everybody = {all_access.deviation(ranks), all_reward.deviation(ranks)};
}

/// One run: from the first period that is left to its trace.
class Player {
public:
    Player(Simulation& simulation, const Contest& contest, const TracePlan& plan, const RandomNumbers& numbers,
           const Collective& ranks, RunCompany company)
        : simulation_(simulation),
          contest_(contest),
          plan_(plan),
          ranks_(ranks),
          company_(std::move(company)),
          traced_(simulation.agents(), company_.recorder != nullptr ? plan.traced_agents : 0, numbers) {
        if (company_.resumed) {
            trace_ = std::move(company_.resumed->trace);
            seen_ = std::move(company_.resumed->seen);
            simulation_.resume(std::move(company_.resumed->state));
        }
        if (simulation.periods() == 0) trace_.distance_before = distance();
        trace_.cohorts = simulation.agents().cohorts;
        trace_.traced = traced_.agents();
        trace_.traced_cohort = traced_.cohorts();
    }

    [[nodiscard]] Trace play() {
        while (simulation_.periods() < plan_.burn_in + plan_.periods) {
            keep_if_wanted();
            period();
        }
        simulation_.observe(nullptr);
        Trace trace = so_far();
        add_fairness(simulation_.agents(), static_cast<double>(plan_.periods * contest_.layout().stages()), ranks_, trace);
        if (company_.recorder != nullptr) company_.recorder->end(company_.run, trace);
        return trace;
    }

private:
    void period() {
        const bool measured = simulation_.periods() >= plan_.burn_in;
        simulation_.observe(measured && !trace_.traced.empty() ? &traced_ : nullptr);
        simulation_.period();
        const std::uint32_t played = simulation_.periods();
        if (company_.played) company_.played(played);
        if (played == plan_.burn_in) simulation_.forget();
        if (!measured) return;
        const std::uint32_t last = plan_.burn_in + plan_.periods;
        if ((played - plan_.burn_in) % plan_.every == 0 || played == last)
            record();
    }

    void record() {
        const TraceRecord record = record_of(simulation_, contest_, distance(), ranks_);
        seen_.append(traced_.take(ranks_));
        if (company_.recorder != nullptr) company_.recorder->record(company_.run, trace_.records, record, seen_);
        seen_ = {};
        trace_.add(record, plan_.records());
    }

    [[nodiscard]] double distance() const {
        return company_.distance != nullptr ? (*company_.distance)(simulation_.agents(), ranks_)
                                            : std::numeric_limits<double>::quiet_NaN();
    }

    void keep_if_wanted() {
        if (company_.keeper == nullptr) return;
        const auto wish = company_.keeper->wish(simulation_.periods());
        if (wish == RunKeeper::Wish::nothing) return;
        seen_.append(traced_.take(ranks_));
        if (company_.recorder != nullptr) company_.recorder->flush();
        company_.keeper->keep({simulation_.state(), so_far(), seen_}, simulation_.agents());
        if (wish == RunKeeper::Wish::state_and_stop) throw Stopped();
    }

    /// Collective.
    [[nodiscard]] Trace so_far() const {
        Trace trace = trace_;
        std::vector<std::int64_t> counts{simulation_.bidding().beyond_policy()};
        for (const auto& distance : simulation_.bidding().distances())
            counts.insert(counts.end(), {distance.sum, distance.bids});
        ranks_.sum(counts);
        trace.beyond_policy += counts[0];
        trace.bid_distance.resize(trace_.cohorts.size());
        trace.bids_compared.resize(trace_.cohorts.size());
        for (std::size_t c = 0; c < trace_.cohorts.size(); ++c) {
            trace.bid_distance[c] += counts[1 + 2 * c];
            trace.bids_compared[c] += counts[2 + 2 * c];
        }
        trace.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
        return trace;
    }

    Simulation& simulation_;
    const Contest& contest_;
    const TracePlan& plan_;
    const Collective& ranks_;
    RunCompany company_;
    TracedAgents traced_;
    AgentTraces seen_;  // since the record before, until traced_ was asked last
    Trace trace_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

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

void AgentTraces::append(const AgentTraces& later) {
    const auto add = [](auto& to, const auto& values) { to.insert(to.end(), values.begin(), values.end()); };
    add(exogenous, later.exogenous);
    add(bid, later.bid);
    add(outcome, later.outcome);
    karma.resize(later.karma.size());
    for (std::size_t a = 0; a < karma.size(); ++a) add(karma[a], later.karma[a]);
}

void Trace::add(const TraceRecord& record, std::size_t of) {
    const std::size_t most = std::min(of, kMostBatches);
    if (records == batches.size() * of / most)
        batches.push_back(record.tally);
    else
        batches.back().add(record.tally);
    if (records == 0) first = record.held;
    last = record.held;
    distance_after = record.distance;
    ++records;
}

Trace play(Simulation& simulation, const Contest& contest, const TracePlan& plan, const RandomNumbers& numbers,
           const Collective& ranks, RunCompany company) {
    return Player(simulation, contest, plan, numbers, ranks, std::move(company)).play();
}

}  // namespace polykarma
