#include "study/solve_economy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "certificate/certificate.hpp"
#include "config/choices.hpp"
#include "config/reader.hpp"
#include "equilibrium/stability.hpp"
#include "io/array_cuts.hpp"
#include "study/measured.hpp"

namespace polykarma {

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
    const double newton = method == SolverMethod::accelerated ? 64.0 * pairs + 8.0 * 60.0 * (states + size.sums) : 0.0;
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
    // d, V, pushed d, row starts, three stages of buffers, paths; d, V and V* while certifying; sums and what they make
    const double fields = 10.0 * 8.0 * states + 4.0 * 8.0 * size.sums;
    // d, V, row starts, mean bids and activity in the order of the file
    const double fields_in_file = 5.0 * 8.0 * states_in_file;
    return program +
           (written_response + std::max(stored_response + newton + checkpoint, writing + fields_in_file) + fields) /
               kMiB;
}

namespace {

/// The economy in another lattice, where its accounts have no bound.
EconomyConfig with_balances(EconomyConfig economy, const std::vector<int>& k_max) {
    if (economy.game == GameFamily::pairwise && !k_max.empty()) economy.contest.k_max = k_max.front();
    return economy;
}

void require_affordable(const EconomyConfig& economy, int ranks, Kept kept) {
    const GameSize size = estimate_size(economy);
    const double memory = solve_memory(size, economy.solver.method, ranks, kept);
    if (memory <= economy.solver.memory_limit) return;
    const std::string key = "solver.memory_limit";
    throw InputError(economy.where(key), key, fmt::format("{:g} MiB", economy.solver.memory_limit),
                     fmt::format("{:.3g} states and {:.3g} state-action pairs need about {:.3g} MiB{}", size.states,
                                 size.pairs, memory, ranks > 1 ? " on every rank" : ""),
                     "raise the limit, use more ranks, or lower k_max");
}

}  // namespace

void require_solvable(const EconomyConfig& economy, int ranks, Kept kept) {
    require_affordable(economy, ranks, kept);
    with_rules(economy, [&](auto) {});
    if (economy.game == GameFamily::pairwise) require_a_future(economy);
}

template <class G>
std::shared_ptr<const G> build_game(const EconomyConfig& economy, int ranks, Kept kept) {
    require_solvable(economy, ranks, kept);
    return with_rules(economy, [](auto rules) {
        if constexpr (std::is_same_v<typename decltype(rules)::Game, G>)
            return std::make_shared<const G>(std::move(rules));
        else
            return std::shared_ptr<const G>();  // of another family than this economy's
    });
}
template std::shared_ptr<const MultiKarma> build_game(const EconomyConfig&, int, Kept);
template std::shared_ptr<const Pairwise> build_game(const EconomyConfig&, int, Kept);

EconomyConfig as_found(const EconomyConfig& economy, const Layout& layout) {
    std::vector<int> balances;
    for (const auto a : Range<Account>(layout.lattice().accounts())) balances.push_back(layout.lattice().k_max(a));
    return with_balances(economy, balances);
}

Tolerance tolerance_of(const EconomyConfig& economy) {
    const SolverConfig& solver = economy.solver;
    return {solver.stationarity, solver.gain, tolerated_exploitability(economy), solver.truncation};
}

namespace {

template <class G>
EquilibriumRecord solve_game(const EconomyConfig& economy, const StartFrom& from, const Progress& progress,
                             const Collective& ranks, SearchKeeper* keeper) {
    const auto begin = std::chrono::steady_clock::now();
    const EconomyConfig first = keeper != nullptr ? with_balances(economy, keeper->resumed_balances()) : economy;
    const auto first_game = build_game<G>(first, ranks.size(), kept_by(keeper));
    const auto resumed = keeper != nullptr ? keeper->resumed(part_of(*first_game, ranks.rank(), ranks.size()))
                                           : std::optional<SearchState>();
    auto [start, game, outcome] =
        search(first, first_game, from, progress, ranks, {keeper, resumed ? &*resumed : nullptr});
    Certified certified = certify(*game, outcome.mass, outcome.response, ranks);

    EquilibriumRecord record{
        .title = economy.title,
        .economy = to_toml(as_found(economy, game->layout())),
        .layout = std::shared_ptr<const Layout>(game, &game->layout()),
        .mass = std::move(outcome.mass),
        .value = std::move(certified.value),
        .average_payoff = std::move(certified.average_payoff),
        .response = std::move(outcome.response),
        .search = {std::string(name_of(economy.solver.method)), std::move(start),
                   std::string(name_of(economy.solver.karma_start)), outcome.lambda, economy.solver.lambda,
                   outcome.reason, outcome.amplitude, outcome.iterations, std::move(outcome.history),
                   std::move(outcome.branch)},
        .tolerance = tolerance_of(economy),
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

}  // namespace

EquilibriumRecord solve_economy(const EconomyConfig& economy, const StartFrom& from, const Progress& progress,
                                const Collective& ranks, SearchKeeper* keeper) {
    switch (economy.game) {
        case GameFamily::pairwise: return solve_game<Pairwise>(economy, from, progress, ranks, keeper);
        case GameFamily::multi_karma: break;
    }
    return solve_game<MultiKarma>(economy, from, progress, ranks, keeper);
}

void measure_stability(const EconomyConfig& economy, EquilibriumRecord& record, const Collective& ranks) {
    if (!record.certified) return;
    EvolutionSettings settings = search_settings(economy);
    settings.lambda = record.search.lambda;
    with_rules(as_found(economy, *record.layout), [&](auto rules) {
        const typename decltype(rules)::Game game(std::move(rules));
        record.stability = stability(game, settings, record.mass, record.response, ranks);
    });
}

}  // namespace polykarma
