#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "certificate/average_payoff.hpp"
#include "certificate/truncation.hpp"
#include "dynamics/line_sum.hpp"
#include "dynamics/one_agent.hpp"
#include "dynamics/operators.hpp"
#include "dynamics/response.hpp"

namespace polykarma {

/// What every reported equilibrium carries; all of it computed from (d, pi) alone.                    (model, section 6)
struct Certificate {
    double stationarity = 0.0;   ///< S = sum_r || pushed d[r] - d[r+1] ||_1
    double gain_mean = 0.0;      ///< E_mean: one-stage gain averaged over the population, payoff
    double gain_max = 0.0;       ///< E_max: largest over visited states (d > 1e-9)
    double gain_all = 0.0;       ///< E_all: largest over every state whose exogenous state occurs
    /// G_mean: lifetime regret averaged over the population, payoff; under the average criterion regret in a cycle
    double exploitability_mean = 0.0;
    double exploitability_max = 0.0;   ///< G_max: largest over visited states
    double bellman = 0.0;        ///< B = || V - sum pi Q ||_inf of the re-evaluated V
    double value_scale = 0.0;    ///< max |V|
    double mass_error = 0.0;     ///< relative, largest over stages and types
    double karma_error = 0.0;    ///< relative, largest over stages and conserved quantities
    double karma_lost = 0.0;     ///< payment for which nobody had room, per capita and cycle
    double response_error = 0.0; ///< largest deviation of a response row from a probability vector
    double negative_mass = 0.0;  ///< largest -d
    double karma_tail = 0.0;     ///< share of all karma in the top cells of accounts that have no bound
    double karma_clipped = 0.0;  ///< share of all karma that one cycle puts above their k_max
};

/// What a certificate has to reach.
struct Tolerance {
    double stationarity = 0.0;
    double gain = 0.0;
    double exploitability = 0.0;
    double truncation = 0.0;  ///< of karma_tail and karma_clipped, which games with bounded accounts do not have
};

/// A social state that is further than this from mass one per type, from the economy's karma, or from probability rows
/// belongs to another economy. Far above the rounding of 1e5 pushes, far below any karma that matters.
inline constexpr double kConservationTolerance = 1e-9;

/// Largest Bellman residual of the re-evaluated V, relative to max |V|.
inline constexpr double kBellmanTolerance = 1e-10;

/// True when the tolerances are met and (d, pi) is a social state of this very economy; false for anything not finite.
[[nodiscard]] bool meets(const Certificate& certificate, const Tolerance& tolerance);

/// The certificate and the value of following pi that it re-evaluated; the rank's part of the latter.
struct Certified {
    Certificate certificate;
    Field value;
    std::vector<double> average_payoff;  ///< [type] under the average criterion: payoff in a cycle, taken off from V
};

/// Mass above which a state counts as visited.
inline constexpr double kVisited = 1e-9;

/// Recomputes everything from (mass, response): aggregates, pushed mass, the value of following the response, the
/// optimal value of one agent, and what the economy must conserve. Every rank passes its parts of the state; the
/// certificate is that of the whole, the same bits on any number of ranks.
template <Game G>
Certified certify(const G& game, const Field& mass, const SparseResponse& response,
                  const Collective& ranks = Collective::serial());

namespace detail {

/// Largest of each, over this rank's states.
double response_error(const SparseResponse& response);
double negative_mass(const Field& mass);

/// Largest relative error of the mass of a type at a stage.
double mass_error(const Field& mass, const Collective& ranks);

/// Maximum that keeps a NaN once it has seen one.
inline double larger(double worst, double value) { return std::isnan(worst) || value <= worst ? worst : value; }

/// NaN counts as infinite.
inline double counted(double value) {
    return value <= std::numeric_limits<double>::max() ? value : std::numeric_limits<double>::infinity();
}

/// Worst of a quantity over the ranks.
inline double worst(const Collective& ranks, double value) {
    std::array<double, 1> worst{counted(value)};
    ranks.maximum(worst);
    return worst.front();
}

template <Game G>
double karma_error(const G& game, const Field& mass, const Collective& ranks) {
    const Layout& layout = game.layout();
    std::vector<int> balances(layout.lattice().accounts());
    double error = 0.0;
    for (const auto r : Range<Stage>(layout.stages())) {
        std::vector<LineSum> held(game.conserved());
        const auto d = mass.stage(r);
        mass.part().for_each_site(r, [&](const Site& site, std::size_t) {
            layout.lattice().balances(layout.contested(r), site.index, balances);
            for (std::size_t q = 0; q < held.size(); ++q)
                held[q].add(site, d[site.state] * game.conserved_weight(q, balances));
        });
        for (std::size_t q = 0; q < held.size(); ++q) {
            const double target = game.conserved_value(q);
            error = larger(error, std::abs(total(ranks, held[q]) - target) / std::max(target, 1e-300));
        }
    }
    return counted(error);
}

template <Game G>
double stationarity(Operators<G>& operators, const Field& mass, const SparseResponse& response) {
    const Layout& layout = operators.layout();
    Field pushed(mass.part());
    LineSum sum;
    const auto add_distance = [&](Stage r) {
        const auto d = mass.stage(r);
        const auto arrived = pushed.stage(r);
        mass.part().for_each_site(r, [&](const Site& site, std::size_t) {
            sum.add(site, std::abs(arrived[site.state] - d[site.state]));
        });
    };
    if (layout.end() == CycleEnd::terminates) {
        operators.game().initial_law(mass.part(), pushed.stage(Stage{}));
        add_distance(Stage{});
    }
    for (const auto r : Range<Stage>(layout.stages())) {
        if (!operators.leads_on(r)) continue;
        operators.push(r, mass.stage(r), response, pushed.stage(layout.next(r)));
        add_distance(layout.next(r));
    }
    return total(operators.ranks(), sum);
}

/// One-stage gains under the value of following the response.
template <Game G>
void measure_gains(Operators<G>& operators, const Field& mass, const SparseResponse& response, const Field& value,
                   Certificate& c) {
    const Layout& layout = operators.layout();
    LineSum gains;
    for (const auto r : Range<Stage>(layout.stages())) {
        const auto d = mass.stage(r);
        const auto v = value.stage(r);
        operators.rows(r, value, [&](const Site& site, Row q) {
            const double followed = response.expected_value(r, site, q);
            const double gain = row_maximum(q) - followed;
            gains.add(site, d[site.state] * gain);
            if (d[site.state] > kVisited) c.gain_max = std::max(c.gain_max, gain);
            if (operators.game().stationary_exogenous(r, site.block) > 0.0) c.gain_all = std::max(c.gain_all, gain);
            c.bellman = std::max(c.bellman, std::abs(v[site.state] - followed));
            c.value_scale = std::max(c.value_scale, std::abs(v[site.state]));
        });
    }
    c.gain_mean = total(operators.ranks(), gains) / static_cast<double>(layout.stages());
    for (double* const largest : {&c.gain_max, &c.gain_all, &c.bellman, &c.value_scale})
        *largest = worst(operators.ranks(), *largest);
}

/// Lifetime regret: the optimal value of one agent, by value iteration upwards from the value of following the
/// response, against that value. What both iterations may still be short of is added, so that G is an upper bound.
template <Game G>
void measure_regret(Operators<G>& operators, const Field& mass, const Field& value, Certificate& c) {
    const Layout& layout = operators.layout();
    Field best = value;
    const double change =
        iterate_values(operators, best, [](Stage, const Site&, const auto& q) { return row_maximum(q.row()); });
    const double cycles =
        layout.end() == CycleEnd::terminates ? 1.0 : 1.0 / (1.0 - operators.game().cycle_discount());
    const double unresolved = static_cast<double>(layout.stages()) * (change + c.bellman) * cycles;
    LineSum regrets;
    for (const auto r : Range<Stage>(layout.stages())) {
        const auto d = mass.stage(r);
        const auto followed = value.stage(r), optimal = std::as_const(best).stage(r);
        mass.part().for_each_site(r, [&](const Site& site, std::size_t) {
            const double regret = std::max(0.0, optimal[site.state] - followed[site.state]) + unresolved;
            regrets.add(site, d[site.state] * regret);
            if (d[site.state] > kVisited) c.exploitability_max = std::max(c.exploitability_max, regret);
        });
    }
    c.exploitability_mean = total(operators.ranks(), regrets) / static_cast<double>(layout.stages());
    c.exploitability_max = worst(operators.ranks(), c.exploitability_max);
}

/// The same under the average criterion: what a type could earn in a cycle on average, against what it earns. Every
/// agent of a type is in for the same, wherever it begins. Both are bounds, so that G is an upper bound.
template <AverageGame G>
void measure_average_regret(Operators<G>& operators, const SparseResponse& response, Certified& result) {
    const auto best_of = [](Stage, const Site&, const auto& q) { return row_maximum(q.row()); };
    Field best = result.value;
    iterate_values(operators, best, best_of);
    const auto possible = average_payoffs(operators, best, best_of);
    const auto earned = average_payoffs(operators, result.value, [&](Stage r, const Site& site, const auto& q) {
        return response.expected_value(r, site, q);
    });
    Certificate& c = result.certificate;
    for (std::size_t t = 0; t < earned.size(); ++t) {
        const double difference = possible[t].at_most - earned[t].at_least;
        const double regret = std::isfinite(difference) ? std::max(0.0, difference) : counted(NAN);
        result.average_payoff.push_back(earned[t].taken_off);
        c.exploitability_mean += operators.layout().type_infos()[t].share * regret;
        c.exploitability_max = std::max(c.exploitability_max, regret);
    }
}

}  // namespace detail

template <Game G>
Certified certify(const G& game, const Field& mass, const SparseResponse& response, const Collective& ranks) {
    Operators<G> operators(game, mass.part(), ranks);
    Certified result{{}, Field(mass.part()), {}};
    Certificate& c = result.certificate;
    operators.aggregate(mass, response);
    for (const auto r : Range<Stage>(game.layout().stages())) c.karma_lost += game.lost(operators.aggregates(r));
    iterate_values(operators, result.value,
                   [&](Stage r, const Site& site, const auto& q) { return response.expected_value(r, site, q); });
    c.response_error = detail::worst(ranks, detail::response_error(response));
    c.negative_mass = detail::worst(ranks, detail::negative_mass(mass));
    c.mass_error = detail::mass_error(mass, ranks);
    c.karma_error = detail::karma_error(game, mass, ranks);
    c.stationarity = detail::stationarity(operators, mass, response);
    if constexpr (UnboundedGame<G>) {
        const Truncation cut = truncation(operators, mass);
        c.karma_tail = cut.tail;
        c.karma_clipped = cut.clipped;
    }
    detail::measure_gains(operators, mass, response, result.value, c);
    if constexpr (AverageGame<G>)
        if (game.criterion() == Criterion::average) {
            detail::measure_average_regret(operators, response, result);
            return result;
        }
    detail::measure_regret(operators, mass, result.value, c);
    return result;
}

}  // namespace polykarma
