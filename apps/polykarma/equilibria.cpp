#include "study/equilibria.hpp"

#include <fmt/format.h>

#include <iostream>

#include "report.hpp"
#include "study_command.hpp"

namespace polykarma::cli {
namespace {

/// One row per distinct equilibrium, best first.
Table equilibria_table(const StudyResults& results, StudyExtent extent) {
    std::vector<Column> columns{{"equilibrium", "equilibrium"}, {"starts", "starts"}};
    for (const char* suffix : {"_en", "_ex"}) {
        for (const auto& type : results.types) columns.push_back({type + suffix, type + suffix});
        columns.push_back({std::string("SW") + suffix, std::string("SW") + suffix});
    }
    for (const auto& stage : results.stages) columns.push_back({"price_" + stage, "price " + stage, "{:g}"});
    for (const char* name : {"stationarity", "gain_mean", "exploitability_mean"})
        columns.push_back({name, name, "{:.1e}"});
    if (extent == StudyExtent::with_stability) add_stability_columns(columns);
    columns.push_back({"start_names", "from"});
    Table table(std::move(columns));
    for (const StudyEquilibrium& found : results.equilibria) {
        const StudyRow& row = results.rows[found.row];
        std::vector<Cell> cells{static_cast<long>(row.equilibrium), static_cast<long>(found.starts.size())};
        for (const auto reading : {&Payoff::endogenous, &Payoff::exogenous}) {
            for (const Payoff& payoff : row.payoffs) cells.emplace_back(payoff.*reading);
            cells.emplace_back(row.nash.*reading);
        }
        for (const double price : found.price_level) cells.emplace_back(price);
        const Certificate& c = row.certificate;
        for (const double x : {c.stationarity, c.gain_mean, c.exploitability_mean}) cells.emplace_back(x);
        if (extent == StudyExtent::with_stability) add_stability_cells(cells, row.stability);
        cells.emplace_back(fmt::format("{}", fmt::join(found.starts, ", ")));
        table.add(std::move(cells));
    }
    return table;
}

/// "3 of 16 starts did not end certified: stalled 2, iteration limit 1"; empty when all did.
std::string uncertified_line(const StudyResults& results) {
    std::size_t count = 0;
    std::string reasons;
    for (const auto& [reason, starts] : uncertified_starts(results.rows)) {
        count += starts.size();
        reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", reason, starts.size());
    }
    return count == 0 ? ""
                      : fmt::format("{} of {} starts did not end certified: {}", count, results.rows.size(), reasons);
}

void print(const StudyOutcome& outcome, const StudyRequest& request, Format format) {
    const StudyResults& results = outcome.results;
    const Table table = equilibria_table(results, request.run.extent);
    const std::string line = uncertified_line(results);
    if (format != Format::text) {
        table.print(std::cout, format);
        if (!line.empty()) std::cerr << "polykarma: " << line << '\n';
        return;
    }
    std::cout << request.study.title << '\n';
    if (results.equilibria.empty())
        std::cout << "no certified equilibrium\n";
    else
        table.print(std::cout, format);
    if (!line.empty()) std::cout << line << '\n';
}

constexpr std::size_t kStarts = 16;

}  // namespace

int equilibria(const std::vector<std::string>& arguments, const Context& context) {
    Options options(
        "equilibria ECONOMY [--starts N] [-o OUT.h5] [OPTIONS]",
        "Solves one economy file from many starts and prints the distinct certified equilibria, best Nash\n"
        "welfare first: which starts led there, payoffs, welfare, price levels (the smallest bid of a resource\n"
        "that gets priority with probability 1/2 or more) and certificate. Starts are dealt to the ranks of\n"
        "mpirun or srun. What is found is a lower bound: more starts may find more. Exit code 0: at least one\n"
        "start ended certified; 3: none did.",
        "Examples\n  polykarma equilibria inputs/tutorial/two_desks.toml\n"
        "  mpirun -n 2 polykarma equilibria economy.toml --starts 64 -o equilibria.h5\n"
        "  polykarma solve economy.toml --start random_3 -o one.h5      one of them alone\n"
        "  polykarma solve economy.toml --start logit_branch            a slow one that is not among them\n");
    options.positional("ECONOMY", 1, "economy file (TOML)");
    add_starts(
        options,
        "how many starts: even, zero, proportional, the same _slow, then by turns random_1, ... and neighbour_1, ... "
        "(default 16)");
    options.add_output("write all points and equilibria to this HDF5 file");
    add_stability(options);
    options.add_set();
    options.add_format();
    options.add_quiet();
    if (!options.parse(arguments, context)) return kSuccess;
    const std::vector<std::string> overrides = options.overrides();
    StudyRequest request{study_of(options.get<std::string>("ECONOMY"), standard_starts(kStarts), overrides),
                         overrides,
                         {},
                         {},
                         options.quiet(),
                         {.extent = extent_of(options)}};
    use_standard_starts(request.study, options);
    request.output = options.output({request.study.file});
    const StudyOutcome outcome = run_and_write(request, context);
    if (!context.ranks.is_root()) return kSuccess;
    print(outcome, request, options.format());
    tell_failures(outcome);
    return outcome.results.equilibria.empty() ? kNotReached : kSuccess;
}

}  // namespace polykarma::cli
