#include "study/solve_economy.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "certificate/certificate.hpp"
#include "config/choices.hpp"
#include "config/reader.hpp"
#include "equilibrium/start.hpp"
#include "welfare/multi_karma_benchmark.hpp"

namespace polykarma {
namespace {

/// The dynamics aims at half of what is asked for, so that the certificate, computed from the state after the last
/// step, does not miss it by rounding.
constexpr double kMargin = 0.5;

EvolutionSettings settings_of(const SolverConfig& solver) {
    EvolutionSettings settings;
    settings.lambda = solver.lambda;
    settings.step = solver.step;
    settings.response_rate = solver.response_rate;
    settings.max_iterations = solver.max_iterations;
    settings.stationarity = kMargin * solver.stationarity;
    settings.gain = kMargin * solver.gain;
    return settings;
}

struct Start {
    std::string name;
    Field mass;
    Response response;
};

Start start_of(const EconomyConfig& economy, const MultiKarma& game, const StartFrom& from) {
    if (from) {
        StartState state = from(game);
        return {state.name, std::move(state.mass), dense_response(state.response)};
    }
    const PolicyStart rule = economy.solver.start;
    Field mass(game.layout());
    game.start_mass(economy.solver.karma_start, mass);
    return {std::string(name_of(rule)), std::move(mass),
            rule == PolicyStart::even
                ? even_response(game.layout())
                : pure_response(game.layout(), [&](Stage r, const Site& site, std::size_t length) {
                      return game.start_action(rule, r, site, length);
                  })};
}

/// What the game reports of a state besides d, pi and V.
void measure(const MultiKarma& game, EquilibriumRecord& record) {
    const Layout& layout = game.layout();
    Operators<MultiKarma> operators(game);
    operators.aggregate(record.mass, record.response);
    for (const auto r : Range<Stage>(layout.stages())) {
        auto& stage = record.outcome_probability.emplace_back();
        for (std::size_t o = 0; o < game.outcomes().size(); ++o) {
            auto& outcome = stage.emplace_back();
            for (const auto a : Range<Action>(layout.stage(r).actions.size()))
                outcome.push_back(game.outcome_probability(r, operators.aggregates(r), o, a));
        }
    }
    record.outcomes.assign(game.outcomes().begin(), game.outcomes().end());
    record.shares = action_shares(layout, record.mass, record.response);
    record.welfare = welfare(layout, payoffs(layout, record.shares, action_rewards(operators)),
                             benchmark_payoffs(game.rules()));

    Observable delay{"delay", "1", "relative excess of general-purpose users over the general-purpose capacity", {}};
    Observable payment{"mean_payment", "karma", "mean payment per capita, in karma of the stage's resource", {}};
    Observable credit{"credit", "karma", "expected credit offered to each receiver with room for it", {}};
    for (const auto r : Range<Stage>(layout.stages())) {
        const auto& m = operators.aggregates(r);
        delay.values.push_back(m.delay);
        payment.values.push_back(m.mean_payment);
        credit.values.push_back(m.credit.whole + m.credit.fraction);
    }
    record.observables = {std::move(delay), std::move(payment), std::move(credit)};
}

}  // namespace

double solve_memory(const GameSize& size) {
    constexpr double kMiB = 1024.0 * 1024.0;
    const double padding = kLanes / 2.0 * size.states;
    const double stored_response = 8.0 * (size.pairs + padding);
    const double written_response = 12.0 * size.pairs;  // at most: action and probability of every pair
    const double fields = 8.0 * 8.0 * size.states;      // d, V, pushed d, row starts, a copy of each while certifying
    return (stored_response + written_response + fields) / kMiB;
}

MultiKarmaRules affordable_rules(const EconomyConfig& economy) {
    const GameSize size = estimate_size(economy);
    const double memory = solve_memory(size);
    if (memory > economy.solver.memory_limit) {
        const std::string key = "solver.memory_limit";
        throw InputError(economy.where(key), key, fmt::format("{:g} MiB", economy.solver.memory_limit),
                         fmt::format("{:.3g} states and {:.3g} state-action pairs need about {:.3g} MiB", size.states,
                                     size.pairs, memory),
                         "raise the limit, or lower k_max");
    }
    return rules_of(economy);
}

std::shared_ptr<const MultiKarma> build_game(const EconomyConfig& economy) {
    return std::make_shared<const MultiKarma>(affordable_rules(economy));
}

EquilibriumRecord solve_economy(const EconomyConfig& economy, const StartFrom& from, const Progress& progress) {
    const auto begin = std::chrono::steady_clock::now();
    const auto game = build_game(economy);
    Start start = start_of(economy, *game, from);
    SolveOutcome outcome =
        evolve(*game, settings_of(economy.solver), std::move(start.mass), std::move(start.response), progress);
    Certified certified = certify(*game, outcome.mass, outcome.response);

    EquilibriumRecord record{
        .title = economy.title,
        .economy = to_toml(economy),
        .layout = std::shared_ptr<const Layout>(game, &game->layout()),
        .mass = std::move(outcome.mass),
        .value = std::move(certified.value),
        .response = std::move(outcome.response),
        .search = {"evolutionary dynamics", start.name, std::string(name_of(economy.solver.karma_start)),
                   economy.solver.lambda, outcome.reason, outcome.iterations, std::move(outcome.history)},
        .tolerance = {economy.solver.stationarity, economy.solver.gain, economy.solver.exploitability},
        .certificate = certified.certificate,
        .certified = false,
        .welfare = {},
        .outcomes = {},
        .shares = {},
        .outcome_probability = {},
        .observables = {},
        .seconds = 0.0,
    };
    record.certified = meets(record.certificate, record.tolerance);
    measure(*game, record);
    record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return record;
}

}  // namespace polykarma
