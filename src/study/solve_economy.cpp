#include "study/solve_economy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include "certificate/certificate.hpp"
#include "config/choices.hpp"
#include "config/reader.hpp"
#include "equilibrium/stability.hpp"
#include "io/array_cuts.hpp"
#include "welfare/multi_karma_benchmark.hpp"

namespace polykarma {
namespace {

/// The smallest bid of a stage with which priority is more likely than not; NaN when there is none, or no priority.
///   probability: of the outcomes [outcome][action]
double price_level(const Layout::StageInfo& stage, std::span<const std::string> outcomes,
                   const std::vector<std::vector<double>>& probability) {
    const auto priority = std::ranges::find(outcomes, "priority") - outcomes.begin();
    double price = std::numeric_limits<double>::quiet_NaN();
    if (priority == std::ssize(outcomes)) return price;
    for (std::size_t a = 0; a < stage.actions.size(); ++a) {
        const double bid = stage.actions[a].bid;
        if (probability[static_cast<std::size_t>(priority)][a] >= 0.5 && !(bid >= price)) price = bid;
    }
    return price;
}

/// What the game reports of a state besides d, pi and V.
///   margin: by which a payoff has to be above its benchmark
void measure(const MultiKarma& game, EquilibriumRecord& record, double margin, const Collective& ranks) {
    const Layout& layout = game.layout();
    Operators<MultiKarma> operators(game, record.mass.part(), ranks);
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
    record.shares = action_shares(record.mass, record.response, ranks);
    record.welfare = welfare(layout, payoffs(operators, record.shares), benchmark_payoffs(game.rules()), margin);

    Observable delay{"delay", "1", "relative excess of general-purpose users over the general-purpose capacity", {}};
    Observable payment{"mean_payment", "karma", "mean payment per capita, in karma of the stage's resource", {}};
    Observable credit{"credit", "karma", "expected credit offered to each receiver with room for it", {}};
    Observable price{kPriceLevel, "karma", "smallest bid that gets priority with probability 1/2 or more", {}};
    for (const auto r : Range<Stage>(layout.stages())) {
        const auto& m = operators.aggregates(r);
        delay.values.push_back(m.delay);
        payment.values.push_back(m.mean_payment);
        credit.values.push_back(m.credit.whole + m.credit.fraction);
        price.values.push_back(price_level(layout.stage(r), record.outcomes, record.outcome_probability[r.at()]));
    }
    record.observables = {std::move(delay), std::move(payment), std::move(credit), std::move(price)};
}

}  // namespace

double solve_memory(const GameSize& size, SolverMethod method, int ranks, Kept kept) {
    constexpr double kMiB = 1024.0 * 1024.0;
    constexpr double program = 40.0;  // MiB, with MPI and HDF5; measured: 20 alone, 30 under mpirun
    // The part of a rank consists of whole lines, and poor ones have more states for their pairs.
    const double pairs = std::min(size.pairs, size.pairs / ranks + size.richest_lines);
    const double states = std::min(size.states, pairs / size.poorest_row);
    // Its share of a file consists of whole chunks. Of a block that is cut the richest states may be within it: twice
    // as many pairs as in the mean, or a quarter of the block's more.
    constexpr auto chunk = static_cast<double>(hdf5::kChunkElements);
    const double states_in_file = std::min(size.states, size.states / ranks + chunk);
    const double pairs_in_file =
        std::min(size.pairs, size.largest_row * (states_in_file + std::min(states_in_file, size.sites / 4.0)));
    const double padding = kLanes / 2.0 * states;
    const double stored_response = 8.0 * (pairs + padding);
    // Of Newton's method: the response twice with four numbers an entry, and vectors, most of them of one stage only.
    const double newton = method == SolverMethod::accelerated ? 64.0 * pairs + 8.0 * 60.0 * states : 0.0;
    const double written_response = 12.0 * pairs;  // at most: action and probability of every pair
    // Once the stored response is gone: the written one again in the order of the file (12), and the file in memory and
    // its image, or probabilities on their way between ranks and in the chunks of HDF5 (measured: 28 on one rank, 38 on
    // two, incompressible).
    const double writing = 40.0 * pairs_in_file;
    // A checkpoint in the midst of the search: its response as it is written, in the order of the file, and the file in
    // memory and its image, or on its way between ranks; as much of an equilibrium that is followed, and of a try of
    // Newton's method.
    const double checkpoint =
        kept == Kept::yes ? (method == SolverMethod::accelerated ? 144.0 : 48.0) * pairs_in_file : 0.0;
    // d, V, pushed d, row starts, three stages of buffers, paths; d, V and V* while certifying
    const double fields = 10.0 * 8.0 * states;
    // d, V, row starts, mean bids and activity in the order of the file
    const double fields_in_file = 5.0 * 8.0 * states_in_file;
    return program +
           (written_response + std::max(stored_response + newton + checkpoint, writing + fields_in_file) + fields) /
               kMiB;
}

MultiKarmaRules affordable_rules(const EconomyConfig& economy, int ranks, Kept kept) {
    const GameSize size = estimate_size(economy);
    const double memory = solve_memory(size, economy.solver.method, ranks, kept);
    if (memory > economy.solver.memory_limit) {
        const std::string key = "solver.memory_limit";
        throw InputError(economy.where(key), key, fmt::format("{:g} MiB", economy.solver.memory_limit),
                         fmt::format("{:.3g} states and {:.3g} state-action pairs need about {:.3g} MiB{}", size.states,
                                     size.pairs, memory, ranks > 1 ? " on every rank" : ""),
                         "raise the limit, use more ranks, or lower k_max");
    }
    return rules_of(economy);
}

std::shared_ptr<const MultiKarma> build_game(const EconomyConfig& economy, int ranks, Kept kept) {
    return std::make_shared<const MultiKarma>(affordable_rules(economy, ranks, kept));
}

EquilibriumRecord solve_economy(const EconomyConfig& economy, const StartFrom& from, const Progress& progress,
                                const Collective& ranks, SearchKeeper* keeper) {
    const auto begin = std::chrono::steady_clock::now();
    const auto game = build_game(economy, ranks.size(), keeper != nullptr ? Kept::yes : Kept::no);
    const auto resumed =
        keeper != nullptr ? keeper->resumed(part_of(*game, ranks.rank(), ranks.size())) : std::optional<SearchState>();
    auto [start, outcome] = search(economy, *game, from, progress, ranks, {keeper, resumed ? &*resumed : nullptr});
    Certified certified = certify(*game, outcome.mass, outcome.response, ranks);

    EquilibriumRecord record{
        .title = economy.title,
        .economy = to_toml(economy),
        .layout = std::shared_ptr<const Layout>(game, &game->layout()),
        .mass = std::move(outcome.mass),
        .value = std::move(certified.value),
        .response = std::move(outcome.response),
        .search = {std::string(name_of(economy.solver.method)), std::move(start),
                   std::string(name_of(economy.solver.karma_start)), outcome.lambda, economy.solver.lambda,
                   outcome.reason, outcome.amplitude, outcome.iterations, std::move(outcome.history),
                   std::move(outcome.branch)},
        .tolerance = {economy.solver.stationarity, economy.solver.gain, economy.solver.exploitability},
        .certificate = certified.certificate,
        .certified = false,
        .stability = {},
        .welfare = {},
        .outcomes = {},
        .shares = {},
        .outcome_probability = {},
        .observables = {},
        .seconds = 0.0,
    };
    record.certified = meets(record.certificate, record.tolerance);
    // It aims at less than is tolerated, and lambda may limit that alone.
    if (record.certified && record.search.reason == StopReason::smoothed) record.search.reason = StopReason::converged;
    measure(*game, record, exploitability_per_stage(economy), ranks);
    record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return record;
}

void measure_stability(const EconomyConfig& economy, EquilibriumRecord& record, const Collective& ranks) {
    if (!record.certified) return;
    EvolutionSettings settings = search_settings(economy);
    settings.lambda = record.search.lambda;
    record.stability = stability(*build_game(economy, ranks.size()), settings, record.mass, record.response, ranks);
}

}  // namespace polykarma
