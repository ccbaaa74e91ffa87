#include "simulation_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>

#include "agents/estimate.hpp"
#include "study/played_welfare.hpp"

namespace polykarma::cli {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double payoff_en(const CellSum& sum) { return sum.payoff / sum.contests; }
double payoff_ex(const CellSum& sum) { return sum.payoff / sum.taking_part; }
double access(const CellSum& sum) { return sum.successes / sum.taking_part; }

class Report {
public:
    explicit Report(const SimulationRecord& record) : record_(record), experience_(record.runs) {}

    [[nodiscard]] Table cohorts(Format format) const {
        const auto& cohorts = record_.cohorts;
        const bool text = format == Format::text;
        const Shown shown = text ? what_is_known() : Shown{};
        Table table(columns(shown), text ? title(shown) : "");
        for (std::size_t c = 0; c < cohorts.size(); ++c) {
            const std::size_t type = cohorts[c].type.at();
            const Payoff mean_field = record_.mean_field.empty() ? Payoff{kNone, kNone} : record_.mean_field[type];
            const auto of = [&](auto measure) {
                return experience_.estimate([&](const Tally& t) { return measure(sum_of(t, record_.takes_part, c)); });
            };
            std::vector<Cell> cells{record_.layout->type_infos()[type].name, record_.behaviours[cohorts[c].behaviour].name(),
                                    static_cast<long>(cohorts[c].size())};
            const auto add = [&](const Estimate& estimate) { cells.insert(cells.end(), {estimate.mean, estimate.error}); };
            add(of(payoff_en));
            if (shown.mean_field) cells.emplace_back(mean_field.endogenous);
            add(of(payoff_ex));
            if (shown.mean_field) cells.emplace_back(mean_field.exogenous);
            add(of(access));
            if (shown.bid_distance) cells.emplace_back(bid_distance(c));
            add(spread(c, &Fairness::access));
            add(spread(c, &Fairness::reward));
            if (shown.regret) add(regret(c));
            table.add(std::move(cells));
        }
        return table;
    }

    [[nodiscard]] Table urgencies() const {
        Table table({{"type", "type"},
                     {"behaviour", "behaviour"},
                     {"urgency", "urgency"},
                     {"share", "of the time", "{:.3f}"},
                     {"active", "active", "{:.3f}"},
                     {"access", "access", "{:.3f}"},
                     {"mean_bid", "mean bid", "{:.3f}"}});
        const auto& cohorts = record_.cohorts;
        const Tally& tally = experience_.all();
        for (std::size_t c = 0; c < cohorts.size(); ++c) {
            const double total = sum_of(tally, record_.takes_part, c).contests;
            for (std::size_t u = 0; u < tally.exogenous_states; ++u) {
                const CellSum sum = sum_of(tally, record_.takes_part, c, u);
                if (sum.contests == 0.0) continue;
                table.add({record_.layout->type_infos()[cohorts[c].type.at()].name,
                           record_.behaviours[cohorts[c].behaviour].name(), record_.layout->exogenous_infos()[u].name,
                           sum.contests / total, sum.taking_part / sum.contests, access(sum),
                           sum.bids / sum.taking_part});
            }
        }
        return table;
    }

    [[nodiscard]] Table stages() const {
        std::vector<Column> columns{{"stage", "stage"}};
        for (const auto& number : record_.numbers) columns.push_back({number.name, number.name});
        columns.push_back({"karma_lost", "karma lost"});
        Table table(std::move(columns));
        const Tally& tally = experience_.all();
        for (std::size_t r = 0; r < tally.stages; ++r) {
            std::vector<Cell> cells{record_.layout->stage(Stage{r}).name};
            for (const double sum : tally.numbers[r]) cells.emplace_back(sum / static_cast<double>(tally.contests[r]));
            cells.emplace_back(static_cast<long>(tally.lost[r]));
            table.add(std::move(cells));
        }
        return table;
    }

    /// Karma per capita and its Gini coefficient in the accounts, at the first and the last record of the first run.
    [[nodiscard]] Table accounts() const {
        Table table({{"account", "account"},
                     {"karma", "karma"},
                     {"karma_end", "at the end"},
                     {"gini", "Gini"},
                     {"gini_end", "at the end"}},
                    fmt::format("Karma per capita and its Gini coefficient in the first run: at the first record, after {} "
                                "periods, and at the end",
                                record_.plan.burn_in + record_.plan.every));
        const Trace& run = record_.runs.front();
        const auto agents = static_cast<double>(record_.agents);
        for (std::size_t a = 0; a < run.first.gini.size(); ++a)
            table.add({record_.layout->account_name(Account{a}), static_cast<double>(run.first.total_karma[a]) / agents,
                       static_cast<double>(run.last.total_karma[a]) / agents, run.first.gini[a], run.last.gini[a]});
        return table;
    }

