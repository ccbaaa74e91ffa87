#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

#include "command.hpp"
#include "study/design_search.hpp"

namespace polykarma::cli {
namespace {

namespace po = boost::program_options;

DesignOutcome search_and_write(const StudyConfig& study, const Options& options, const Context& context) {
    const bool root = context.ranks.is_root();
    const auto begin = std::chrono::steady_clock::now();
    const auto output = options.output({study.file, study.base_file});
    std::optional<StudyFile> file;
    if (root && output) file.emplace(*output, study.title);

    const ProgressStyle style = root ? progress_style(options.quiet()) : ProgressStyle::quiet;
    const auto progress = [&](std::size_t design, long evaluation, const EconomyConfig& economy) -> Progress {
        const std::string economy_name =
            evaluation == 0 ? "the base" : fmt::format("economy {} of {}", evaluation, study.design.evaluations);
        const std::string label = fmt::format("design {} of {}, {}", design + 1, study.designs(), economy_name);
        return announced(style, label, economy.solver.stationarity, economy.solver.max_iterations);
    };
    DesignOutcome outcome =
        search_designs(study, options.overrides(), context.ranks, file ? &*file : nullptr, progress);
    if (file) {
        file->write_design(outcome.results);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        file->commit({context.program_line, context.ranks.size()}, seconds);
    }
    return outcome;
}

/// Rows of one combination, and how many of them are certified.
std::pair<long, long> counts(const StudyResults& evaluations, std::size_t design) {
    std::pair<long, long> count;
    for (const StudyRow& row : evaluations.rows) {
        if (row.point != design) continue;
        ++count.first;
        count.second += row.certified ? 1 : 0;
    }
    return count;
}

std::vector<Column> columns_of(const DesignResults& results) {
    std::vector<Column> columns{{"design", "design"}};
    for (const auto& axis : results.best.axes) columns.push_back({axis, axis});
    for (const char* name : {"economies", "certified"}) columns.push_back({name, name});
    for (const auto& variable : results.best.variables) columns.push_back({variable, variable});
    for (const char* reading : {"_en", "_ex"}) {
        for (const auto& type : results.best.types) columns.push_back({type + reading, type + reading});
        columns.push_back({std::string("SW") + reading, std::string("SW") + reading});
    }
    for (const char* name : {"stationarity", "gain_mean", "exploitability_mean"})
        columns.push_back({name, name, "{:.1e}"});
    columns.push_back({"base", results.objective + " of base"});
    columns.push_back({"gain", "gain", "{:+.4f}"});
    columns.push_back({"best", "best of all"});
    columns.push_back({"error", "error"});
    return columns;
}

Table best_table(const StudyConfig& study, const DesignOutcome& outcome) {
    const DesignResults& results = outcome.results;
    Table table(columns_of(results));
    for (std::size_t i = 0; i < results.best.rows.size(); ++i) {
        const StudyRow& row = results.best.rows[i];
        std::vector<Cell> cells{static_cast<long>(i)};
        for (const auto& label : row.labels) cells.emplace_back(label);
        const auto [economies, certified] = counts(results.evaluations, i);
        cells.emplace_back(economies);
        cells.emplace_back(certified);
        for (const double x : row.variables) cells.emplace_back(x);
        for (const auto reading : {&Payoff::endogenous, &Payoff::exogenous}) {
            for (std::size_t t = 0; t < results.best.types.size(); ++t)  // without a point NaN, like all of the row
                cells.emplace_back(row.error.empty() ? row.payoffs[t].*reading : row.nash.*reading);
            cells.emplace_back(row.nash.*reading);
        }
        const Certificate& c = row.certificate;
        for (const double x : {c.stationarity, c.gain_mean, c.exploitability_mean}) cells.emplace_back(x);
        const auto& base = outcome.base[i];
        const double there = base && base->certified ? objective_of(study, *base) : std::nan("");
        cells.emplace_back(there);
        cells.emplace_back(objective_of(study, row) - there);
        cells.emplace_back(outcome.best == i);
        cells.emplace_back(row.error);
        table.add(std::move(cells));
    }
    return table;
}

void print(const StudyConfig& study, const DesignOutcome& outcome, Format format) {
    const Table table = best_table(study, outcome);
    if (format != Format::text) return table.print(std::cout, format);
    std::cout << fmt::format("{}\nBest certified point of every design by {}: {}.\n\n", study.title,
                             outcome.results.objective, outcome.results.selection);
    table.print(std::cout, format);
    if (!outcome.best) return;
    const StudyRow& best = outcome.results.best.rows[*outcome.best];
    std::cout << fmt::format("\nbest of all: {}", fmt::join(best.labels, ", "));
    for (std::size_t v = 0; v < best.variables.size(); ++v)
        std::cout << fmt::format("{}{} = {:.6g}", v == 0 && best.labels.empty() ? "" : ", ", study.variables[v].name,
                                 best.variables[v]);
    std::cout << fmt::format(": {} = {:.6f}\n", outcome.results.objective, objective_of(study, best));
}

}  // namespace

int design(const std::vector<std::string>& arguments, const Context& context) {
    Options options("design STUDY [-o OUT.h5] [OPTIONS]",
                    "Searches for the economy of most Nash welfare: over the [[variable]] keys of a study file\n"
                    "within their bounds, once for every combination of its axes' values, and prints the best\n"
                    "certified point of each beside the base economy's own. Every economy counts with the\n"
                    "equilibrium reached from the study's first start; that can jump, so that no derivatives are\n"
                    "used. Combinations are dealt to the ranks of mpirun or srun. Exit code 0: every combination has\n"
                    "a certified point in which every type gains; 3: one has none.",
                    "Examples\n  mpirun -n 2 polykarma design inputs/paper/multi_karma/design.toml -o design.h5\n"
                    "  polykarma design study.toml --set resource.*.k_max=12 --format csv\n");
    options.positional("STUDY", 1, "study file (TOML) with variables; `polykarma keys --study` lists its keys");
    options.add_output("write every economy's row, and the best equilibria, to this HDF5 file");
    options.add_set();
    options.add_format();
    options.add_quiet();
    if (!options.parse(arguments, context)) return kSuccess;
    const StudyConfig study = read_study(options.get<std::string>("STUDY"));
    const DesignOutcome outcome = search_and_write(study, options, context);
    if (!context.ranks.is_root()) return kSuccess;
    print(study, outcome, options.format());
    bool all_found = true;
    for (const StudyRow& row : outcome.results.best.rows) {
        if (row.error.empty()) continue;
        all_found = false;
        std::cerr << "polykarma: design " << row.point << ": " << row.error << '\n';
    }
    return all_found ? kSuccess : kNotReached;
}

}  // namespace polykarma::cli
