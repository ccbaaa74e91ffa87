#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <iterator>
#include <sstream>

#include "command.hpp"
#include "config/reader.hpp"
#include "game/families.hpp"
#include "io/stored_equilibrium.hpp"
#include "io/summary.hpp"
#include "study/equilibria.hpp"

namespace polykarma::cli {
namespace {

namespace po = boost::program_options;

struct Side {
    std::string file;
    std::string group;
    EconomyConfig economy;
    EquilibriumSummary summary;
};

Side open_side(const std::string& file, const std::string& group) {
    return {file, group, read_stored_economy(file, group), read_summary(file, group)};
}

/// Lines of a resolved economy, each behind the table it stands in: [[resource]] "H" k_max = 24.
std::vector<std::string> statements(const std::string& toml) {
    std::vector<std::string> found;
    std::istringstream stream(toml);
    std::string table;
    for (std::string line; std::getline(stream, line);) {
        if (line.empty()) continue;
        if (line.front() == '[')
            table = line + " ";
        else if (line.starts_with("name = "))
            table += line.substr(std::string("name = ").size()) + " ";
        else
            found.push_back(table + line);
    }
    std::sort(found.begin(), found.end());
    return found;
}

/// What only one of two resolved economies says.
void print_economy_differences(const std::string& a, const std::string& b) {
    const auto left = statements(a);
    const auto right = statements(b);
    const auto print_missing = [](const char* side, const auto& of, const auto& in) {
        std::vector<std::string> lines;
        std::set_difference(of.begin(), of.end(), in.begin(), in.end(), std::back_inserter(lines));
        for (const auto& line : lines) std::cout << "  " << side << ": " << line << '\n';
    };
    print_missing("A", left, right);
    print_missing("B", right, left);
}

/// The state distribution, every state of every stage.
std::vector<double> masses(const Side& side) {
    return with_rules(side.economy, [&](auto rules) {
        const typename decltype(rules)::Game game(std::move(rules));
        const Field mass = read_social_state(side.file, side.group, whole(game)).mass;
        return std::vector<double>(mass.all().begin(), mass.all().end());
    });
}

/// Largest and summed difference of the state distributions, when both have the same states.
std::pair<double, double> mass_difference(const Side& a, const Side& b) {
    // Economies with the same states can differ in their actions, so each file is read for its own game.
    const std::vector<double> left = masses(a), right = masses(b);
    double largest = 0.0;
    double sum = 0.0;
    for (std::size_t x = 0; x < left.size(); ++x) {
        const double difference = std::abs(left[x] - right[x]);
        largest = std::max(largest, difference);
        sum += difference;
    }
    return {largest, sum};
}

bool same_states(const EconomyConfig& a, const EconomyConfig& b) {
    return a.types.size() == b.types.size() && a.urgencies.size() == b.urgencies.size() &&
           largest_balances(a) == largest_balances(b);
}

Table differences(const Side& a, const Side& b) {
    Table table({{"quantity", "quantity"}, {"a", "A", "{:.6f}"}, {"b", "B", "{:.6f}"}, {"difference", "B - A", "{:+.2e}"}});
    const auto add = [&](const std::string& name, double x, double y) { table.add({name, x, y, y - x}); };
    for (std::size_t t = 0; t < a.summary.types.size(); ++t) {
        const auto& others = b.summary.types;
        const auto other = std::find(others.begin(), others.end(), a.summary.types[t]);
        if (other == others.end()) continue;
        const Payoff& x = a.summary.welfare.payoffs[t];
        const Payoff& y = b.summary.welfare.payoffs[static_cast<std::size_t>(other - others.begin())];
        add(a.summary.types[t] + "_en", x.endogenous, y.endogenous);
        add(a.summary.types[t] + "_ex", x.exogenous, y.exogenous);
    }
    const Welfare& x = a.summary.welfare;
    const Welfare& y = b.summary.welfare;
    add("SW_en", x.nash.endogenous, y.nash.endogenous);
    add("SW_ex", x.nash.exogenous, y.nash.exogenous);
    add("utilitarian_en", x.utilitarian.endogenous, y.utilitarian.endogenous);
    add("minimum_en", x.minimum.endogenous, y.minimum.endogenous);
    if (same_states(a.economy, b.economy)) {
        const auto [largest, sum] = mass_difference(a, b);
        table.add({std::string("d_largest"), std::nan(""), std::nan(""), largest});
        table.add({std::string("d_l1"), std::nan(""), std::nan(""), sum});
    }
    return table;
}

}  // namespace

int compare(const std::vector<std::string>& arguments, const Context& context) {
    Options options("compare A.h5 B.h5 [OPTIONS]",
                    "Differences between two equilibria: payoffs of the types that both have, welfare, state distribution,\n"
                    "economy, and whether they count as the same equilibrium (bid shares within 1e-3, payoffs within 1e-4).",
                    "Examples\n  polykarma compare even.h5 zero.h5\n"
                    "  polykarma compare study.h5 study.h5 --point-a /points/0000 --point-b /points/0001\n");
    options.positional("FILES", 2, "two result files");
    options.add()("point-a", po::value<std::string>()->default_value("/"), "group of A, for a study file")(
        "point-b", po::value<std::string>()->default_value("/"), "group of B, for a study file");
    options.add_format();
    if (!options.parse(arguments, context)) return kSuccess;
    const auto& files = options.get<std::vector<std::string>>("FILES");
    if (files.size() != 2) throw UsageError("compare takes two files (see polykarma compare --help)");
    if (!context.ranks.is_root()) return kSuccess;

    const Side a = open_side(files[0], options.get<std::string>("point-a"));
    const Side b = open_side(files[1], options.get<std::string>("point-b"));
    const Table table = differences(a, b);
    table.print(std::cout, options.format());
    if (options.format() != Format::text) return kSuccess;
    std::cout << fmt::format("\nsame equilibrium: {}\nsame economy: {}\n",
                             !same_states(a.economy, b.economy)              ? "no (other states)"
                             : !(a.summary.certified && b.summary.certified) ? "unknown (not both certified)"
                             : same_equilibrium(a.summary, b.summary)        ? "yes"
                                                                             : "no",
                             a.economy == b.economy ? "yes" : "no");
    if (!(a.economy == b.economy)) print_economy_differences(to_toml(a.economy), to_toml(b.economy));
    return kSuccess;
}

}  // namespace polykarma::cli
