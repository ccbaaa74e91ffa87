#include "report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <ostream>

namespace polykarma::cli {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// "attractor of the dynamics: yes (leading eigenvalue ...)"
std::string stability_line(const Stability& s) {
    const double steps = s.steps_per_e_fold();
    return fmt::format(
        "attractor of the dynamics (step {:g}, response rate {:g}): {} (leading eigenvalue {:.6f}{}, modulus {:.6f}, "
        "residual {:.0e};\na small change {} e-fold in {:.3g} steps)\n",
        s.step, s.response_rate, to_string(s.attraction()), s.real,
        s.imaginary > 0.0 ? fmt::format(" +- {:.6f} i", s.imaginary) : "", s.modulus(), s.residual,
        steps > 0.0 ? "shrinks" : "grows", std::abs(steps));
}

/// Of the size of the benchmark, which may be a loss.
double gain_percent(double payoff, double benchmark) { return 100.0 * (payoff - benchmark) / std::abs(benchmark); }

}  // namespace

std::string verdict(const EquilibriumSummary& s) {
    const std::string cycle = s.amplitude > 0.0 ? fmt::format(" (stationarity up to {:.0e})", s.amplitude) : "";
    const std::string search =
        fmt::format("{}{} after {} iterations from the start {}", s.reason, cycle, s.iterations, s.start);
    if (s.certified) return "certified (" + search + ")";
    return "NOT certified (" + search + "): the numbers below describe a state that is no equilibrium to the tolerance";
}

Table payoff_table(const std::vector<std::string>& types, const Welfare& w) {
    Table table({{"type", "type"},
                 {"payoff_en", "payoff"},
                 {"benchmark_en", "benchmark"},
                 {"gain_en", "gain", "{:+.1f} %"},
                 {"payoff_ex", "when active"},
                 {"benchmark_ex", "benchmark"},
                 {"gain_ex", "gain", "{:+.1f} %"}},
                "Mean payoff per stage (benchmark: nobody has priority, or a coin decides)");
    for (std::size_t t = 0; t < types.size(); ++t) {
        const Payoff& p = w.payoffs[t];
        const Payoff& b = w.benchmark[t];
        table.add({types[t], p.endogenous, b.endogenous, gain_percent(p.endogenous, b.endogenous), p.exogenous,
                   b.exogenous, gain_percent(p.exogenous, b.exogenous)});
    }
    return table;
}

Table certificate_table(const Certificate& c, const Tolerance& tolerance, const Certificate* recorded) {
    std::vector<Column> columns{{"quantity", "certificate"},
                                {"value", recorded != nullptr ? "recomputed" : "value", "{:.2e}"}};
    if (recorded != nullptr) columns.push_back({"recorded", "recorded", "{:.2e}"});
    columns.push_back({"tolerance", "tolerance", "{:.2e}"});
    columns.push_back({"met", "met"});
    Table table(std::move(columns));
    const auto add = [&](const char* name, double Certificate::*member, double limit) {
        std::vector<Cell> row{std::string(name), c.*member};
        if (recorded != nullptr) row.emplace_back(recorded->*member);
        row.emplace_back(limit);
        row.emplace_back(std::string(std::isnan(limit) ? "" : c.*member <= limit ? "yes" : "NO"));
        table.add(std::move(row));
    };
    add("stationarity", &Certificate::stationarity, tolerance.stationarity);
    add("gain_mean", &Certificate::gain_mean, tolerance.gain);
    add("gain_max", &Certificate::gain_max, kNone);
    add("gain_all", &Certificate::gain_all, kNone);
    add("exploitability_mean", &Certificate::exploitability_mean, tolerance.exploitability);
    add("exploitability_max", &Certificate::exploitability_max, kNone);
    add("bellman", &Certificate::bellman, kBellmanTolerance * c.value_scale);
    add("mass_error", &Certificate::mass_error, kConservationTolerance);
    add("karma_error", &Certificate::karma_error, kConservationTolerance);
    add("karma_lost", &Certificate::karma_lost, kConservationTolerance);
    add("response_error", &Certificate::response_error, kConservationTolerance);
    add("negative_mass", &Certificate::negative_mass, kConservationTolerance);
    if (tolerance.truncation > 0.0) {  // accounts without a bound
        add("karma_tail", &Certificate::karma_tail, tolerance.truncation);
        add("karma_clipped", &Certificate::karma_clipped, tolerance.truncation);
    }
    return table;
}