    /// Mean payoff per stage of everybody.
    [[nodiscard]] Estimate efficiency() const {
        return experience_.estimate([&](const Tally& t) { return payoff_en(sum_of(t, record_.takes_part)); });
    }
    [[nodiscard]] std::size_t batches() const { return experience_.batches(); }

private:
    /// Columns that a reader of text is spared when nothing is in them.
    struct Shown {
        bool mean_field = true, bid_distance = true, regret = true;
    };
    [[nodiscard]] Shown what_is_known() const {
        Shown known{!record_.mean_field.empty(), false, false};
        for (std::size_t c = 0; c < record_.cohorts.size(); ++c) {
            known.bid_distance = known.bid_distance || !std::isnan(bid_distance(c));
            known.regret = known.regret || !std::isnan(regret(c).mean);
        }
        return known;
    }
    static std::vector<Column> columns(const Shown& shown) {
        std::vector<Column> columns{{"type", "type"}, {"behaviour", "behaviour"}, {"agents", "agents"}};
        const auto add = [&](const std::string& name, const std::string& heading) {
            columns.push_back({name, heading});
            columns.push_back({name + "_error", "+-", "{:.1e}"});
        };
        add("payoff_en", "payoff");
        if (shown.mean_field) columns.push_back({"mean_field_en", "mean field"});
        add("payoff_ex", "when active");
        if (shown.mean_field) columns.push_back({"mean_field_ex", "mean field"});
        add("access", "access");
        if (shown.bid_distance) columns.push_back({"bid_distance", "bids off by", "{:.3f}"});
        add("access_deviation", "access spread");
        add("reward_deviation", "payoff spread");
        if (shown.regret) add("regret", "regret");
        return columns;
    }
    static std::string title(const Shown& shown) {
        std::string title = "payoff: mean per stage, of all stages and when active; access: part of own contests with access;\n"
                            "spread: standard deviation over agents";
        if (shown.bid_distance) title += ";\nbids off by: mean distance from the most likely ones of the policy";
        if (shown.regret)
            title += ";\nregret: payoff that following the equilibrium brings instead, as those of the type do who are there, or in "
                     "the mean field";
        return title;
    }
    [[nodiscard]] bool follows_equilibrium(const Cohort& cohort) const {
        return record_.behaviours[cohort.behaviour].rule == Behaviour::Rule::sne;
    }
    /// Per stage. NaN of who follows the equilibrium, and where nothing is known of those who do.
    [[nodiscard]] Estimate regret(std::size_t cohort) const {
        const auto& cohorts = record_.cohorts;
        if (follows_equilibrium(cohorts[cohort])) return {kNone, kNone};
        const auto payoff_in = [&](const Tally& tally, std::size_t c) {
            return payoff_en(sum_of(tally, record_.takes_part, c));
        };
        for (std::size_t c = 0; c < cohorts.size(); ++c)
            if (cohorts[c].type == cohorts[cohort].type && follows_equilibrium(cohorts[c]) && cohorts[c].size() > 0)
                return experience_.estimate([&](const Tally& t) { return payoff_in(t, c) - payoff_in(t, cohort); });
        if (record_.mean_field.empty()) return {kNone, kNone};
        const double expected = record_.mean_field[cohorts[cohort].type.at()].endogenous;
        return experience_.estimate([&](const Tally& t) { return expected - payoff_in(t, cohort); });
    }
    /// NaN of who follows the policy, or without one.
    [[nodiscard]] double bid_distance(std::size_t cohort) const {
        double sum = 0.0, bids = 0.0;
        for (const Trace& run : record_.runs) {
            sum += static_cast<double>(run.bid_distance[cohort]);
            bids += static_cast<double>(run.bids_compared[cohort]);
        }
        return sum / bids;
    }
    [[nodiscard]] Estimate spread(std::size_t cohort, double Fairness::*measure) const {
        std::vector<double> of_runs;
        for (const Trace& run : record_.runs) of_runs.push_back(run.fairness[cohort].*measure);
        return estimate_of(of_runs);
    }
    const SimulationRecord& record_;
    Experience experience_;
};

void print_text(std::ostream& out, const SimulationRecord& record) {
    const Report report(record);
    const TracePlan& plan = record.plan;
    std::int64_t beyond = 0;
    for (const Trace& run : record.runs) beyond += run.beyond_policy;
    out << fmt::format("{}\n{} agents, {} periods{}, {} run{}; {:.3g} million contests of agents per second\n\n",
                       record.title, record.agents, plan.periods,
                       plan.burn_in > 0 ? fmt::format(" after {}", plan.burn_in) : "", record.runs.size(),
                       record.runs.size() > 1 ? "s" : "",
                       1e-6 * static_cast<double>(record.agents * record.layout->stages() * record.runs.size()) *
                           (plan.periods + plan.burn_in) / record.seconds());
    report.cohorts(Format::text).print(out, Format::text);
    const Estimate efficiency = report.efficiency();
    const std::string error = std::isnan(efficiency.error) ? "-" : fmt::format("{:.1e}", efficiency.error);
    out << fmt::format("efficiency {:.4f} +- {}: mean payoff of everybody\n"
                       "+-: standard error, of spreads from {} run{}, else from {} batches of consecutive records\n\n",
                       efficiency.mean, error, record.runs.size(), record.runs.size() > 1 ? "s" : "",
                       report.batches());
    report.urgencies().print(out, Format::text);
    out << '\n';
    report.stages().print(out, Format::text);
    out << '\n';
    report.accounts().print(out, Format::text);
    if (record.distance_of_sample) {
        const Trace& run = record.runs.front();
        out << fmt::format("distance from the distribution of the policy {:.4f} before the first period, {:.4f} at the end; of as "
                           "many agents\ndrawn from it {:.4f}\n",
                           run.distance_before, run.distance_after, *record.distance_of_sample);
    }
    if (beyond > 0) out << fmt::format("{} bids of agents with more karma than the policy knows of\n", beyond);
}

}  // namespace

