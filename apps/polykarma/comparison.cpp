#include "comparison.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <ostream>
#include <span>

#include "config/choices.hpp"
#include "played_report.hpp"
#include "report.hpp"
#include "study/equilibria.hpp"
#include "study/published.hpp"

namespace polykarma::cli {
namespace {

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

/// The rows of one design, which follow each other, its equilibria, and what was printed about it.
struct Design {
    std::span<const StudyRow> rows;
    std::span<const StudyEquilibrium> equilibria;
    std::vector<double> printed;                ///< empty when the table has no such row
    const StudyEquilibrium* nearest = nullptr;  ///< with the smallest distance; null without one
};

std::vector<Design> designs(const StudyResults& results, const PublishedTable& published) {
    std::vector<Design> found;
    const std::span rows(results.rows);
    const std::span equilibria(results.equilibria);
    std::size_t last_equilibrium = 0;
    for (std::size_t first = 0, last = 0; first < rows.size(); first = last) {
        while (last < rows.size() && rows[last].labels == rows[first].labels) ++last;
        const std::size_t first_equilibrium = last_equilibrium;
        while (last_equilibrium < equilibria.size() && equilibria[last_equilibrium].row < last) ++last_equilibrium;
        Design& design =
            found.emplace_back(Design{rows.subspan(first, last - first),
                                      equilibria.subspan(first_equilibrium, last_equilibrium - first_equilibrium),
                                      published_row(published, results, rows[first])});
        const auto distance = [&](const StudyEquilibrium& e) { return rows[e.row].published_distance; };
        for (const StudyEquilibrium& e : design.equilibria)
            if (std::isfinite(distance(e)) && (design.nearest == nullptr || distance(e) < distance(*design.nearest)))
                design.nearest = &e;
    }
    return found;
}

/// Lines of the comparison: a heading, numbers; for our own rows distance, where others have values, price levels and
/// certificate; starts.
class Lines {
public:
    Lines(Table& table, const PublishedTable& published, std::size_t stages, StudyExtent extent)
        : table_(&table),
          numbers_(published.numbers.size()),
          with_distance_(published.is_known()),
          with_stability_(extent == StudyExtent::with_stability),
          own_((with_distance_ ? 4 : 3) + stages + (with_stability_ ? 1 : 0)) {}

