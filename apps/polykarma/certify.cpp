#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "certificate/certificate.hpp"
#include "command.hpp"
#include "game/families.hpp"
#include "io/stored_equilibrium.hpp"
#include "io/summary.hpp"
#include "report.hpp"
#include "study/solve_economy.hpp"
#include "welfare/measures.hpp"
#include "welfare/multi_karma_benchmark.hpp"
#include "welfare/pairwise_benchmark.hpp"

namespace polykarma::cli {
namespace {

namespace po = boost::program_options;

/// Equal up to the rounding of another compiler or machine.
bool close(double a, double b, double scale) { return std::abs(a - b) <= 1e-6 * std::abs(b) + 1e-12 * scale; }

/// The recorded certificate is the recomputed one. Lifetime regrets include what value iteration may be short of, which
/// differs between machines by as much as it is.
bool agrees(const Certificate& c, const Certificate& recorded) {
    const double payoff = recorded.value_scale;
    return close(c.stationarity, recorded.stationarity, 1.0) && close(c.gain_mean, recorded.gain_mean, payoff) &&
           close(c.gain_max, recorded.gain_max, payoff) && close(c.gain_all, recorded.gain_all, payoff) &&
           close(c.exploitability_mean, recorded.exploitability_mean, 100.0 * payoff) &&
           close(c.exploitability_max, recorded.exploitability_max, 100.0 * payoff) &&
           close(c.value_scale, recorded.value_scale, payoff) && close(c.mass_error, recorded.mass_error, 1.0) &&
           close(c.karma_error, recorded.karma_error, 1.0);
}

bool same_payoffs(const std::vector<Payoff>& a, const std::vector<Payoff>& b) {
    const auto same = [](double x, double y) { return (std::isnan(x) && std::isnan(y)) || std::abs(x - y) <= 1e-9 * std::abs(y) + 1e-12; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const Payoff& x, const Payoff& y) {
        return same(x.endogenous, y.endogenous) && same(x.exogenous, y.exogenous);
    });
}

/// V and the payoffs that the file records are those of its (d, pi).
template <class G>
bool follows(const G& game, const SocialState& state, const Certified& certified, const Field& recorded_value,
             const Welfare& recorded, const Collective& ranks) {
    LargestChange largest;
    for (std::size_t x = 0; x < recorded_value.all().size(); ++x)
        largest.add(recorded_value.all()[x] - certified.value.all()[x], certified.value.all()[x]);
    largest.reduce(ranks);
    Operators<G> operators(game, state.mass.part(), ranks);
    operators.aggregate(state.mass, state.response);
    const auto shares = action_shares(state.mass, state.response, ranks);
    return largest.change() <= 1e-9 * largest.scale() &&
           same_payoffs(payoffs(operators, shares), recorded.payoffs) &&
           same_payoffs(benchmark_payoffs(game.rules()), recorded.benchmark);
}

struct Verdict {
    Certificate recomputed;
    Tolerance tolerance;  ///< of the economy, whatever else the file claims
    Certificate recorded;
    bool holds = false;
    std::string words;
};

template <class G>
Verdict check(const G& game, const Tolerance& tolerance, const std::string& file, const std::string& group,
              const Collective& ranks) {
    const Part part = part_of(game, ranks.rank(), ranks.size());
    const SocialState state = read_social_state(file, group, part, ranks);
    const EquilibriumSummary summary = read_summary(file, group);
    const Certified certified = polykarma::certify(game, state.mass, state.response, ranks);
    Verdict verdict{certified.certificate, tolerance, summary.certificate, false, {}};
    if (!meets(verdict.recomputed, verdict.tolerance))
        verdict.words = "NOT certified: the state does not meet the tolerance of its economy";
    else if (!agrees(verdict.recomputed, verdict.recorded) || !summary.certified)
        verdict.words = "NOT certified: the state meets the tolerance, but is not the one whose certificate is recorded";
    else if (!follows(game, state, certified, read_value(file, group, part, ranks), summary.welfare, ranks))
        verdict.words = "NOT certified: the values or payoffs recorded are not those of the state";
    else
        verdict.words = "certified: the recomputed certificate meets the tolerance and is the recorded one";
    verdict.holds = verdict.words.starts_with("certified");
    return verdict;
}

Verdict check(const std::string& file, const std::string& group, const Collective& ranks) {
    const EconomyConfig economy = read_stored_economy(file, group);
    return with_rules(economy, [&](auto rules) {
        const typename decltype(rules)::Game game(std::move(rules));
        return check(game, tolerance_of(economy), file, group, ranks);
    });
}

}  // namespace

int certify(const std::vector<std::string>& arguments, const Context& context) {
    Options options("certify OUT.h5 [OPTIONS]",
                    "Recomputes the whole certificate of every equilibrium in a result file from its (d, pi) and economy\n"
                    "alone, tolerances included, and holds certificate, V and payoffs of the file against it. Changes of d\n"
                    "below 1e-12 of the population are rounding. Ranks of mpirun or srun share the work. Exit code 0: all hold; 3: one does not.",
                    "Example\n  polykarma certify lane.h5\n");
    options.positional("FILE", 1, "file written by solve, sweep or reproduce");
    options.add()("point", po::value<std::string>(), "only this group of a study file, e.g. /points/0003");
    options.add_format();
    if (!options.parse(arguments, context)) return kSuccess;

    const bool root = context.ranks.is_root();
    const auto& file = options.get<std::string>("FILE");
    bool all_hold = true;
    std::vector<Column> columns{{"group", "group"}, {"certified", "certified"}};
    for (const char* name : {"stationarity", "gain_mean", "gain_max", "gain_all", "exploitability_mean",
                             "exploitability_max", "bellman", "mass_error", "karma_error"})
        columns.push_back({name, name, "{:.2e}"});
    Table table(std::move(columns));
    for (const StoredEntry& entry : list_equilibria(file)) {
        if (options.has("point") && options.get<std::string>("point") != entry.group) continue;
        if (!entry.error.empty()) continue;
        const Verdict verdict = check(file, entry.group, context.ranks);
        all_hold = all_hold && verdict.holds;
        const Certificate& c = verdict.recomputed;
        table.add({entry.group, verdict.holds, c.stationarity, c.gain_mean, c.gain_max, c.gain_all, c.exploitability_mean,
                   c.exploitability_max, c.bellman, c.mass_error, c.karma_error});
        if (root && options.format() == Format::text) {
            std::cout << fmt::format("{}{}\n{}\n\n", read_title(file), entry.group == "/" ? "" : " " + entry.group,
                                     verdict.words);
            certificate_table(c, verdict.tolerance, &verdict.recorded).print(std::cout, Format::text);
            std::cout << '\n';
        }
    }
    if (table.empty())
        throw InputError({file, 0}, "--point", options.has("point") ? options.get<std::string>("point") : "",
                         "no such equilibrium in the file", "a group that `polykarma inspect` lists");
    if (root && options.format() != Format::text) table.print(std::cout, options.format());
    return all_hold ? kSuccess : kNotReached;
}

}  // namespace polykarma::cli
