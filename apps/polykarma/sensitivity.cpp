#include "study/sensitivity.hpp"

#include <fmt/format.h>

#include <iostream>

#include "command.hpp"
#include "config/reader.hpp"

namespace polykarma::cli {
namespace {

namespace po = boost::program_options;

/// Small enough for responses that change over 1 / lambda = 1e-3 of a payoff, large beside the error of a solve. On the
/// tutorial's desks five digits of every derivative stay as they are for a third of it.
constexpr double kStep = 3e-4;

Table table_of(const std::vector<SensitivityRow>& rows) {
    std::vector<Column> columns{{"key", "key"}, {"at", "at", "{:.6g}"}, {"quantity", "quantity"}};
    columns.push_back({"value", "value", "{:.6f}"});
    columns.push_back({"step", "step", "{:.1e}"});
    columns.push_back({"derivative", "derivative", "{:+.5g}"});
    columns.push_back({"error", "error", "{:.0e}"});
    for (const char* name : {"left", "right"}) columns.push_back({name, name, "{:+.5g}"});
    columns.push_back({"left_value", "value at left", "{:.6f}"});
    columns.push_back({"right_value", "value at right", "{:.6f}"});
    columns.push_back({"certified", "certified"});
    columns.push_back({"verdict", "verdict"});
    Table table(std::move(columns));
    for (const SensitivityRow& row : rows)
        table.add({row.key, row.at, row.quantity, row.value, row.step, row.derivative, row.error, row.left, row.right,
                   row.left_value, row.right_value, row.certified, row.verdict});
    return table;
}

}  // namespace

int sensitivity(const std::vector<std::string>& arguments, const Context& context) {
    Options options("sensitivity ECONOMY [--key KEY]... [OPTIONS]",
                    "How payoffs and Nash welfare answer to the numbers of an economy: certified central differences\n"
                    "of two steps, with an error estimate, both one-sided derivatives, and `jump` where these differ\n"
                    "by more than their errors or the value itself jumps. The neighbours' equilibria are continued\n"
                    "from the economy's own, to a tight tolerance. type.NAME.share is taken from all other types in\n"
                    "proportion. Results jump with a worth, of which the values on both sides are told. Keys are\n"
                    "dealt to the ranks of mpirun or srun. Exit code 0: every equilibrium certified; 3: one is not,\n"
                    "and its row says so.",
                    "Examples\n  polykarma sensitivity inputs/tutorial/priority_lane.toml\n"
                    "  polykarma sensitivity economy.toml --key resource.H.capacity --key exchange.worth.1\n");
    options.positional("ECONOMY", 1, "economy file (TOML)");
    options.add()("key", po::value<std::vector<std::string>>()->composing(),
                  "a number of the economy (repeatable); default: capacities, nominal payoff, discounts below 1, "
                  "urgencies above 0, shares of types")(
        "step", po::value<double>()->default_value(kStep, "0.0003"),
        "the larger step, as a share of the number (of the distance to 0 or 1 for discounts and shares)");
    options.add_set();
    options.add_format();
    options.add_quiet();
    if (!options.parse(arguments, context)) return kSuccess;
    const double step = options.get<double>("step");
    if (!(step > 0.0 && step < 1.0)) throw UsageError(fmt::format("--step {:g} (out of range): 0 < step < 1", step));
    const EconomyConfig economy = read_economy(options.get<std::string>("ECONOMY"), options.overrides());
    const auto keys = options.has("key") ? options.get<std::vector<std::string>>("key") : sensitivity_keys(economy);

    const ProgressStyle style = context.ranks.is_root() ? progress_style(options.quiet()) : ProgressStyle::quiet;
    const auto progress = [&](std::size_t key, const std::string& name) -> Progress {
        const std::string label =
            key < keys.size() ? fmt::format("key {} of {}: {}", key + 1, keys.size(), name) : name;
        return announced(style, label, economy.solver.stationarity, economy.solver.max_iterations);
    };
    const auto rows = sensitivities(economy, keys, step, context.ranks, progress);
    if (!context.ranks.is_root()) return kSuccess;
    table_of(rows).print(std::cout, options.format());
    for (const SensitivityRow& row : rows)
        if (!row.certified) return kNotReached;
    return kSuccess;
}

}  // namespace polykarma::cli
