// What a contest of one agent costs, random numbers and policy look-up included. Rates are agent-contests per second;
// run on a quiet machine, and take the fastest of several repetitions (--benchmark_repetitions).
#include <benchmark/benchmark.h>

#include <memory>
#include <numeric>
#include <optional>

#include "agents/capacity_contest.hpp"
#include "agents/pair_contest.hpp"
#include "agents/start.hpp"
#include "agents/simulation.hpp"
#include "config/reader.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"

namespace polykarma {
namespace {

/// A case study after some steps of the dynamics: karma and bids are spread like in its equilibrium.
template <class G>
struct CaseStudy {
    explicit CaseStudy(G a_game) : game(std::move(a_game)) {
        Field start(whole(game));
        game.start_mass(KarmaStart::at_mean, start);
        Evolution<G> evolution(game, EvolutionSettings{}, std::move(start), even_response(whole(game)));
        for (int step = 0; step < 400; ++step) static_cast<void>(evolution.step());
        mass.emplace(evolution.mass());
        response.emplace(evolution.response(), 1e-6);
    }
    G game;
    std::optional<Field> mass;
    std::optional<SparseResponse> response;
};

const CaseStudy<MultiKarma>& highway_parking() {
    static const CaseStudy study(MultiKarma(rules_of(read_economy(POLYKARMA_INPUTS "/paper/multi_karma/highway_parking.toml"))));
    return study;
}

const CaseStudy<Pairwise>& self_contained() {
    static const CaseStudy study(
        Pairwise(pairwise_rules_of(read_economy(POLYKARMA_INPUTS "/paper/self_contained/case_study.toml"))));
    return study;
}

template <class AContest, class G>
void play(benchmark::State& state, const CaseStudy<G>& study, Behaviour behaviour, Allocation allocation) {
    const auto agents = static_cast<std::uint64_t>(state.range(0));
    const RandomNumbers numbers(1);
    const Collective ranks = Collective::serial();
    AContest contest(study.game, allocation, numbers, agents, ranks);
    std::vector<double> shares;
    for (const auto& type : study.game.rules().types) shares.push_back(type.share);
    std::vector<Cohort> cohorts;
    std::uint64_t first = 0;
    for (const std::uint64_t count : dealt(agents, shares)) {
        cohorts.push_back({Type{cohorts.size()}, 0, first, first + count});
        first += count;
    }
    Population population(std::move(cohorts), study.game.layout().lattice().accounts(), ranks);
    static_cast<void>(start_population(contest, &*study.mass, StartKarma::of_economy, numbers, ranks, population));
    Bidding bidding(contest, {behaviour}, population.cohorts, &*study.response, numbers);
    Simulation simulation(contest, bidding, std::move(population), numbers, ranks);
    for (auto _ : state) simulation.period();
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(agents * study.game.layout().stages()));
}

void capacity(benchmark::State& state, Behaviour behaviour) {
    play<CapacityContest>(state, highway_parking(), behaviour, Allocation::bids);
}
BENCHMARK_CAPTURE(capacity, sne, Behaviour{Behaviour::Rule::sne, 0.0})
    ->Arg(10'000)->Arg(1'000'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(capacity, zero, Behaviour{Behaviour::Rule::zero, 0.0})->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void pairs(benchmark::State& state, Allocation allocation) {
    play<PairContest>(state, self_contained(), Behaviour{}, allocation);
}
BENCHMARK_CAPTURE(pairs, bids, Allocation::bids)
    ->Arg(200)->Arg(10'000)->Arg(1'000'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pairs, turn, Allocation::turn)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void random_words(benchmark::State& state) {
    const RandomNumbers numbers(1);
    RandomNumbers::Tile tile;
    std::uint32_t time = 0;
    for (auto _ : state) {
        numbers.fill(tile, kTile, 0, ++time, ChanceOf::bid);
        benchmark::DoNotOptimize(tile);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTile));
}
BENCHMARK(random_words);

void random_order(benchmark::State& state) {
    const RandomPermutation order(10'000'000, RandomNumbers(1), 0, ChanceOf::credit);
    std::vector<std::uint32_t> places(kTile);
    for (auto _ : state) {
        std::iota(places.begin(), places.end(), 4711U);
        order(places);
        benchmark::DoNotOptimize(places.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTile));
}
BENCHMARK(random_order);

}  // namespace
}  // namespace polykarma

BENCHMARK_MAIN();
