#include "study/search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "config/choices.hpp"
#include "config/neighbour.hpp"
#include "config/study_start.hpp"
#include "equilibrium/accelerated.hpp"
#include "equilibrium/start.hpp"
#include "study/solve_economy.hpp"

namespace polykarma {
namespace {

/// The dynamics aims at half of what is asked for, so that the certificate, computed from the state after the last
/// step, does not miss it by rounding.
constexpr double kMargin = 0.5;

auto method_of(const SolverConfig& solver) {
    if (solver.method == SolverMethod::dynamics) return &evolve<MultiKarma>;
    return solver.select == Selection::logit_branch ? &follow_branch<MultiKarma> : &accelerate<MultiKarma>;
}

struct Start {
    std::string name;
    Field mass;
    Response response;
};

Start start_in(const EconomyConfig& economy, const MultiKarma& game, const StartFrom& from, const Collective& ranks) {
    const Part part = part_of(game, ranks.rank(), ranks.size());
    if (from) {
        StartState state = from(game, part, ranks);
        return {state.name, std::move(state.mass), dense_response(state.response)};
    }
    const PolicyStart rule = economy.solver.start;
    Field mass(part);
    game.start_mass(economy.solver.karma_start, mass, economy.solver.seed);
    return {start_of(economy.solver).name, std::move(mass),
            rule == PolicyStart::even ? even_response(part)
                                      : pure_response(part, [&](Stage r, const Site& site, std::size_t length) {
                                            return game.start_action(rule, r, site, length, economy.solver.seed);
                                        })};
}

/// A state as one of another game with the same states and actions.
StartState moved_to(const Part& part, const Searched& from) {
    Field mass(part);
    std::ranges::copy(from.outcome.mass.all(), mass.all().begin());
    SparseResponse response(part);
    for (const auto r : Range<Stage>(part.layout().stages()))
        from.outcome.response.for_each(
            r, [&](const Site&, const SparseRow& row) { response.append(row.actions, row.probabilities); });
    return {from.start, std::move(mass), std::move(response)};
}

bool is_solved(StopReason reason) { return reason == StopReason::converged || reason == StopReason::smoothed; }

/// What make() makes of a neighbour; says whose fault it is when there is no such economy.
template <class Make>
auto of_neighbour(const EconomyConfig& economy, Make&& make) {
    try {
        return make();
    } catch (const InputError& error) {
        throw InputError(economy.where("solver.neighbour"), "solver.neighbour",
                         fmt::format("{}", economy.solver.neighbour), "there is no such economy", error.what());
    }
}

Searched search_from_neighbour(const EconomyConfig& economy, const MultiKarma& game, const Progress& progress,
                               const Collective& ranks) {
    const std::vector<EconomyConfig> way = of_neighbour(economy, [&] { return way_from_neighbour(economy); });
    std::optional<Searched> last;
    std::shared_ptr<const MultiKarma> last_game;  // its state refers to it
    const auto solve = [&](const EconomyConfig& next, const MultiKarma& its_game) {
        const StartFrom from_last = [&](const MultiKarma&, const Part& part, const Collective&) {
            return moved_to(part, *last);
        };
        Searched here = search(next, its_game, last ? from_last : StartFrom{}, progress, ranks);
        if (last) put_before(here.outcome, last->outcome);
        last = std::move(here);
        return is_solved(last->outcome.reason);
    };
    const bool led_here = std::ranges::all_of(way, [&](const EconomyConfig& next) {
        auto its_game = of_neighbour(economy, [&] { return build_game(next, ranks.size()); });
        const bool solved = solve(next, *its_game);
        last_game = std::move(its_game);
        return solved;
    });
    if (led_here) {
        solve(economy, game);
    } else {
        StartState state = moved_to(part_of(game, ranks.rank(), ranks.size()), *last);
        last->outcome.mass = std::move(state.mass);
        last->outcome.response = std::move(state.response);
    }
    return {start_of(economy.solver).name, std::move(last->outcome)};
}

}  // namespace

double exploitability_per_stage(const EconomyConfig& economy) {
    double cycle = 1.0;
    for (const auto& resource : economy.resources) cycle *= resource.discount;
    return economy.solver.exploitability * (1.0 - cycle) / static_cast<double>(economy.resources.size());
}

EvolutionSettings search_settings(const EconomyConfig& economy) {
    const SolverConfig& solver = economy.solver;
    EvolutionSettings settings;
    settings.lambda = solver.lambda;
    settings.step = solver.step;
    settings.response_rate = solver.response_rate;
    settings.max_iterations = solver.max_iterations;
    settings.stationarity = kMargin * solver.stationarity;
    settings.gain = kMargin * std::min(solver.gain, exploitability_per_stage(economy));
    return settings;
}

Searched search(const EconomyConfig& economy, const MultiKarma& game, const StartFrom& from, const Progress& progress,
                const Collective& ranks) {
    if (!from && economy.solver.select == Selection::neighbour)
        return search_from_neighbour(economy, game, progress, ranks);
    Start start = start_in(economy, game, from, ranks);
    return {std::move(start.name), method_of(economy.solver)(game, search_settings(economy), std::move(start.mass),
                                                             std::move(start.response), progress, ranks)};
}

}  // namespace polykarma
