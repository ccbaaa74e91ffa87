#include "io/simulation_file.hpp"

#include <numeric>

#include "io/agreed.hpp"
#include "io/error_stack.hpp"
#include "io/memory_file.hpp"
#include "io/provenance.hpp"
#include "io/record_writer.hpp"
#include "io/replaced_file.hpp"

namespace polykarma {
namespace {

using hdf5::Axes;
using hdf5::Axis;
using hdf5::GroupWriter;

constexpr std::size_t kGrowth = std::size_t{1} << 20;

template <class Infos>
std::vector<std::string> names_of(const Infos& infos) {
    std::vector<std::string> names;
    for (const auto& info : infos) names.push_back(info.name);
    return names;
}

std::vector<std::string> stage_names(const Layout& layout) {
    std::vector<std::string> names;
    for (const auto r : Range<Stage>(layout.stages())) names.push_back(layout.stage(r).name);
    return names;
}

/// One file: its axes, and the arrays along them.
class Writing {
public:
    Writing(GroupWriter& root, const SimulationRecord& record)
        : root_(root),
          record_(record),
          layout_(*record.layout),
          run_{"run", record.runs.size()},
          record_axis_{"record", record.runs.front().records.size()},
          stage_{"stage", layout_.stages()},
          cohort_{"cohort", record.runs.front().cohorts.size()},
          urgency_{"urgency", layout_.exogenous_states()},
          account_{"account", layout_.lattice().accounts()} {}

    void everything() {
        heading();
        coordinates();
        experiences();
        accounts();
        fairness();
        traced_agents();
        root_.string({"economy", "the economy, every default spelled out (TOML)", ""}, record_.economy);
    }

private:
    void heading() {
        hdf5::write_heading(root_, hdf5::kSimulationFormat, record_.title);
        root_.attribute("allocation", record_.allocation);
        root_.attribute("agents", static_cast<std::int64_t>(record_.agents));
        root_.attribute("burn_in", std::int64_t{record_.plan.burn_in});
        root_.attribute("periods", std::int64_t{record_.plan.periods});
    }

    void coordinates() {
        const Trace& first = record_.runs.front();
        const auto stages = stage_names(layout_);
        root_.coordinate({"stage", "contest of a period, in their order", ""}, stages);
        root_.coordinate({"urgency", "urgency state", ""}, names_of(layout_.exogenous_infos()));
        root_.coordinate({"outcome", "what an agent may come by; the first is what bids are for", ""}, record_.outcomes);
        if (account_.length > 0) root_.coordinate({"account", "karma account", ""}, account_names());
        std::vector<std::int32_t> numbers;
        for (const auto a : Range<Account>(account_.length)) {
            numbers.resize(layout_.lattice().line_length(a));
            std::iota(numbers.begin(), numbers.end(), 0);
            root_.coordinate({karma_axis(a).name, "karma balance; the last one stands for itself and more", "karma"},
                             numbers);
        }
        std::vector<std::string> types, behaviours;
        std::vector<std::int64_t> sizes, seeds, periods, corrected, beyond;
        for (const Cohort& cohort : first.cohorts) {
            types.push_back(layout_.type_infos()[cohort.type.at()].name);
            behaviours.push_back(record_.behaviours[cohort.behaviour].name());
            sizes.push_back(static_cast<std::int64_t>(cohort.size()));
        }
        for (const TraceRecord& r : first.records) periods.push_back(r.period);
        for (const Trace& run : record_.runs) {
            seeds.push_back(static_cast<std::int64_t>(run.seed));
            corrected.push_back(run.corrected);
            beyond.push_back(run.beyond_policy);
        }
        root_.strings({"cohort_type", "user type of the agents of a cohort", ""}, types, {cohort_});
        root_.strings({"cohort_behaviour", "how the agents of a cohort come by their bids", ""}, behaviours, {cohort_});
        root_.array<std::int64_t>({"cohort_agents", "agents of a cohort", ""}, sizes, {cohort_});
        root_.array<std::int64_t>({"seed", "of the random numbers of a run", ""}, seeds, {run_});
        root_.array<std::int64_t>({"period", "periods that had been played, burn-in included", ""}, periods, {record_axis_});
        root_.array<std::int64_t>({"karma_corrected", "units given to or taken from random agents before the first period", "karma"},
                                  corrected, {run_});
        root_.array<std::int64_t>({"bids_beyond_policy", "bids of agents with more karma than the policy knows of", ""},
                                  beyond, {run_});
    }

