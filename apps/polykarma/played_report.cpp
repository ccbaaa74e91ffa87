#include "played_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <ostream>

#include "config/choices.hpp"
#include "study/lead.hpp"

namespace polykarma::cli {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kError = "{:.1e}";

void add_marginal_cells(std::vector<Cell>& cells, const StudyResults& results, const std::vector<double>& access,
                        const Marginals* marginals) {
    const bool known = marginals != nullptr && !marginals->holders.empty();
    for (std::size_t t = 0; t < results.types.size(); ++t) {
        cells.emplace_back(t < access.size() ? access[t] : kUnknown);
        for (std::size_t a = 0; a < results.accounts.size(); ++a)
            cells.emplace_back(known ? marginals->karma(a, t) : kUnknown);
    }
}

void add_agent_cells(std::vector<Cell>& cells, const StudyResults& results, const PopulationMeasures* agents) {
    for (const AgentMeasure& measure : agent_measures(results.types)) {
        const Estimate estimate = agents != nullptr ? measure.of(*agents) : Estimate{kUnknown, kUnknown};
        cells.emplace_back(estimate.mean);
        cells.emplace_back(estimate.error);
    }
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

/// Efficiency and fairness, beside what the continuum says.
std::vector<Column> reader_columns(const StudyResults& results, const char* heading) {
    std::vector<Column> columns{{"design", joined(results.axes)},   {"continuum", heading},
                                {"efficiency", "agents"},           {"efficiency_error", "+-", kError},
                                {"access_fairness", "access fair"}, {"access_fairness_error", "+-", kError},
                                {"reward_fairness", "reward fair"}, {"reward_fairness_error", "+-", kError}};
    return columns;
}

void add_measures(std::vector<Cell>& cells, const PopulationMeasures& agents) {
    for (const Estimate* const estimate : {&agents.efficiency, &agents.access_fairness, &agents.reward_fairness}) {
        cells.emplace_back(estimate->mean);
        cells.emplace_back(estimate->error);
    }
}

Table equilibria_table(const StudyResults& results) {
    Table table(
        reader_columns(results, "SNE efficiency"),
        "Played by agents: mean payoff of all, minus the deviation of access and of mean payoffs over agents\n");
    for (const StudyRow& row : results.rows) {
        if (!row.agents) continue;
        std::vector<Cell> cells{joined(row.labels), row.efficiency};
        add_measures(cells, *row.agents);
        table.add(std::move(cells));
    }
    return table;
}

Table references_table(const StudyResults& results) {
    std::vector<Column> columns = reader_columns(results, "exact");
    columns.insert(columns.begin() + 1, {"allocation", "allocation"});
    columns.push_back({"difference", "off by", "{:+.4f}"});
    columns.push_back({"errors", "in errors", "{:+.1f}"});
    Table table(std::move(columns), "Without karma\n");
    for (const StudyReference& reference : results.references) {
        if (!reference.error.empty()) continue;
        std::vector<Cell> cells{joined(reference.labels), std::string(name_of(reference.allocation)),
                                reference.efficiency};
        add_measures(cells, reference.agents);
        const Estimate& efficiency = reference.agents.efficiency;
        cells.emplace_back(efficiency.mean - reference.efficiency);
        cells.emplace_back((efficiency.mean - reference.efficiency) / efficiency.error);
        table.add(std::move(cells));
    }
    return table;
}

/// Of several types: what each comes by, equilibria and references alike.
Table types_table(const StudyResults& results) {
    std::vector<Column> columns{{"design", joined(results.axes)}, {"rule", "rule"}, {"type", "type"}};
    for (const auto& account : results.accounts) columns.push_back({"karma_" + account, "karma " + account, "{:.3f}"});
    columns.insert(columns.end(), {{"access", "access"},
                                   {"agents_access", "agents"},
                                   {"agents_access_error", "+-", kError},
                                   {"payoff", "payoff"},
                                   {"agents_payoff", "agents"},
                                   {"agents_payoff_error", "+-", kError}});
    Table table(std::move(columns), "By type: in the continuum, and by agents\n");
    const auto add = [&](const std::vector<std::string>& labels, const std::string& rule, const Marginals* marginals,
                         const std::vector<double>& access, const std::vector<Payoff>& payoffs,
                         const PopulationMeasures& agents) {
        for (std::size_t t = 0; t < results.types.size(); ++t) {
            std::vector<Cell> cells{joined(labels), rule, results.types[t]};
            for (std::size_t a = 0; a < results.accounts.size(); ++a)
                cells.emplace_back(marginals != nullptr ? marginals->karma(a, t) : kUnknown);
            cells.emplace_back(t < access.size() ? access[t] : kUnknown);
            cells.emplace_back(agents.types[t].access.mean);
            cells.emplace_back(agents.types[t].access.error);
            cells.emplace_back(t < payoffs.size() ? payoffs[t].endogenous : kUnknown);
            cells.emplace_back(agents.types[t].payoff.mean);
            cells.emplace_back(agents.types[t].payoff.error);
            table.add(std::move(cells));
        }
    };
    for (const StudyRow& row : results.rows)
        if (row.agents) add(row.labels, "karma", &row.marginals, row.marginals.access, row.payoffs, *row.agents);
    for (const StudyReference& reference : results.references)
        if (reference.error.empty())
            add(reference.labels, std::string(name_of(reference.allocation)), nullptr, reference.access, {},
                reference.agents);
    return table;
}

std::string signed_lead(const Estimate& lead) {
    const std::string number = fmt::format("{:+.5f} +- {:.5f}", lead.mean, lead.error);
    return is_decided(lead) ? number : "(" + number + ")";
}

/// The measures that hold, joined.
template <class Holds>
std::string measures_that(const Lead& lead, Holds&& holds) {
    std::vector<std::string> names;
    for (std::size_t m = 0; m < lead.measures.size(); ++m)
        if (holds(lead.measures[m])) names.emplace_back(kLeadMeasures[m]);
    return joined(names);
}

/// "0.5 (access fairness); 0.9 (access fairness)", "nowhere"
///   words(lead): what to say of it, empty for nothing
template <class Words>
std::string places(const std::vector<Lead>& leads, Words&& words) {
    std::vector<std::string> list;
    for (const Lead& lead : leads)
        if (const std::string text = words(lead); !text.empty())
            list.push_back(lead.labels.empty() ? text : fmt::format("{} ({})", joined(lead.labels), text));
    return list.empty() ? "nowhere" : fmt::format("{}", fmt::join(list, "; "));
}

void print_leads(std::ostream& out, const StudyResults& results) {
    const auto comparison = compared(results);
    if (!comparison) return;
    const Comparison& c = *comparison;
    std::vector<Column> columns{{"design", joined(c.others)}};
    for (const char* const name : kLeadMeasures) columns.push_back({name, name});
    Table table(std::move(columns),
                fmt::format("\n{} {} less {}, by agents (in brackets: less than {:g} standard errors)\n", c.axis,
                            c.ahead, c.behind, kDecided));
    for (const Lead& lead : c.leads) {
        std::vector<Cell> cells{joined(lead.labels)};
        for (const Estimate& measure : lead.measures) cells.emplace_back(signed_lead(measure));
        table.add(std::move(cells));
    }
    table.print(out, Format::text);
    const auto is_better = [](const Estimate& e) { return is_decided(e) && e.mean > 0.0; };
    const auto is_worse = [](const Estimate& e) { return is_decided(e) && e.mean < 0.0; };
    const auto dominates = [&](const Lead& lead) {
        return std::ranges::all_of(lead.measures, is_better) ? measures_that(lead, is_better) : std::string();
    };
    out << fmt::format("{} is ahead in every measure: {}\n{} is ahead in some measure: {}\n", c.ahead,
                       places(c.leads, dominates), c.behind,
                       places(c.leads, [&](const Lead& lead) { return measures_that(lead, is_worse); }));
}

}  // namespace

void add_played_columns(std::vector<Column>& columns, const StudyResults& results) {
    for (const auto& type : results.types) {
        columns.push_back({"access_" + type, "access " + type});
        for (const auto& account : results.accounts)
            columns.push_back({"karma_" + account + "_" + type, "karma " + account + " " + type});
    }
    for (const AgentMeasure& measure : agent_measures(results.types)) {
        columns.push_back({measure.name, measure.name});
        columns.push_back({measure.name + "_error", "+-", kError});
    }
}

void add_played_cells(std::vector<Cell>& cells, const StudyResults& results, const StudyRow& row) {
    add_marginal_cells(cells, results, row.marginals.access, &row.marginals);
    add_agent_cells(cells, results, row.agents ? &*row.agents : nullptr);
}

void add_played_cells(std::vector<Cell>& cells, const StudyResults& results, const StudyReference& reference) {
    add_marginal_cells(cells, results, reference.access, nullptr);
    add_agent_cells(cells, results, reference.error.empty() ? &reference.agents : nullptr);
}

void print_played(std::ostream& out, const StudyResults& results) {
    if (!results.played) return;
    for (Table table : {equilibria_table(results), references_table(results)}) {
        if (table.empty()) continue;
        out << '\n';
        table.print(out, Format::text);
    }
    if (results.types.size() > 1) {
        out << '\n';
        types_table(results).print(out, Format::text);
    }
    out << "+-: standard error over runs, or over batches of periods where that is larger; of fairness over runs\n";
    print_leads(out, results);
}

}  // namespace polykarma::cli
