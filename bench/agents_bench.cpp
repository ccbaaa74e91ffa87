// What a contest of one agent costs, random numbers and policy look-up included. Rates are agent-contests per second;
// run on a quiet machine, and take the fastest of several repetitions (--benchmark_repetitions).
#include <benchmark/benchmark.h>

#include <memory>
#include <numeric>
#include <optional>

#include "agents/capacity_contest.hpp"
#include "agents/start.hpp"
#include "agents/simulation.hpp"
#include "config/reader.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"

namespace polykarma {
namespace {

/// The case study after some steps of the dynamics: karma and bids are spread like in its equilibrium.
struct CaseStudy {
    CaseStudy() : game(rules_of(read_economy(POLYKARMA_INPUTS "/paper/multi_karma/highway_parking.toml"))) {
        Field start(whole(game));
        game.start_mass(KarmaStart::at_mean, start);
        Evolution<MultiKarma> evolution(game, EvolutionSettings{}, std::move(start), even_response(whole(game)));
        for (int step = 0; step < 400; ++step) static_cast<void>(evolution.step());
        mass.emplace(evolution.mass());
        response.emplace(evolution.response(), 1e-6);
    }
    MultiKarma game;
    std::optional<Field> mass;
    std::optional<SparseResponse> response;
};

const CaseStudy& case_study() {
    static const CaseStudy study;
    return study;
}

void play(benchmark::State& state, Behaviour behaviour) {
    const auto agents = static_cast<std::uint64_t>(state.range(0));
    const CaseStudy& study = case_study();
    const RandomNumbers numbers(1);
    const Collective ranks = Collective::serial();
    CapacityContest contest(study.game, CapacityContest::Access::bids, numbers, agents, ranks);
    std::vector<Cohort> cohorts{{Type{}, 0, 0, agents / 2}, {Type{std::size_t{1}}, 0, agents / 2, agents}};
    Population population(std::move(cohorts), 2, ranks);
    static_cast<void>(start_population(contest, &*study.mass, numbers, ranks, population));
    Bidding bidding(contest, {behaviour}, &*study.response, numbers);
    Simulation simulation(contest, bidding, std::move(population), numbers, ranks);
    for (auto _ : state) simulation.period();
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(agents * study.game.layout().stages()));
}

BENCHMARK_CAPTURE(play, capacity_sne, Behaviour{Behaviour::Rule::sne, 0.0})
    ->Arg(10'000)->Arg(1'000'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(play, capacity_zero, Behaviour{Behaviour::Rule::zero, 0.0})
    ->Arg(1'000'000)->Unit(benchmark::kMillisecond);

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
