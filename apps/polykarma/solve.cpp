#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <optional>

#include "command.hpp"
#include "config/overrides.hpp"
#include "config/reader.hpp"
#include "io/equilibrium_file.hpp"
#include "report.hpp"
#include "start_option.hpp"
#include "study/solve_economy.hpp"
#include "work_dir_option.hpp"

namespace polykarma::cli {
namespace po = boost::program_options;

namespace {

/// What the options that stand for keys of the economy override, in the order in which they win.
std::vector<Override> overrides_of(const Options& options) {
    std::vector<Override> overrides;
    const auto set = [&](const char* option, std::string_view key, std::string_view value) {
        const std::string where = fmt::format("--{} {}", option, options.get<std::string>(option));
        overrides.push_back({fmt::format("{}={}", key, value), {where, 0}});
    };
    if (options.has("method")) set("method", "solver.method", options.get<std::string>("method"));
    if (options.has("select")) {
        if (options.has("start"))
            throw UsageError(fmt::format("--select {} beside --start {}: a start says how it is selected, give one of them",
                                         options.get<std::string>("select"), options.get<std::string>("start")));
        std::string selection = options.get<std::string>("select");
        std::ranges::replace(selection, '-', '_');
        set("select", "solver.select", selection);
    }
    if (options.has("tolerance"))
        for (const char* const key : {"solver.tolerance.stationarity", "solver.tolerance.exploitability"})
            set("tolerance", key, options.get<std::string>("tolerance"));
    return overrides;
}

void require_tolerance_within_reach(const Options& options, const SolverConfig& solver) {
    if (!options.has("tolerance") || solver.method != SolverMethod::dynamics) return;
    throw InputError({}, "--tolerance", options.get<std::string>("tolerance"),
                     "method dynamics raises no lambda, which limits what can be reached",
                     "method accelerated, or --set solver.tolerance.stationarity and .exploitability");
}

}  // namespace

int solve(const std::vector<std::string>& arguments, const Context& context) {
    Options options(
        "solve ECONOMY [-o OUT.h5] [OPTIONS]",
        "Finds a stationary Nash equilibrium of an economy file, certifies it independently, and prints\n"
        "payoffs, welfare and certificate. --method accelerated (default): the dynamics leads to an equilibrium\n"
        "and Newton's method gets there; dynamics: the evolutionary dynamics of the papers alone. Which\n"
        "equilibrium is found can depend on the start. Under mpirun or srun the ranks share the state space; their "
        "number does not change the\n"
        "result. Exit code 0: certified; 3: not reached, the state is written and marked; 5: stopped by a\n"
        "signal, with a checkpoint in --work-dir.",
        "Examples\n"
        "  polykarma solve inputs/tutorial/priority_lane.toml -o lane.h5\n"
        "  polykarma solve economy.toml --set resource.*.k_max=12 --start zero --format csv\n"
        "  polykarma solve economy.toml --start lane.h5        continue from a file's state\n"
        "  mpirun -n 2 polykarma solve economy.toml -o out.h5\n"
        "  polykarma solve economy.toml -o out.h5 --work-dir work --resume     survives a time limit\n");
    options.positional("ECONOMY", 1, "economy file (TOML)");
    options.add_output("write everything to this HDF5 file");
    options.add()(
        "start", po::value<std::string>(),
        "even, zero, proportional, one of them with _slow for small steps, random_1, random_2, ..., neighbour_1, "
        "neighbour_2, ..., or logit_branch (override solver.start, solver.select and what belongs to them); or a "
        "result file to continue from");
    options.add()("method", po::value<std::string>(), "accelerated or dynamics; overrides solver.method");
    options.add()(
        "select", po::value<std::string>(),
        "start, neighbour or logit-branch: the equilibrium that the start leads to, the one that the equilibrium of\n"
        "the neighbouring economy solver.neighbour leads to, or the one at the end of the branch of logit equilibria\n"
        "that begins at even responses; overrides solver.select");
    options.add()(
        "tolerance", po::value<std::string>(),
        "largest stationarity and largest mean exploitability of what is certified; lambda is raised as far as\n"
        "that takes, which method dynamics does not do. Overrides solver.tolerance.stationarity and .exploitability");
    options.add()("stability",
                  "also compute whether the dynamics is attracted to the equilibrium: the leading eigenvalue of one\n"
                  "step, with solver.step and solver.response_rate");
    add_work_dir(options);
    options.add_set();
    options.add_format();
    options.add_quiet();
    if (!options.parse(arguments, context)) return kSuccess;

    std::vector<Override> overrides;
    for (const std::string& assignment : options.overrides()) overrides.push_back(command_line_override(assignment));
    const StartFrom start =
        options.has("start") ? start_option(options.get<std::string>("start"), overrides) : StartFrom{};
    std::ranges::move(overrides_of(options), std::back_inserter(overrides));
    const EconomyConfig economy = read_economy_with(options.get<std::string>("ECONOMY"), overrides);
    require_tolerance_within_reach(options, economy.solver);
    std::vector<std::filesystem::path> inputs{options.get<std::string>("ECONOMY")};
    if (start) inputs.emplace_back(options.get<std::string>("start"));
    const auto output = options.output(inputs);

    const auto kept = work_dir_option(options, economy, context.ranks);

    const bool root = context.ranks.is_root();
    std::optional<EquilibriumRecord> solved;
    try {
        ProgressDisplay display(root ? progress_style(options.quiet()) : ProgressStyle::quiet, "",
                                economy.solver.stationarity, economy.solver.max_iterations);
        solved = solve_economy(economy, start, std::ref(display), context.ranks, kept ? &kept->checkpoints : nullptr);
    } catch (const Stopped&) {
        if (root) tell_stopped(kept->checkpoints.latest().value_or(kept->folder.path()));
        return kStopped;
    }
    EquilibriumRecord& record = *solved;
    if (options.has("stability")) measure_stability(economy, record, context.ranks);
    if (output)
        write_equilibrium(*output, record, Provenance{context.program_line, context.ranks.size()}, context.ranks);
    if (kept) kept->checkpoints.remove();
    const EquilibriumSummary summary = summary_of(record);
    if (!root) return kSuccess;
    if (options.format() == Format::text) {
        print_equilibrium(std::cout, summary);
        if (output) std::cout << "written to " << output->string() << '\n';
    } else {
        std::vector<Column> columns = summary_columns(summary.types);
        std::vector<Cell> cells = summary_cells(summary);
        if (options.has("stability")) {
            add_stability_columns(columns);
            add_stability_cells(cells, summary.stability);
        }
        Table table(std::move(columns));
        table.add(std::move(cells));
        table.print(std::cout, options.format());
    }
    return summary.certified ? kSuccess : kNotReached;
}

}  // namespace polykarma::cli