    void experiences() {
        std::vector<std::int64_t> outcomes, bids, lost;
        std::vector<double> payoff;
        std::vector<std::vector<double>> numbers(record_.numbers.size());
        for_each_record([&](const TraceRecord& r) {
            const Tally& tally = r.tally;
            outcomes.insert(outcomes.end(), tally.outcomes.begin(), tally.outcomes.end());
            bids.insert(bids.end(), tally.bids.begin(), tally.bids.end());
            payoff.insert(payoff.end(), tally.payoff.begin(), tally.payoff.end());
            lost.insert(lost.end(), tally.lost.begin(), tally.lost.end());
            for (std::size_t n = 0; n < numbers.size(); ++n)
                for (std::size_t s = 0; s < tally.stages; ++s)
                    numbers[n].push_back(tally.numbers[s][n] / static_cast<double>(tally.contests[s]));
        });
        const Axes cells{run_, record_axis_, stage_, cohort_, urgency_};
        Axes by_outcome = cells;
        by_outcome.push_back({"outcome", record_.outcomes.size()});
        root_.array<std::int64_t>({"agent_contests", "contests of agents since the record before, by what they came by", ""},
                                  outcomes, by_outcome);
        root_.array<std::int64_t>({"bid_sum", "sum of the bids of those who took part, since the record before", "karma"},
                                  bids, cells);
        root_.array<double>({"payoff_sum", "sum of payoffs since the record before", "payoff"}, payoff, cells);
        const Axes stages{run_, record_axis_, stage_};
        root_.array<std::int64_t>({"karma_lost", "paid since the record before, and nobody had room for it", "karma"}, lost,
                                  stages);
        for (std::size_t n = 0; n < numbers.size(); ++n) {
            const ContestNumber& number = record_.numbers[n];
            root_.array<double>({number.name, number.description + ", mean since the record before", number.unit},
                                numbers[n], stages);
        }
    }

    void accounts() {
        for (const auto a : Range<Account>(account_.length)) {
            std::vector<std::int64_t> holders;
            for_each_record([&](const TraceRecord& r) {
                for (const auto& cohort : r.karma[a.at()]) holders.insert(holders.end(), cohort.begin(), cohort.end());
            });
            root_.array<std::int64_t>({"holders_" + layout_.account_name(a), "agents by what they hold in the account", ""},
                                      holders, {run_, record_axis_, cohort_, karma_axis(a)});
        }
        std::vector<std::int64_t> total;
        std::vector<double> gini;
        for_each_record([&](const TraceRecord& r) {
            total.insert(total.end(), r.total_karma.begin(), r.total_karma.end());
            gini.insert(gini.end(), r.gini.begin(), r.gini.end());
        });
        const Axes axes{run_, record_axis_, account_};
        root_.array<std::int64_t>({"total_karma", "held by all agents in an account", "karma"}, total, axes);
        root_.array<double>({"gini", "Gini coefficient of the balances of an account", "1"}, gini, axes);
    }

    void fairness() {
        std::vector<double> distance;
        for (const Trace& run : record_.runs)
            for (std::size_t c = 0; c < run.bid_distance.size(); ++c)
                distance.push_back(static_cast<double>(run.bid_distance[c]) / static_cast<double>(run.bids_compared[c]));
        root_.array<double>({"bid_distance",
                             "mean |bid - the policy's most likely one|, burn-in included; NaN of who follows the policy",
                             "karma"},
                            distance, {run_, cohort_});
        std::vector<double> access, reward;
        for (const Trace& run : record_.runs)
            for (const Fairness& f : run.fairness) {
                access.push_back(f.access);
                reward.push_back(f.reward);
            }
        root_.array<double>({"access_deviation",
                             "standard deviation over agents of the part of own contests with the first outcome", "1"},
                            access, {run_, cohort_});
        root_.array<double>({"reward_deviation", "standard deviation over agents of the mean payoff per contest", "payoff"},
                            reward, {run_, cohort_});
    }