Table behaviours_table(const EconomyConfig& economy, Format format) {
    std::vector<Column> columns{{"behaviour", "behaviour"}};
    for (const auto& type : economy.types) columns.push_back({"payoff_" + type.name, type.name});
    columns.insert(columns.end(), {{"efficiency", "everybody"},
                                   {"efficiency_error", "+-", "{:.1e}"},
                                   {"minimum", "least"},
                                   {"SW_en", "SW_en"},
                                   {"SW_ex", "SW_ex"}});
    return Table(std::move(columns), format == Format::text
                                         ? economy.title + "\nEverybody behaves alike: mean payoffs per stage of every type, of everybody and of "
                                                           "the type that has\nleast; Nash welfare over all and over active stages "
                                                           "(-inf: a type has no more than the benchmark)"
                                         : "");
}

void add_behaviour(Table& table, const SimulationRecord& record, const EconomyConfig& economy) {
    const Welfare welfare = played_welfare(record, economy);
    std::vector<Cell> cells{record.behaviours.front().name()};
    for (const Payoff& payoff : welfare.payoffs) cells.emplace_back(payoff.endogenous);
    const Estimate efficiency = Report(record).efficiency();
    cells.insert(cells.end(), {efficiency.mean, efficiency.error, welfare.minimum.endogenous, welfare.nash.endogenous,
                               welfare.nash.exogenous});
    table.add(std::move(cells));
}

void print_simulation(std::ostream& out, const SimulationRecord& record, Format format) {
    if (format == Format::text)
        print_text(out, record);
    else
        Report(record).cohorts(format).print(out, format);
}

PeriodDisplay::~PeriodDisplay() {
    if (bar_drawn_) tell("\r\033[K");
}

void PeriodDisplay::operator()(std::size_t run, std::uint32_t period) {
    if (style_ == ProgressStyle::quiet) return;
    const auto now = Clock::now();
    if (now - shown_ < (style_ == ProgressStyle::bar ? Clock::duration(kBarInterval) : Clock::duration(kLineInterval)))
        return;
    shown_ = now;
    const double done = static_cast<double>(run) * periods_ + period, all = static_cast<double>(runs_) * periods_;
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    const std::string line =
        fmt::format("run {} of {}  period {} of {}  {:.3g} million contests of agents played  left {}", run + 1, runs_, period,
                    periods_, 1e-6 * done * static_cast<double>(agents_), duration_text(seconds * (all - done) / done));
    tell(style_ == ProgressStyle::bar ? "\r\033[K" + bar(done / all) + ' ' + line : line + '\n');
    bar_drawn_ = style_ == ProgressStyle::bar;
}

}  // namespace polykarma::cli