void print_equilibrium(std::ostream& out, const EquilibriumSummary& s) {
    out << s.title << '\n' << verdict(s) << "\n\n";
    payoff_table(s.types, s.welfare).print(out, Format::text);
    out << '\n';
    Table welfare({{"measure", "welfare"}, {"en", "all stages"}, {"ex", "when active"}});
    welfare.add({std::string("Nash"), s.welfare.nash.endogenous, s.welfare.nash.exogenous});
    welfare.add({std::string("utilitarian"), s.welfare.utilitarian.endogenous, s.welfare.utilitarian.exogenous});
    welfare.add({std::string("minimum"), s.welfare.minimum.endogenous, s.welfare.minimum.exogenous});
    welfare.print(out, Format::text);
    out << fmt::format("every type beats the benchmark: {}\n\n", s.welfare.everyone_gains ? "yes" : "no");
    certificate_table(s.certificate, s.tolerance).print(out, Format::text);
    const std::string raised =
        s.lambda > s.lambda_asked
            ? fmt::format(" (raised from {:g}, which leaves more to gain than is tolerated)", s.lambda_asked)
            : "";
    out << fmt::format("lambda {:g}{}: responses are smoothed over payoff differences of about 1 / lambda\n", s.lambda,
                       raised);
    if (s.stability) out << stability_line(*s.stability);
}

std::string attractor_text(const std::optional<Stability>& stability) {
    if (!stability) return "-";
    const Attraction attraction = stability->attraction();
    return fmt::format("{} {:.4f}", attraction == Attraction::undecided ? "?" : to_string(attraction),
                       stability->modulus());
}

void add_stability_columns(std::vector<Column>& columns) {
    columns.push_back({"attractor", "attractor"});
    columns.push_back({"modulus", "modulus", "{:.5f}"});
}
void add_stability_cells(std::vector<Cell>& cells, const std::optional<Stability>& stability) {
    const bool undecided = stability && stability->attraction() == Attraction::undecided;
    cells.emplace_back(std::string(!stability ? "-" : undecided ? "?" : to_string(stability->attraction())));
    cells.emplace_back(stability ? stability->modulus() : kNone);
}

std::vector<Column> summary_columns(const std::vector<std::string>& types) {
    std::vector<Column> columns{
        {"start", "start"}, {"certified", "certified"}, {"reason", "reason"}, {"lambda", "lambda", "{:g}"}};
    for (const auto& type : types) columns.push_back({type + "_en", type + "_en"});
    columns.push_back({"SW_en", "SW_en"});
    for (const auto& type : types) columns.push_back({type + "_ex", type + "_ex"});
    columns.push_back({"SW_ex", "SW_ex"});
    for (const char* name : {"stationarity", "gain_mean", "gain_max", "exploitability_mean", "exploitability_max"})
        columns.push_back({name, name, "{:.1e}"});
    columns.push_back({"iterations", "iterations"});
    columns.push_back({"seconds", "seconds", "{:.1f}"});
    return columns;
}

std::vector<Cell> summary_cells(const EquilibriumSummary& s) {
    std::vector<Cell> cells{s.start, s.certified, s.reason, s.lambda};
    for (const auto& p : s.welfare.payoffs) cells.emplace_back(p.endogenous);
    cells.emplace_back(s.welfare.nash.endogenous);
    for (const auto& p : s.welfare.payoffs) cells.emplace_back(p.exogenous);
    cells.emplace_back(s.welfare.nash.exogenous);
    const Certificate& c = s.certificate;
    for (const double x : {c.stationarity, c.gain_mean, c.gain_max, c.exploitability_mean, c.exploitability_max})
        cells.emplace_back(x);
    cells.emplace_back(s.iterations);
    cells.emplace_back(s.seconds);
    return cells;
}

}  // namespace polykarma::cli
