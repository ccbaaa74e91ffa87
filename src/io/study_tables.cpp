#include "io/study_tables.hpp"

#include <fmt/format.h>

#include <limits>

#include "config/choices.hpp"
#include "io/stored_fields.hpp"

namespace polykarma::hdf5 {
namespace {

/// One column of a table: take(row) for every row.
template <class T, class Row, class Take>
void add_column(Table& table, const std::string& name, const std::vector<Row>& rows, Take&& take) {
    std::vector<T> values;
    for (const auto& row : rows) values.push_back(T(take(row)));
    table.add(name, std::move(values));
}

void add_label_columns(Table& table, const std::vector<std::string>& axes, const std::vector<StudyRow>& rows) {
    for (std::size_t i = 0; i < axes.size(); ++i)
        add_column<std::string>(table, axes[i], rows, [&](const StudyRow& row) { return row.labels[i]; });
}

void add_payoff_columns(Table& table, const std::vector<std::string>& types, const std::vector<StudyRow>& rows,
                        const std::string& suffix, double Payoff::*reading) {
    for (std::size_t t = 0; t < types.size(); ++t)
        add_column<double>(table, "payoff_" + suffix + "_" + types[t], rows, [&](const StudyRow& row) {
            return t < row.payoffs.size() ? row.payoffs[t].*reading : std::numeric_limits<double>::quiet_NaN();
        });
    add_column<double>(table, "SW_" + suffix, rows, [&](const StudyRow& row) { return row.nash.*reading; });
}

void add_payoff_columns(Table& table, const std::vector<std::string>& types, const std::vector<StudyRow>& rows) {
    add_payoff_columns(table, types, rows, "en", &Payoff::endogenous);
    add_payoff_columns(table, types, rows, "ex", &Payoff::exogenous);
}

/// take(row), or NaN where a row has no such number.
template <class Row, class Take>
void add_number(Table& table, const std::string& name, const std::vector<Row>& rows, Take&& take) {
    add_column<double>(table, name, rows, [&](const Row& row) {
        const std::optional<double> number = take(row);
        return number ? *number : std::numeric_limits<double>::quiet_NaN();
    });
}

void add_marginal_columns(Table& table, const StudyResults& results) {
    for (std::size_t t = 0; t < results.types.size(); ++t)
        add_number(table, "access_" + results.types[t], results.rows, [&](const StudyRow& row) {
            return t < row.marginals.access.size() ? std::optional(row.marginals.access[t]) : std::nullopt;
        });
    for (std::size_t a = 0; a < results.accounts.size(); ++a)
        for (std::size_t t = 0; t < results.types.size(); ++t)
            add_number(
                table, "karma_" + results.accounts[a] + "_" + results.types[t], results.rows, [&](const StudyRow& row) {
                    return a < row.marginals.holders.size() ? std::optional(row.marginals.karma(a, t)) : std::nullopt;
                });
}

/// Two columns for every measure: its mean and its standard error.
///   agents(row): optional measures
template <class Row, class Agents>
void add_agent_columns(Table& table, const std::vector<std::string>& types, const std::vector<Row>& rows,
                       Agents&& agents) {
    for (const AgentMeasure& measure : agent_measures(types)) {
        const auto of = [&](double Estimate::*part) {
            return [&, part](const Row& row) -> std::optional<double> {
                const PopulationMeasures* const measures = agents(row);
                return measures != nullptr ? std::optional(measure.of(*measures).*part) : std::nullopt;
            };
        };
        add_number(table, measure.name, rows, of(&Estimate::mean));
        add_number(table, measure.name + "_error", rows, of(&Estimate::error));
    }
}

void add_distance_column(Table& table, const std::vector<StudyRow>& rows) {
    add_column<double>(table, "published_distance", rows, [](const StudyRow& row) { return row.published_distance; });
}

void add_certificate_columns(Table& table, const std::vector<StudyRow>& rows) {
    for (const auto& field : std::span(kCertificateFields).first<kSummaryFields>())
        add_column<double>(table, field.name, rows, [&](const StudyRow& row) { return row.certificate.*field.member; });
}

void add_stability_columns(Table& table, const std::vector<StudyRow>& rows) {
    const auto add = [&](const char* name, const auto& take) {
        add_column<double>(table, name, rows, [&](const StudyRow& row) {
            return row.stability ? take(*row.stability) : std::numeric_limits<double>::quiet_NaN();
        });
    };
    add_column<std::string>(table, "attractor", rows, [](const StudyRow& row) {
        return row.stability ? to_string(row.stability->attraction()) : std::string_view{};
    });
    add("eigenvalue_real", [](const Stability& s) { return s.real; });
    add("eigenvalue_imaginary", [](const Stability& s) { return s.imaginary; });
    add("modulus", [](const Stability& s) { return s.modulus(); });
    add("eigenvalue_residual", [](const Stability& s) { return s.residual; });
}

}  // namespace

Table results_table(const StudyResults& results) {
    const auto& rows = results.rows;
    Table table;
    add_column<std::int64_t>(table, "point", rows, [](const StudyRow& row) { return row.point; });
    add_label_columns(table, results.axes, rows);
    const bool search = !results.variables.empty();
    if (search) add_column<std::int64_t>(table, "evaluation", rows, [](const StudyRow& row) { return row.evaluation; });
    for (std::size_t i = 0; i < results.variables.size(); ++i)
        add_column<double>(table, results.variables[i], rows, [&](const StudyRow& row) { return row.variables[i]; });
    add_column<std::string>(table, "start", rows, [](const StudyRow& row) { return row.start; });
    if (!search)
        add_column<std::int64_t>(table, "equilibrium", rows, [](const StudyRow& row) { return row.equilibrium; });
    add_column<std::int64_t>(table, "certified", rows, [](const StudyRow& row) { return row.certified; });
    add_column<std::string>(table, "reason", rows, [](const StudyRow& row) { return row.reason; });
    add_column<double>(table, "lambda", rows, [](const StudyRow& row) { return row.lambda; });
    add_payoff_columns(table, results.types, rows);
    if (!search) add_marginal_columns(table, results);
    if (results.played)
        add_agent_columns(table, results.types, rows,
                          [](const StudyRow& row) { return row.agents ? &*row.agents : nullptr; });
    if (!search) add_distance_column(table, rows);
    add_certificate_columns(table, rows);
    add_column<std::int64_t>(table, "iterations", rows, [](const StudyRow& row) { return row.iterations; });
    if (results.warm_starts)
        add_column<std::int64_t>(table, "warm_from", rows, [](const StudyRow& row) {
            return row.warm_from ? static_cast<std::int64_t>(*row.warm_from) : -1;
        });
    add_column<std::string>(table, "error", rows, [](const StudyRow& row) { return row.error; });
    return table;
}

Table equilibria_table(const StudyResults& results) {
    const auto& found = results.equilibria;
    std::vector<StudyRow> rows;
    for (const auto& equilibrium : found) rows.push_back(results.rows[equilibrium.row]);
    Table table;
    add_label_columns(table, results.axes, rows);
    add_column<std::int64_t>(table, "equilibrium", rows, [](const StudyRow& row) { return row.equilibrium; });
    add_column<std::int64_t>(table, "starts", found, [](const StudyEquilibrium& e) { return e.starts.size(); });
    add_column<std::string>(table, "start_names", found,
                            [](const StudyEquilibrium& e) { return fmt::format("{}", fmt::join(e.starts, ",")); });
    add_column<std::int64_t>(table, "point", rows, [](const StudyRow& row) { return row.point; });
    add_payoff_columns(table, results.types, rows);
    for (std::size_t r = 0; r < results.stages.size(); ++r)
        add_column<double>(table, std::string(kPriceLevel) + "_" + results.stages[r], found,
                           [&](const StudyEquilibrium& e) { return e.price_level[r]; });
    add_distance_column(table, rows);
    add_certificate_columns(table, rows);
    add_stability_columns(table, rows);
    return table;
}

Table references_table(const StudyResults& results) {
    const auto& rows = results.references;
    Table table;
    for (std::size_t i = 0; i < results.axes.size(); ++i)
        add_column<std::string>(table, results.axes[i], rows, [&](const StudyReference& row) { return row.labels[i]; });
    add_column<std::string>(table, "allocation", rows,
                            [](const StudyReference& row) { return name_of(row.allocation); });
    add_column<double>(table, "efficiency", rows, [](const StudyReference& row) { return row.efficiency; });
    for (std::size_t t = 0; t < results.types.size(); ++t)
        add_number(table, "access_" + results.types[t], rows, [&](const StudyReference& row) {
            return t < row.access.size() ? std::optional(row.access[t]) : std::nullopt;
        });
    add_agent_columns(table, results.types, rows,
                      [](const StudyReference& row) { return row.error.empty() ? &row.agents : nullptr; });
    add_column<std::string>(table, "error", rows, [](const StudyReference& row) { return row.error; });
    return table;
}

}  // namespace polykarma::hdf5