    void traced_agents() {
        const AgentTraces& first = record_.runs.front().agents;
        if (first.agents.empty()) return;
        GroupWriter group = root_.subgroup("traces");
        const Axis agent{"agent", first.agents.size()};
        const Axes axes{run_, {"contest", first.bid.size() / first.agents.size()}, agent};
        const auto joined = [&](const auto& member) {
            std::vector<std::int32_t> all;
            for (const Trace& run : record_.runs) {
                const auto& values = member(run.agents);
                all.insert(all.end(), values.begin(), values.end());
            }
            return all;
        };
        std::vector<std::int64_t> agents;
        for (const Trace& run : record_.runs) agents.insert(agents.end(), run.agents.agents.begin(), run.agents.agents.end());
        group.array<std::int64_t>({"agent_number", "number among all agents", ""}, agents, {run_, agent});
        group.array<std::int32_t>({"cohort", "the cohort of an agent", ""},
                                  joined([](const AgentTraces& t) -> auto& { return t.cohort; }), {run_, agent});
        group.array<std::int32_t>({"urgency_state", "number of the urgency state", ""},
                                  joined([](const AgentTraces& t) -> auto& { return t.exogenous; }), axes);
        group.array<std::int32_t>({"bid", "bid, -1 of who stays away", "karma"},
                                  joined([](const AgentTraces& t) -> auto& { return t.bid; }), axes);
        group.array<std::int32_t>({"outcome_number", "number of the outcome", ""},
                                  joined([](const AgentTraces& t) -> auto& { return t.outcome; }), axes);
        for (const auto a : Range<Account>(account_.length))
            group.array<std::int32_t>({karma_axis(a).name, "balance when bids are placed", "karma"},
                                      joined([&](const AgentTraces& t) -> auto& { return t.karma[a.at()]; }), axes);
    }

    template <class Visit>
    void for_each_record(Visit&& visit) const {
        for (const Trace& run : record_.runs)
            for (const TraceRecord& r : run.records) visit(r);
    }
    [[nodiscard]] std::vector<std::string> account_names() const {
        std::vector<std::string> names;
        for (const auto a : Range<Account>(account_.length)) names.push_back(layout_.account_name(a));
        return names;
    }
    [[nodiscard]] Axis karma_axis(Account a) const {
        return {"karma_" + layout_.account_name(a), layout_.lattice().line_length(a)};
    }

    GroupWriter& root_;
    const SimulationRecord& record_;
    const Layout& layout_;
    Axis run_, record_axis_, stage_, cohort_, urgency_, account_;
};

void write_alone(const std::filesystem::path& file, const SimulationRecord& record, const Provenance& provenance) {
    const hdf5::QuietErrors quiet;
    const std::string name = file.string();
    const hdf5::File memory = hdf5::create_in_memory(name, kGrowth);
    {
        GroupWriter root(hdf5::Group(hdf5::checked(H5Gopen2(memory.get(), "/", H5P_DEFAULT), name, "cannot be prepared")),
                         name);
        Writing(root, record).everything();
        double seconds = 0.0;
        for (const Trace& run : record.runs) seconds += run.seconds;
        hdf5::write_provenance(root, provenance, seconds);
    }
    replace_file(file, hdf5::take_image(memory, name));
}

}  // namespace

void write_simulation(const std::filesystem::path& file, const SimulationRecord& record, const Provenance& provenance,
                      const Collective& ranks) {
    agreed(ranks, [&] {
        if (ranks.is_root()) write_alone(file, record, provenance);
    });
}

}  // namespace polykarma
