#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "command.hpp"
#include "config/reader.hpp"
#include "io/stored_equilibrium.hpp"
#include "io/summary.hpp"
#include "report.hpp"
#include "sbatch_advice.hpp"
#include "study/solve_economy.hpp"
#include "welfare/multi_karma_benchmark.hpp"
#include "welfare/pairwise_benchmark.hpp"

namespace polykarma::cli {
namespace po = boost::program_options;

namespace {

bool is_hdf5(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string signature(8, '\0');
    in.read(signature.data(), 8);
    return in && signature == "\x89HDF\r\n\x1a\n";
}

int inspect_economy(const std::string& file, const Options& options) {
    const EconomyConfig economy = read_economy(file, options.overrides());
    if (options.has("resolved")) {
        std::cout << to_toml(economy);
        return kSuccess;
    }
    const auto payoffs = with_rules(economy, [](const auto& rules) { return benchmark_payoffs(rules); });
    const GameSize size = estimate_size(economy);
    const double memory = solve_memory(size, economy.solver.method);
    if (options.has("sbatch")) {
        std::cout << (options.has("agents") ? sbatch_header_of_agents(economy, static_cast<double>(options.count("agents", 2)),
                                                                      static_cast<double>(options.count("periods", 1)))
                                            : sbatch_header(economy));
        return kSuccess;
    }

    Table sizes({{"quantity", "quantity"}, {"value", "value", "{:.4g}"}, {"unit", "unit"}});
    sizes.add({std::string("states"), size.states, std::string("")});
    sizes.add({std::string("pairs"), size.pairs, std::string("state-action pairs")});
    sizes.add({std::string("memory"), memory, std::string("MiB")});
    sizes.add({std::string("iteration"), 1e3 * seconds_of_a_step(size), std::string("ms, predicted for one core")});
    sizes.add({std::string("solve"), seconds_of_a_solve(economy),
               fmt::format("s, predicted for the time of {:.0f} steps of the dynamics", typical_steps(economy))});
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
    std::cout << sbatch_line(economy, file, options.overrides());
    return kSuccess;
}

int inspect_study(const std::string& file, const Options& options) {
    const StudyConfig study = read_study(file);
    if (!options.has("sbatch"))
        throw UsageError(fmt::format("{} is a study of {} points (--sbatch says what to ask a cluster for; sweep solves them)",
                                     file, study.size()));
    std::cout << sbatch_header(study, options.overrides());
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
        "inspect ECONOMY|STUDY|OUT.h5 [OPTIONS]",
        "Of an economy: number of states and state-action pairs, memory and time to expect with an sbatch\n"
        "line, and the payoffs of the benchmark without priority, which can be checked by hand. Nothing is\n"
        "solved. Of a study: what to ask a cluster for (--sbatch). Of a result file: what it holds.",
        "Examples\n  polykarma inspect economy.toml --set resource.*.k_max=48\n"
        "  polykarma inspect economy.toml --resolved     the economy with every default spelled out\n"
        "  polykarma inspect economy.toml --sbatch       what to ask a cluster for\n"
        "  polykarma inspect economy.toml --sbatch --agents 1e8 --periods 1000       the same for a simulation\n");
    options.positional("FILE", 1, "economy file, study file, or result file");
    options.add()("resolved", "print the resolved economy (TOML) instead")(
        "sbatch", "print the head of a batch script instead: ranks, memory and time to ask for, all estimates");
    options.add()("agents,N", po::value<double>(), "with --sbatch: of a simulation of so many agents")(
        "periods,T", po::value<double>(), "and so many periods");
    options.add_set();
    options.add_format();
    if (!options.parse(arguments, context)) return kSuccess;
    if (!context.ranks.is_root()) return kSuccess;
    const auto& file = options.get<std::string>("FILE");
    if (options.has("resolved") && options.format() != Format::text)
        throw UsageError("--resolved prints TOML: without --format");
    if (options.has("sbatch") && (options.has("resolved") || options.format() != Format::text))
        throw UsageError("--sbatch prints the head of a batch script: without --resolved and --format");
    if (options.has("agents") || options.has("periods"))
        if (!options.has("agents") || !options.has("periods") || !options.has("sbatch") || is_hdf5(file) || is_study(file))
            throw UsageError("--agents and --periods are for the batch script of a simulation: both, beside --sbatch and an economy");
    if (!is_hdf5(file)) return is_study(file) ? inspect_study(file, options) : inspect_economy(file, options);
    for (const char* const option : {"set", "sbatch"})
        if (options.has(option))
            throw UsageError(fmt::format("--{} has no effect on a result file (see polykarma inspect --help)", option));
    return inspect_results(file, options);
}

}  // namespace polykarma::cli