    void add(const std::string& heading, const std::vector<double>& numbers, const char* number_format,
             const std::string& starts = {}) {
        write(heading, numbers, number_format, std::vector<std::string>(own_), starts);
    }
    void add_own(const std::string& heading, const std::vector<double>& numbers, const StudyRow& row,
                 const StudyEquilibrium& equilibrium, bool nearest) {
        const Certificate& c = row.certificate;
        std::vector<std::string> own;
        if (with_distance_)
            own.push_back((std::isnan(row.published_distance) ? "-" : fmt::format("{:.4f}", row.published_distance)) +
                          (nearest ? " *" : "  "));
        for (const double price : equilibrium.price_level)
            own.push_back(std::isnan(price) ? "-" : fmt::format("{:g}", price));
        for (const double x : {c.stationarity, c.gain_mean, c.exploitability_mean})
            own.push_back(fmt::format("{:.1e}", x));
        if (with_stability_) own.push_back(attractor_text(row.stability));
        write(heading, numbers, "{:.4f}", own, starts_text(equilibrium.starts));
    }
    /// "2: even, zero"
    static std::string starts_text(const std::vector<std::string>& starts) {
        return fmt::format("{}: {}", starts.size(), joined(starts));
    }

private:
    void write(const std::string& heading, const std::vector<double>& numbers, const char* number_format,
               const std::vector<std::string>& own, const std::string& starts) {
        std::vector<Cell> cells{heading};
        for (const double x : numbers) cells.emplace_back(fmt::format(fmt::runtime(number_format), x));
        cells.resize(1 + numbers_, std::string("-"));
        cells.insert(cells.end(), own.begin(), own.end());
        cells.emplace_back(starts);
        table_->add(std::move(cells));
    }
    Table* table_;
    std::size_t numbers_;
    bool with_distance_;
    bool with_stability_;
    std::size_t own_;
};

void add_design(Lines& lines, const StudyResults& results, const PublishedTable& published, const Design& design) {
    const std::string name = joined(design.rows.front().labels);
    lines.add(name + (design.printed.empty() ? "" : (name.empty() ? "" : ": ") + published.kind), design.printed, "{:.4f}");
    for (const StudyEquilibrium& equilibrium : design.equilibria) {
        const StudyRow& row = results.rows[equilibrium.row];
        const bool nearest = &equilibrium == design.nearest;
        const auto ours = values_like(published, results, row);
        lines.add_own(fmt::format("  equilibrium {}", row.equilibrium), ours, row, equilibrium, nearest);
        if (!nearest) continue;
        std::vector<double> difference;
        for (std::size_t c = 0; c < ours.size(); ++c) difference.push_back(ours[c] - design.printed[c]);
        lines.add("    difference", difference, "{:+.4f}");
    }
    for (const auto& [reason, starts] : uncertified_starts(design.rows))
        lines.add("  not certified: " + reason, {}, "{}", Lines::starts_text(starts));
}

/// A reference as a row of a table of points.
std::vector<Cell> reference_cells(const StudyResults& results, const StudyReference& reference, std::size_t numbers) {
    std::vector<Cell> cells(reference.labels.begin(), reference.labels.end());
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    cells.insert(cells.end(), {std::string(name_of(reference.allocation)), 0L, unknown, std::string("reference")});
    cells.insert(cells.end(), numbers, unknown);
    add_played_cells(cells, results, reference);
    return cells;
}

/// A study without axes beside many quantities: a line for each that others are known to differ in by some width.
Table quantities_table(const StudyOutcome& outcome, const PublishedTable& published, const Design& design) {
    Table table({{"quantity", "quantity"},
                 {"known", published.kind},
                 {"ours", "ours"},
                 {"difference", "difference", "{:+.4f}"},
                 {"width", "width"},
                 {"within", "within"}});
    if (design.nearest == nullptr) return table;
    const auto ours = values_like(published, outcome.results, outcome.results.rows[design.nearest->row]);
    for (std::size_t i = 0; i < ours.size(); ++i) {
        const double known = published.numbers[i].values.front(), width = published.widths[i];
        if (std::isnan(width)) continue;
        table.add({published.numbers[i].name, known, ours[i], ours[i] - known, width,
                   std::string(std::abs(ours[i] - known) <= width ? "yes" : "NO")});
    }
    return table;
}

void print_quantities(std::ostream& out, const StudyOutcome& outcome, const PublishedTable& published) {
    for (const Design& design : designs(outcome.results, published)) {
        for (std::size_t i = 0; i < outcome.results.rows.size(); ++i) {
            const StudyRow& row = outcome.results.rows[i];
            if (!row.error.empty()) continue;
            const Certificate& c = row.certificate;
            out << fmt::format("from {}: {} in {:.3g} s, stationarity {:.1e}, gain {:.1e}, exploitability {:.1e}\n",
                               row.start, row.certified ? "certified" : "not certified, " + row.reason,
                               outcome.seconds[i], c.stationarity, c.gain_mean, c.exploitability_mean);
        }
        out << '\n';
        quantities_table(outcome, published, design).print(out, Format::text);
    }
    out << fmt::format("\nwithin: whether the difference is not larger than what others are known to differ by.\n{}\n",
                       published.source);
}

}  // namespace

Table comparison_rows(const StudyOutcome& outcome, const PublishedTable& published, StudyExtent extent) {
    std::vector<Column> columns;
    for (const auto& axis : outcome.results.axes) columns.push_back({axis, axis});
    for (const char* name : {"start", "equilibrium", "lambda", "reason"}) columns.push_back({name, name});
    for (const auto& column : published.numbers) columns.push_back({column.name, column.name});
    for (const char* name : {"published_distance", "stationarity", "gain_mean", "gain_max", "exploitability_mean",
                             "exploitability_max", "iterations", "seconds"})
        columns.push_back({name, name});
    if (extent == StudyExtent::with_stability) add_stability_columns(columns);
    if (outcome.results.played) add_played_columns(columns, outcome.results);
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
        if (extent == StudyExtent::with_stability) add_stability_cells(cells, row.stability);
        if (outcome.results.played) add_played_cells(cells, outcome.results, row);
        table.add(std::move(cells));
    }
    // Between start, equilibrium, lambda, reason and what agents come by: as many numbers as other rows have.
    const std::size_t numbers = published.numbers.size() + 8 + (extent == StudyExtent::with_stability ? 2 : 0);
    for (const StudyReference& reference : outcome.results.references)
        table.add(reference_cells(outcome.results, reference, numbers));
    return table;
}

void print_comparison(std::ostream& out, const StudyOutcome& outcome, const PublishedTable& published,
                      const StudyRequest& request) {
    if (!published.widths.empty()) {
        out << request.study.title << '\n';
        return print_quantities(out, outcome, published);
    }
    std::vector<Column> columns{{"design", joined(outcome.results.axes)}};
    for (const auto& column : published.numbers) columns.push_back({column.name, column.name});
    if (published.is_known()) columns.push_back({"distance", "distance"});
    for (const auto& stage : outcome.results.stages) columns.push_back({"price_" + stage, "price " + stage});
    for (const char* name : {"stationary", "gain", "exploit"}) columns.push_back({name, name});
    if (request.run.extent == StudyExtent::with_stability) columns.push_back({"attractor", "attractor"});
    columns.push_back({"starts", "starts"});
    Table table(std::move(columns), request.study.title + "\n");
    Lines lines(table, published, outcome.results.stages.size(), request.run.extent);
    for (const Design& design : designs(outcome.results, published))
        add_design(lines, outcome.results, published, design);
    table.print(out, Format::text);
    out << '\n';
    if (published.is_known())
        out << fmt::format("* nearest certified equilibrium. distance: largest difference to the {} row.\n", published.kind);
    out << "_en: over all stages, _ex: over active stages, SW: Nash welfare.\n"
           "price: smallest bid that gets priority with probability 1/2 or more. stationary: S; gain: E_mean, what one\n"
           "deviation at one stage gains on average; exploit: G, what an agent could gain over its lifetime, on average.\n"
           "All recomputed from the written state. What is left of E_mean the smoothing of responses leaves (lambda), not\n"
           "the search.\n";
    if (!published.source.empty()) out << published.source << '\n';
    if (!request.overrides.empty())
        out << fmt::format("The {} rows are those of the economies without --set {}.\n", published.kind,
                           fmt::join(request.overrides, " --set "));
    if (request.run.extent == StudyExtent::with_stability)
        out << "attractor: whether the dynamics returns to the equilibrium after a small change, and by what the "
               "change is\n"
               "multiplied per step in the end.\n";
}

}  // namespace polykarma::cli
