#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>

#include "command.hpp"
#include "config/reader.hpp"
#include "io/stored_equilibrium.hpp"
#include "io/summary.hpp"
#include "report.hpp"
#include "study/solve_economy.hpp"
#include "welfare/multi_karma_benchmark.hpp"
#include "welfare/pairwise_benchmark.hpp"

namespace polykarma::cli {
namespace {

/// State-action pairs per second of one step of the dynamics on one core: measured, see bench/README.md.
constexpr double kPairsPerSecond = 4e8;
/// Steps of the dynamics that a solve takes the time of: what the slower of the shipped economies need. The accelerated
/// method needs a twentieth of it for most.
double typical_steps(SolverMethod method) { return method == SolverMethod::dynamics ? 20000.0 : 10000.0; }
/// MiB of the largest machines there are.
constexpr double kLargestMachine = 32.0 * 1024.0 * 1024.0;

bool is_hdf5(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string signature(8, '\0');
    in.read(signature.data(), 8);
    return in && signature == "\x89HDF\r\n\x1a\n";
}

std::string clock_time(double seconds) {
    const long s = std::lround(std::ceil(seconds));
    return fmt::format("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

/// A word that a shell reads as this very text.
std::string shell_word(const std::string& text) {
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

/// The batch job that solves this economy, overrides included; raises the limit if the economy is above it.
std::string sbatch_line(const std::string& file, const std::vector<std::string>& overrides, double memory, double limit,
                        double seconds) {
    std::string command = "polykarma solve " + shell_word(file) + " -o out.h5";
    for (const auto& change : overrides) command += " --set " + shell_word(change);
    if (memory > limit) command += fmt::format(" --set solver.memory_limit={:.0f}", std::ceil(memory));
    return fmt::format("sbatch --ntasks=1 --mem={:.0f}M --time={} --wrap={}", std::ceil(memory), clock_time(seconds),
                       shell_word(command));
}

std::string no_machine(double memory) {
    return fmt::format("No machine holds this: {:.3g} TiB. Lower k_max.\n", memory / (1024.0 * 1024.0));
}

/// Below this a rank computes less than it waits for the others: docs/SCALING.md.
constexpr double kStatesOfRank = 1e5;
constexpr double kMostRanks = 4096.0;
/// A limit is a multiple of the estimate, which knows neither the machine nor how many steps an economy needs.
constexpr double kTimeMargin = 3.0;
constexpr double kShortestLimit = 300.0;

/// The head of a batch script that solves the economy.
std::string sbatch_header(const EconomyConfig& economy, const GameSize& size, double steps, double seconds) {
    const int ranks = static_cast<int>(std::clamp(std::floor(size.states / kStatesOfRank), 1.0, kMostRanks));
    const double memory = std::ceil(solve_memory(size, economy.solver.method, ranks, Kept::yes));
    if (memory > kLargestMachine) return no_machine(memory);
    const double limit = kShortestLimit + kTimeMargin * steps * seconds / ranks;
    std::string header = "#!/bin/bash\n";
    header += fmt::format("# An estimate: {:.3g} states, {:.3g} pairs; {:.0f} steps, as the slower of the shipped economies need,\n",
                          size.states, size.pairs, steps);
    header += fmt::format("# of {:.0e} pairs a second on each core, as measured (bench/README.md), times {:.0f}; ranks share {:.0e} states\n",
                          kPairsPerSecond, kTimeMargin, kStatesOfRank);
    header += "# or more each; memory is the worst case, with checkpoints. jobs/solve.sbatch goes on across a limit that is too short.\n";
    header += fmt::format("#SBATCH --ntasks={}\n#SBATCH --mem-per-cpu={:.0f}M\n#SBATCH --time={}\n", ranks, memory,
                          clock_time(limit));
    header += "#SBATCH --signal=B:USR1@120\n#SBATCH --requeue\n#SBATCH --open-mode=append\n";
    if (memory > economy.solver.memory_limit)
        header += fmt::format("# and for polykarma: --set solver.memory_limit={:.0f}\n", memory);
    return header;
}

int inspect_economy(const std::string& file, const Options& options) {
    const EconomyConfig economy = read_economy(file, options.overrides());
    if (options.has("resolved")) {
        std::cout << to_toml(economy);
        return kSuccess;
    }
    const auto payoffs = with_rules(economy, [](const auto& rules) { return benchmark_payoffs(rules); });
    const GameSize size = estimate_size(economy);
    const double seconds = size.pairs / kPairsPerSecond;
    const double steps = typical_steps(economy.solver.method);
    const double memory = solve_memory(size, economy.solver.method);
    if (options.has("sbatch")) {
        std::cout << sbatch_header(economy, size, steps, seconds);
        return kSuccess;
    }

    Table sizes({{"quantity", "quantity"}, {"value", "value", "{:.4g}"}, {"unit", "unit"}});
    sizes.add({std::string("states"), size.states, std::string("")});
    sizes.add({std::string("pairs"), size.pairs, std::string("state-action pairs")});
    sizes.add({std::string("memory"), memory, std::string("MiB")});
    sizes.add({std::string("iteration"), 1e3 * seconds, std::string("ms, predicted for one core")});
    sizes.add({std::string("solve"), steps * seconds,
               fmt::format("s, predicted for the time of {:.0f} steps of the dynamics", steps)});
    if (options.format() != Format::text) {
        for (std::size_t t = 0; t < payoffs.size(); ++t) {
            sizes.add({"benchmark_en_" + economy.types[t].name, payoffs[t].endogenous, std::string("payoff per stage")});
            sizes.add({"benchmark_ex_" + economy.types[t].name, payoffs[t].exogenous, std::string("payoff per stage")});
        }
        sizes.print(std::cout, options.format());
        return kSuccess;
    }
    sizes.print(std::cout, Format::text);
    Table benchmark({{"type", "type"}, {"share", "share"}, {"benchmark_en", "payoff"}, {"benchmark_ex", "when active"}},
                    economy.game == GameFamily::pairwise ? "\nBenchmark, a coin decides (mean payoff per contest)"
                                                         : "\nBenchmark, nobody has priority (mean payoff per stage)");
    for (std::size_t t = 0; t < payoffs.size(); ++t)
        benchmark.add({economy.types[t].name, economy.types[t].share, payoffs[t].endogenous, payoffs[t].exogenous});
    benchmark.print(std::cout, Format::text);
    std::cout << '\n';
    if (memory > kLargestMachine)
        std::cout << no_machine(memory);
    else
        std::cout << sbatch_line(file, options.overrides(), memory, economy.solver.memory_limit,
                                 60.0 + 3.0 * steps * seconds)
                  << '\n';
    return kSuccess;
}

int inspect_results(const std::string& file, const Options& options) {
    const auto entries = list_equilibria(file);
    if (options.has("resolved")) {
        for (const auto& entry : entries)
            if (entry.error.empty()) std::cout << to_toml(read_stored_economy(file, entry.group));
        return kSuccess;
    }
    if (entries.size() == 1 && entries.front().group == "/" && options.format() == Format::text) {
        print_equilibrium(std::cout, read_summary(file));
        return kSuccess;
    }
    if (entries.empty())
        std::cerr << "polykarma: " << file << " has the table of its points only (sweep --full)\n";
    std::vector<std::string> types;
    for (const auto& entry : entries)
        if (entry.error.empty()) types = read_summary(file, entry.group).types;
    std::vector<Column> columns{{"group", "group"}, {"labels", "labels"}};
    for (auto& column : summary_columns(types)) columns.push_back(std::move(column));
    Table table(std::move(columns), options.format() == Format::text ? read_title(file) : "");
    for (const auto& entry : entries) {
        std::string labels;
        for (const auto& [axis, label] : entry.labels) labels += (labels.empty() ? "" : " ") + label;
        if (!entry.error.empty()) {
            std::cerr << "polykarma: " << entry.group << " failed: " << entry.error << '\n';
            continue;
        }
        std::vector<Cell> row{entry.group, labels};
        EquilibriumSummary summary = read_summary(file, entry.group);
        if (!entry.start.empty()) summary.start = entry.start;
        for (auto& cell : summary_cells(summary)) row.push_back(std::move(cell));
        table.add(std::move(row));
    }
    table.print(std::cout, options.format());
    return kSuccess;
}

}  // namespace

int inspect(const std::vector<std::string>& arguments, const Context& context) {
    Options options(
        "inspect ECONOMY|OUT.h5 [OPTIONS]",
        "Of an economy: number of states and state-action pairs, memory and time to expect with an sbatch\n"
        "line, and the payoffs of the benchmark without priority, which can be checked by hand. Nothing is\n"
        "solved. Of a result file: what it holds.",
        "Examples\n  polykarma inspect economy.toml --set resource.*.k_max=48\n"
        "  polykarma inspect economy.toml --resolved     the economy with every default spelled out\n"
        "  polykarma inspect economy.toml --sbatch       what to ask a cluster for\n");
    options.positional("FILE", 1, "economy file, or result file");
    options.add()("resolved", "print the resolved economy (TOML) instead")(
        "sbatch", "print the head of a batch script instead: ranks, memory and time to ask for, all estimates");
    options.add_set();
    options.add_format();
    if (!options.parse(arguments, context)) return kSuccess;
    if (!context.ranks.is_root()) return kSuccess;
    const auto& file = options.get<std::string>("FILE");
    if (!is_hdf5(file)) return inspect_economy(file, options);
    for (const char* const option : {"set", "sbatch"})
        if (options.has(option))
            throw UsageError(fmt::format("--{} has no effect on a result file (see polykarma inspect --help)", option));
    return inspect_results(file, options);
}

}  // namespace polykarma::cli
