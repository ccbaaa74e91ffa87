#include <fmt/format.h>

#include <cmath>
#include <iostream>

#include "certificate/certificate.hpp"
#include "command.hpp"
#include "game/multi_karma.hpp"
#include "io/stored_equilibrium.hpp"
#include "report.hpp"

namespace polykarma::cli {
namespace {

namespace po = boost::program_options;

/// A recomputed certificate equals a recorded one up to the rounding of another compiler or machine.
bool agrees(const Certificate& recomputed, const Certificate& recorded) {
    const auto close = [](double a, double b, double scale) { return std::abs(a - b) <= 1e-6 * std::abs(b) + 1e-12 * scale; };
    const double payoff = recorded.value_scale;
    return close(recomputed.stationarity, recorded.stationarity, 1.0) && close(recomputed.gain_mean, recorded.gain_mean, payoff) &&
           close(recomputed.gain_max, recorded.gain_max, payoff) && close(recomputed.gain_all, recorded.gain_all, payoff) &&
           close(recomputed.exploitability_mean, recorded.exploitability_mean, 100.0 * payoff) &&
           close(recomputed.exploitability_max, recorded.exploitability_max, 100.0 * payoff) &&
           close(recomputed.value_scale, recorded.value_scale, payoff);
}

struct Verdict {
    Certificate recomputed;
    bool holds = false;
    std::string words;
};

Verdict check(const std::string& file, const std::string& group, const Certificate& recorded, const Tolerance& tolerance) {
    const MultiKarma game(rules_of(read_stored_economy(file, group)));
    const SocialState state = read_social_state(file, group, game.layout());
    Verdict verdict{polykarma::certify(game, state.mass, state.response).certificate, false, {}};
    const bool met = meets(verdict.recomputed, tolerance);
    const bool same = agrees(verdict.recomputed, recorded);
    verdict.holds = met && same;
    verdict.words = verdict.holds ? "certified: the recomputed certificate meets the tolerance and is the recorded one"
                    : !met        ? "NOT certified: the state does not meet the tolerance"
                                  : "NOT certified: the state meets the tolerance, but is not the one the file describes";
    return verdict;
}

}  // namespace

int certify(const std::vector<std::string>& arguments, const Context& context) {
    Options options("certify OUT.h5 [OPTIONS]",
                    "Recomputes the whole certificate of every equilibrium in a result file from its (d, pi) and economy\n"
                    "alone, and holds it against the recorded one. Exit code 0: all hold; 3: one does not.",
                    "Example\n  polykarma certify lane.h5\n");
    options.positional("FILE", 1, "file written by solve, sweep or reproduce");
    options.add()("point", po::value<std::string>(), "only this group of a study file, e.g. /points/0003");
    options.add_format();
    if (!options.parse(arguments, context)) return kSuccess;
    if (!context.ranks.is_root()) return kSuccess;

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
        const Certificate recorded = read_certificate(file, entry.group);
        const Tolerance tolerance = read_tolerance(file, entry.group);
        const Verdict verdict = check(file, entry.group, recorded, tolerance);
        all_hold = all_hold && verdict.holds;
        const Certificate& c = verdict.recomputed;
        table.add({entry.group, verdict.holds, c.stationarity, c.gain_mean, c.gain_max, c.gain_all, c.exploitability_mean,
                   c.exploitability_max, c.bellman, c.mass_error, c.karma_error});
        if (options.format() == Format::text) {
            std::cout << fmt::format("{}{}\n{}\n\n", read_title(file), entry.group == "/" ? "" : " " + entry.group,
                                     verdict.words);
            certificate_table(c, tolerance, &recorded).print(std::cout, Format::text);
            std::cout << '\n';
        }
    }
    if (table.empty())
        throw InputError({file, 0}, "--point", options.has("point") ? options.get<std::string>("point") : "",
                         "no such equilibrium in the file", "a group that `polykarma inspect` lists");
    if (options.format() != Format::text) table.print(std::cout, options.format());
    return all_hold ? kSuccess : kNotReached;
}

}  // namespace polykarma::cli
