#include <fmt/format.h>

#include <iostream>

#include "command.hpp"
#include "config/choices.hpp"
#include "config/reader.hpp"
#include "io/equilibrium_file.hpp"
#include "report.hpp"
#include "start_option.hpp"
#include "study/solve_economy.hpp"

namespace polykarma::cli {
namespace po = boost::program_options;

int solve(const std::vector<std::string>& arguments, const Context& context) {
    Options options("solve ECONOMY [-o OUT.h5] [OPTIONS]",
                    "Finds a stationary Nash equilibrium of an economy file by the evolutionary dynamics, certifies it\n"
                    "independently, and prints payoffs, welfare and certificate. Which equilibrium is found can depend\n"
                    "on the start. Exit code 0: certified; 3: not reached, the state is written and marked.",
                    "Examples\n"
                    "  polykarma solve inputs/tutorial/priority_lane.toml -o lane.h5\n"
                    "  polykarma solve economy.toml --set resource.*.k_max=12 --start zero --format csv\n"
                    "  polykarma solve economy.toml --start lane.h5        continue from a file's state\n");
    options.positional("ECONOMY", 1, "economy file (TOML)");
    options.add_output("write everything to this HDF5 file");
    options.add()(
        "start", po::value<std::string>(),
        "even, zero or proportional (the starting policy; overrides solver.start), or a result file to continue from");
    options.add_set();
    options.add_format();
    options.add_quiet();
    if (!options.parse(arguments, context)) return kSuccess;

    std::vector<std::string> overrides = options.overrides();
    const StartFrom start = options.has("start") ? start_option(options.get<std::string>("start"), overrides) : StartFrom{};
    const EconomyConfig economy = read_economy(options.get<std::string>("ECONOMY"), overrides);
    std::vector<std::filesystem::path> inputs{options.get<std::string>("ECONOMY")};
    if (start) inputs.emplace_back(options.get<std::string>("start"));
    const auto output = options.output(inputs);
    if (!context.ranks.is_root()) return kSuccess;  // one economy is the work of one rank

    EquilibriumRecord record = [&] {
        ProgressDisplay display(progress_style(options.quiet()), "", economy.solver.stationarity,
                                economy.solver.max_iterations);
        return solve_economy(economy, start, std::ref(display));
    }();
    if (output) write_equilibrium(*output, record, Provenance{context.program_line, context.ranks.size()});
    const EquilibriumSummary summary = summary_of(record);
    if (options.format() == Format::text) {
        print_equilibrium(std::cout, summary);
        if (output) std::cout << "written to " << output->string() << '\n';
    } else {
        Table table(summary_columns(summary.types));
        table.add(summary_cells(summary));
        table.print(std::cout, options.format());
    }
    return summary.certified ? kSuccess : kNotReached;
}

}  // namespace polykarma::cli
