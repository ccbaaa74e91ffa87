#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

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
    double exploitability_mean = 0.0;  ///< G_mean: lifetime regret averaged over the population, payoff
    double exploitability_max = 0.0;   ///< G_max: largest over visited states
    double bellman = 0.0;        ///< B = || V - sum pi Q ||_inf of the re-evaluated V
    double value_scale = 0.0;    ///< max |V|
    double mass_error = 0.0;     ///< relative, largest over stages and types
    double karma_error = 0.0;    ///< relative, largest over stages and conserved quantities
    double karma_lost = 0.0;     ///< payment for which nobody had room, per capita and cycle
    double response_error = 0.0; ///< largest deviation of a response row from a probability vector
    double negative_mass = 0.0;  ///< largest -d
};

/// What a certificate has to reach.
struct Tolerance {
    double stationarity = 0.0;
    double gain = 0.0;
    double exploitability = 0.0;
};

/// A social state that is further than this from mass one per type, from the economy's karma, or from probability rows
/// belongs to another economy. Far above the rounding of 1e5 pushes, far below any karma that matters.
inline constexpr double kConservationTolerance = 1e-9;

/// Largest Bellman residual of the re-evaluated V, relative to max |V|.
inline constexpr double kBellmanTolerance = 1e-10;

/// True when the tolerances are met and (d, pi) is a social state of this very economy; false for anything not finite.
[[nodiscard]] bool meets(const Certificate& certificate, const Tolerance& tolerance);

/// The certificate and the value of following pi that it re-evaluated.
struct Certified {
    Certificate certificate;
    Field value;
};

/// Mass above which a state counts as visited.
inline constexpr double kVisited = 1e-9;

/// Recomputes everything from (mass, response): aggregates, pushed mass, the value of following the response, the
/// optimal value of one agent, and what the economy must conserve.
template <Game G>
Certified certify(const G& game, const Field& mass, const SparseResponse& response);

namespace detail {

double response_error(const SparseResponse& response);
double mass_error(const Layout& layout, const Field& mass);
double negative_mass(const Field& mass);

template <Game G>
double karma_error(const G& game, const Field& mass) {
    const Layout& layout = game.layout();
    std::vector<int> balances(layout.lattice().accounts());
    double worst = 0.0;
    for (const auto r : Range<Stage>(layout.stages())) {
        std::vector<double> held(game.conserved(), 0.0);
        for (std::size_t i = 0; i < layout.sites(); ++i) {
            double at_site = 0.0;
            for (const auto b : Range<Block>(layout.blocks())) at_site += mass.block(r, b)[i];
            layout.lattice().balances(layout.contested(r), i, balances);
            for (std::size_t q = 0; q < held.size(); ++q) held[q] += at_site * game.conserved_weight(q, balances);
        }
        for (std::size_t q = 0; q < held.size(); ++q) {
            const double target = game.conserved_value(q);
            worst = std::max(worst, std::abs(held[q] - target) / std::max(target, 1e-300));
        }
    }
    return worst;
}

template <Game G>
double stationarity(Operators<G>& operators, const Field& mass, const SparseResponse& response) {
    const Layout& layout = operators.layout();
    std::vector<double> pushed(layout.blocks() * layout.sites());
    double sum = 0.0;
    const auto add_distance = [&](std::span<const double> expected) {
        for (std::size_t x = 0; x < pushed.size(); ++x) sum += std::abs(pushed[x] - expected[x]);
    };
    if (layout.end() == CycleEnd::terminates) {
        operators.game().initial_law(pushed);
        add_distance(mass.stage(Stage{}));
    }
    for (const auto r : Range<Stage>(layout.stages())) {
        if (!operators.leads_on(r)) continue;
        operators.push(r, mass.stage(r), response, pushed);
        add_distance(mass.stage(layout.next(r)));
    }
    return sum;
}

/// One-stage gains under the value of following the response.
template <Game G>
void measure_gains(Operators<G>& operators, const Field& mass, const SparseResponse& response, const Field& value,
                   Certificate& c) {
    const Layout& layout = operators.layout();
    const std::size_t stage_states = layout.blocks() * layout.sites();
    for (const auto r : Range<Stage>(layout.stages())) {
        const auto d = mass.stage(r);
        const auto v = value.stage(r);
        std::size_t state = 0;
        operators.rows(r, value, [&](const Site& site, Row q) {
            const double followed = response.expected_value(r.at() * stage_states + state, q);
            const double gain = row_maximum(q) - followed;
            c.gain_mean += d[state] * gain;
            if (d[state] > kVisited) c.gain_max = std::max(c.gain_max, gain);
            if (operators.game().stationary_exogenous(r, site.block) > 0.0) c.gain_all = std::max(c.gain_all, gain);
            c.bellman = std::max(c.bellman, std::abs(v[state] - followed));
            c.value_scale = std::max(c.value_scale, std::abs(v[state]));
            ++state;
        });
    }
    c.gain_mean /= static_cast<double>(layout.stages());
}

/// Lifetime regret: the optimal value of one agent, by value iteration upwards from the value of following the
/// response, against that value. What both iterations may still be short of is added, so that G is an upper bound.
template <Game G>
void measure_regret(Operators<G>& operators, const Field& mass, const Field& value, Certificate& c) {
    const Layout& layout = operators.layout();
    Field best = value;
    const double change =
        iterate_values(operators, best, [](Stage, const Site&, std::size_t, Row q) { return row_maximum(q); });
    const double cycles =
        layout.end() == CycleEnd::terminates ? 1.0 : 1.0 / (1.0 - operators.game().cycle_discount());
    const double unresolved = static_cast<double>(layout.stages()) * (change + c.bellman) * cycles;
    const auto d = mass.all();
    for (std::size_t x = 0; x < d.size(); ++x) {
        const double regret = std::max(0.0, best.all()[x] - value.all()[x]) + unresolved;
        c.exploitability_mean += d[x] * regret;
        if (d[x] > kVisited) c.exploitability_max = std::max(c.exploitability_max, regret);
    }
    c.exploitability_mean /= static_cast<double>(layout.stages());
}

}  // namespace detail

template <Game G>
Certified certify(const G& game, const Field& mass, const SparseResponse& response) {
    Operators<G> operators(game);
    const Layout& layout = game.layout();
    Certified result{{}, Field(layout)};
    Certificate& c = result.certificate;
    operators.aggregate(mass, response);
    for (const auto r : Range<Stage>(layout.stages())) c.karma_lost += game.lost(operators.aggregates(r));
    iterate_values(operators, result.value,
                   [&](Stage, const Site&, std::size_t state, Row q) { return response.expected_value(state, q); });
    c.response_error = detail::response_error(response);
    c.mass_error = detail::mass_error(layout, mass);
    c.karma_error = detail::karma_error(game, mass);
    c.negative_mass = detail::negative_mass(mass);
    c.stationarity = detail::stationarity(operators, mass, response);
    detail::measure_gains(operators, mass, response, result.value, c);
    detail::measure_regret(operators, mass, result.value, c);
    return result;
}

}  // namespace polykarma
