#include "comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "study/equilibria.hpp"

namespace polykarma::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

bool nearer(const StudyRow& a, const StudyRow& b) {
    return a.published_distance < b.published_distance ||
           (a.published_distance == b.published_distance && a.point < b.point);
}

/// The rows of one design, which follow each other, and what was printed about it.
struct Design {
    std::size_t first = 0;
    std::size_t last = 0;
    std::vector<double> printed;         ///< empty when the table has no such row
    std::size_t nearest = 0;             ///< certified row with the smallest distance; `last` without one
};

std::vector<Design> designs(const StudyResults& results, const PublishedTable& published) {
    std::vector<Design> found;
    const auto& rows = results.rows;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (found.empty() || rows[found.back().first].labels != rows[i].labels)
            found.push_back({i, i, published_row(published, results, rows[i]), rows.size()});
        Design& design = found.back();
        design.last = i + 1;
        if (rows[i].certified && std::isfinite(rows[i].published_distance) &&
            (design.nearest == rows.size() || nearer(rows[i], rows[design.nearest])))
            design.nearest = i;
    }
    return found;
}

/// Lines of the comparison: a heading, numbers, and for our own rows distance and certificate.
class Lines {
public:
    Lines(Table& table, std::size_t numbers) : table_(&table), numbers_(numbers) {}

    void add(const std::string& heading, const std::vector<double>& numbers, const char* number_format) {
        write(heading, numbers, number_format, std::vector<std::string>(kOwn));
    }
    void add_own(const std::string& heading, const std::vector<double>& numbers, const StudyRow& row, bool nearest,
                 double seconds) {
        const Certificate& c = row.certificate;
        const std::string distance =
            std::isnan(row.published_distance) ? "-" : fmt::format("{:.4f}", row.published_distance);
        write(heading, numbers, "{:.4f}",
              {distance + (nearest ? " *" : "  "), fmt::format("{:.1e}", c.stationarity),
               fmt::format("{:.1e}", c.gain_mean), fmt::format("{:.1e}", c.exploitability_mean),
               fmt::format("{:.1e}", c.exploitability_max), fmt::format("{}", row.iterations),
               fmt::format("{:.1f}", seconds)});
    }

private:
    static constexpr std::size_t kOwn = 7;
    void write(const std::string& heading, const std::vector<double>& numbers, const char* number_format,
               const std::vector<std::string>& own) {
        std::vector<Cell> cells{heading};
        for (const double x : numbers) cells.emplace_back(fmt::format(fmt::runtime(number_format), x));
        cells.resize(1 + numbers_, std::string("-"));
        cells.insert(cells.end(), own.begin(), own.end());
        table_->add(std::move(cells));
    }
    Table* table_;
    std::size_t numbers_;
};

/// Starts of a design that led to the same equilibrium.
std::string starts_of(const StudyResults& results, const Design& design, int equilibrium) {
    std::vector<std::string> starts;
    for (std::size_t i = design.first; i < design.last; ++i)
        if (results.rows[i].equilibrium == equilibrium) starts.push_back(results.rows[i].start);
    return joined(starts);
}

void add_design(Lines& lines, const StudyOutcome& outcome, const PublishedTable& published, const Design& design) {
    const auto& rows = outcome.results.rows;
    lines.add(joined(rows[design.first].labels) + (design.printed.empty() ? "" : ": published"), design.printed, "{:.4f}");
    for (std::size_t i = design.first; i < design.last; ++i) {
        const StudyRow& row = rows[i];
        if (!row.error.empty()) {
            lines.add("  from " + row.start + ": failed", {}, "{}");
            continue;
        }
        const bool is_nearest = i == design.nearest;
        const bool told_before = std::any_of(rows.begin() + static_cast<std::ptrdiff_t>(design.first),
                                             rows.begin() + static_cast<std::ptrdiff_t>(i), [&](const StudyRow& other) {
                                                 return row.equilibrium > 0 && other.equilibrium == row.equilibrium;
                                             });
        if (told_before) continue;
        const std::string heading =
            row.equilibrium > 0
                ? fmt::format("  equilibrium {} from {}", row.equilibrium,
                              starts_of(outcome.results, design, row.equilibrium))
                : fmt::format("  none from {} ({})", row.start, row.reason);
        // The nearest row may be the second of two starts that led to one equilibrium.
        const bool marks = is_nearest || (design.nearest < rows.size() && row.equilibrium > 0 &&
                                          rows[design.nearest].equilibrium == row.equilibrium);
        const auto ours = values_like(published, outcome.results, row);
        lines.add_own(heading, ours, row, marks, outcome.seconds[i]);
        if (!marks) continue;
        std::vector<double> difference;
        for (std::size_t c = 0; c < ours.size(); ++c) difference.push_back(ours[c] - design.printed[c]);
        lines.add("    difference", difference, "{:+.4f}");
    }
}

}  // namespace

Table comparison_rows(const StudyOutcome& outcome, const PublishedTable& published) {
    std::vector<Column> columns;
    for (const auto& axis : outcome.results.axes) columns.push_back({axis, axis});
    for (const char* name : {"start", "equilibrium", "lambda", "reason"}) columns.push_back({name, name});
    for (const auto& column : published.numbers) columns.push_back({column.name, column.name});
    for (const char* name : {"published_distance", "stationarity", "gain_mean", "gain_max", "exploitability_mean",
                             "exploitability_max", "iterations", "seconds"})
        columns.push_back({name, name});
    Table table(std::move(columns));
    for (std::size_t i = 0; i < outcome.results.rows.size(); ++i) {
        const StudyRow& row = outcome.results.rows[i];
        const Certificate& c = row.certificate;
        std::vector<Cell> cells(row.labels.begin(), row.labels.end());
        cells.insert(cells.end(), {row.start, static_cast<long>(row.equilibrium), row.lambda, row.reason});
        for (const double value : values_like(published, outcome.results, row)) cells.emplace_back(value);
        for (const double x : {row.published_distance, c.stationarity, c.gain_mean, c.gain_max, c.exploitability_mean,
                               c.exploitability_max})
            cells.emplace_back(x);
        cells.emplace_back(row.iterations);
        cells.emplace_back(outcome.seconds[i]);
        table.add(std::move(cells));
    }
    return table;
}

void print_comparison(std::ostream& out, const StudyOutcome& outcome, const PublishedTable& published,
                      const std::string& title) {
    std::vector<Column> columns{{"design", joined(outcome.results.axes)}};
    for (const auto& column : published.numbers) columns.push_back({column.name, column.name});
    for (const char* name : {"distance", "stationary", "gain", "exploit", "exploit max", "iterations", "seconds"})
        columns.push_back({name, name});
    Table table(std::move(columns), title + "\n");
    Lines lines(table, published.numbers.size());
    for (const Design& design : designs(outcome.results, published)) add_design(lines, outcome, published, design);
    table.print(out, Format::text);
    out << fmt::format(
        "\n* nearest certified equilibrium. distance: largest difference to the published row. _en: over all stages, _ex:\n"
        "over active stages, SW: Nash welfare. stationary: S; gain: E_mean, what one deviation at one stage gains on\n"
        "average; exploit: G, what an agent could gain over its lifetime, on average and at most. All recomputed from\n"
        "the written state. The smoothing lambda = {:g}, not the search, keeps E_mean between 1e-7 and 4e-5.\n"
        "{}\n",
        outcome.results.rows.front().lambda, published.source);
}

}  // namespace polykarma::cli
