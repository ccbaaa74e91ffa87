#include <iostream>

#include "config/choices.hpp"
#include "played_report.hpp"
#include "report.hpp"
#include "study/study_rows.hpp"
#include "study_command.hpp"
#include "sweep_options.hpp"

namespace polykarma::cli {
namespace {

namespace po = boost::program_options;

/// What a row of the summaries of equilibria says of something that is none.
EquilibriumSummary no_summary(const std::string& start, const std::string& reason, std::size_t types) {
    const StudyRow none = failed_row({.index = 0, .start = start, .labels = {}}, {});
    EquilibriumSummary summary;
    summary.start = start;
    summary.reason = reason;
    summary.lambda = none.lambda;
    summary.certificate = none.certificate;
    summary.welfare.nash = none.nash;
    summary.welfare.payoffs.assign(types, none.nash);  // NaN, like all of the row
    return summary;
}

void add_references(Table& table, const StudyResults& results) {
    for (const StudyReference& reference : results.references) {
        std::vector<Cell> cells{-1L};
        for (const auto& label : reference.labels) cells.emplace_back(label);
        cells.emplace_back(0L);
        const std::string allocation(name_of(reference.allocation));
        for (auto& cell : summary_cells(no_summary(allocation, "reference", results.types.size())))
            cells.push_back(std::move(cell));
        add_played_cells(cells, results, reference);
        cells.emplace_back(reference.error);
        table.add(std::move(cells));
    }
}

/// CSV and JSON also have what agents make of the points, and references as rows of their own.
Table results_table(const StudyOutcome& outcome, Format format) {
    std::vector<Column> columns{{"point", "point"}};
    for (const auto& axis : outcome.results.axes) columns.push_back({axis, axis});
    columns.push_back({"equilibrium", "equilibrium"});
    for (auto& column : summary_columns(outcome.results.types)) columns.push_back(std::move(column));
    const bool played = outcome.results.played && format != Format::text;
    if (played) add_played_columns(columns, outcome.results);
    columns.push_back({"error", "error"});
    Table table(std::move(columns));
    for (std::size_t i = 0; i < outcome.results.rows.size(); ++i) {
        const StudyRow& row = outcome.results.rows[i];
        std::vector<Cell> cells{static_cast<long>(row.point)};
        for (const auto& label : row.labels) cells.emplace_back(label);
        cells.emplace_back(static_cast<long>(row.equilibrium));
        const bool failed = !row.error.empty();
        for (auto& cell : summary_cells(failed ? no_summary(row.start, row.reason, outcome.results.types.size())
                                               : outcome.summaries[i]))
            cells.push_back(std::move(cell));
        if (played) add_played_cells(cells, outcome.results, row);
        cells.emplace_back(row.error);
        table.add(std::move(cells));
    }
    if (played) add_references(table, outcome.results);
    return table;
}

}  // namespace

int sweep(const std::vector<std::string>& arguments, const Context& context) {
    Options options(
        "sweep STUDY [-o OUT.h5] [OPTIONS]",
        "Solves every point of a study file (a base economy and axes) from every start, and prints a row per\n"
        "point. The ranks of mpirun or srun take points as they get free. `equilibrium` numbers the distinct\n"
        "certified equilibria of a design, best Nash welfare first; 0 is not certified. Where the study has a table\n"
        "[simulation], agents play what is found; what they come by is printed, too. With --work-dir what\n"
        "is found is kept as it comes, SIGUSR1 or SIGTERM end the run with checkpoints of the points at hand,\n"
        "and --resume goes on. Exit code 0: every point was computed; 3: some failed, or are missing; 5: stopped by a signal.",
        "Examples\n  mpirun -n 2 polykarma sweep inputs/paper/multi_karma/table1/study.toml -o table1.h5\n"
        "  polykarma sweep study.toml --set resource.*.k_max=12 --format csv\n"
        "  polykarma sweep study.toml --starts 16        every economy from sixteen starts\n"
        "  polykarma sweep study.toml --work-dir work --resume -o out.h5\n"
        "  polykarma sweep study.toml --work-dir work --shard 3/8      then, after all eight:\n"
        "  polykarma sweep study.toml --work-dir work --merge -o out.h5\n");
    options.positional("STUDY", 1, "study file (TOML)");
    options.add_output("write all points to this HDF5 file");
    add_starts(options, kStartsInstead);
    add_sweep_options(options);
    options.add()("strict", "end with exit code 3 when a point is not certified");
    options.add_set();
    options.add_format();
    options.add_quiet();
    if (!options.parse(arguments, context)) return kSuccess;
    StudyRequest request{read_study(options.get<std::string>("STUDY")), options.overrides(), {}, {}, options.quiet()};
    use_standard_starts(request.study, options);
    request.run = sweep_run(options, request.study.size());
    if (!request.study.variables.empty())
        throw InputError(request.study.variables.front().where, "variable." + request.study.variables.front().name, "",
                         "a sweep has no variables", "an axis, or polykarma design to search over variables");
    request.output = options.output({request.study.file, request.study.base_file});
    const StudyOutcome outcome = run_and_write(request, context);
    if (context.ranks.is_root() && outcome.is_collected()) {
        results_table(outcome, options.format()).print(std::cout, options.format());
        if (options.format() == Format::text) print_played(std::cout, outcome.results);
    }
    return exit_code(outcome, options.has("strict"), context);
}

}  // namespace polykarma::cli
