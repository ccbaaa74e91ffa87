// Kernel rates on the highway-and-parking economy of [MK], unit exchange: 7,500 states, 195,000 state-action pairs.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>

#include "base/build_info.hpp"
#include "certificate/certificate.hpp"
#include "config/reader.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"
#include "game/multi_karma.hpp"

namespace {

using namespace polykarma;

const MultiKarma& game() {
    static const MultiKarma instance(
        rules_of(read_economy(POLYKARMA_INPUTS "/paper/multi_karma/highway_parking.toml")));
    return instance;
}

/// A state from the middle of a solve: values, aggregates and responses have their usual shapes.
Evolution<MultiKarma>& midway() {
    static Evolution<MultiKarma> evolution = [] {
        Field mass(game().layout());
        game().start_mass(KarmaStart::at_mean, mass);
        Evolution<MultiKarma> e(game(), EvolutionSettings{}, std::move(mass), even_response(game().layout()));
        for (int i = 0; i < 2000; ++i) e.step();
        return e;
    }();
    return evolution;
}

/// `bytes`: of d, V and the stored response that one run reads and writes.
void report(benchmark::State& state, double bytes) {
    const auto runs = static_cast<double>(state.iterations());
    const auto pairs = static_cast<double>(game().layout().pairs());
    state.counters["pairs/s"] = benchmark::Counter(runs * pairs, benchmark::Counter::kIsRate);
    state.counters["bytes/s"] = benchmark::Counter(runs * bytes, benchmark::Counter::kIsRate);
}

double state_bytes() { return 8.0 * static_cast<double>(game().layout().states()); }
double response_bytes() { return 8.0 * static_cast<double>(game().layout().response_size()); }

std::size_t longest_row() {
    std::size_t longest = 0;
    for (const auto r : Range<Stage>(game().layout().stages()))
        longest = std::max(longest, game().layout().stage(r).actions.size());
    return padded(longest);
}

/// Every action value formed and reduced by softmax to the value of the state: V read, V written. With lambda = 1 every
/// action is in range of the best and every exponential is formed; with 1000, the usual one, very few.
void value_sweep_softmax(benchmark::State& state) {
    const auto lambda = static_cast<double>(state.range(0));
    Operators<MultiKarma> operators(game());
    for (const auto r : Range<Stage>(game().layout().stages()))
        operators.aggregate(r, midway().mass().stage(r), midway().response());
    Field value = midway().value();
    std::vector<double> fresh(game().layout().blocks() * game().layout().sites());
    AlignedVector<double> weights(padded(longest_row()));
    for (auto _ : state)
        for (std::size_t i = game().layout().stages(); i-- > 0;) {
            std::size_t x = 0;
            operators.rows(Stage{i}, value, [&](const Site&, Row q) {
                const SoftmaxRow soft = softmax_weights(q, lambda, weights.data());
                fresh[x++] = soft.weighted / soft.total;
            });
            std::copy(fresh.begin(), fresh.end(), value.stage(Stage{i}).begin());
        }
    report(state, 2.0 * state_bytes());
}
BENCHMARK(value_sweep_softmax)->ArgName("lambda")->Arg(1000)->Arg(1)->Unit(benchmark::kMicrosecond);

/// Every action value formed and reduced by maximum: the sweep of value iteration.
void value_sweep_maximum(benchmark::State& state) {
    Operators<MultiKarma> operators(game());
    for (const auto r : Range<Stage>(game().layout().stages()))
        operators.aggregate(r, midway().mass().stage(r), midway().response());
    const Field value = midway().value();
    std::vector<double> fresh(game().layout().blocks() * game().layout().sites());
    for (auto _ : state)
        for (std::size_t i = game().layout().stages(); i-- > 0;) {
            std::size_t x = 0;
            operators.rows(Stage{i}, value, [&](const Site&, Row q) { fresh[x++] = row_maximum(q); });
            benchmark::DoNotOptimize(fresh.data());
        }
    report(state, 2.0 * state_bytes());
}
BENCHMARK(value_sweep_maximum)->Unit(benchmark::kMicrosecond);

/// Aggregates of all stages: d and the stored response read.
void aggregate(benchmark::State& state) {
    Operators<MultiKarma> operators(game());
    for (auto _ : state)
        for (const auto r : Range<Stage>(game().layout().stages()))
            operators.aggregate(r, midway().mass().stage(r), midway().response());
    report(state, state_bytes() + response_bytes());
}
BENCHMARK(aggregate)->Unit(benchmark::kMicrosecond);

/// d moved one stage, all stages: d and the stored response read, d written.
void push(benchmark::State& state) {
    Operators<MultiKarma> operators(game());
    Field pushed(game().layout());
    for (const auto r : Range<Stage>(game().layout().stages()))
        operators.aggregate(r, midway().mass().stage(r), midway().response());
    for (auto _ : state)
        for (const auto r : Range<Stage>(game().layout().stages()))
            operators.push(r, midway().mass().stage(r), midway().response(), pushed.stage(game().layout().next(r)));
    report(state, 2.0 * state_bytes() + response_bytes());
}
BENCHMARK(push)->Unit(benchmark::kMicrosecond);

/// One step of the evolutionary dynamics: the stored response read twice and written once.
void dynamics_step(benchmark::State& state) {
    Evolution<MultiKarma> evolution = midway();
    for (auto _ : state) benchmark::DoNotOptimize(evolution.step());
    report(state, 6.0 * state_bytes() + 3.0 * response_bytes());
}
BENCHMARK(dynamics_step)->Unit(benchmark::kMicrosecond);

/// The whole certificate of a state, value of the response and optimal value of one agent included.
void certificate(benchmark::State& state) {
    const SparseResponse response(midway().response(), 1e-15);
    for (auto _ : state) benchmark::DoNotOptimize(certify(game(), midway().mass(), response));
}
BENCHMARK(certificate)->Unit(benchmark::kMicrosecond);

/// Rate of the machine for comparison: a = b + s c from arrays in the first-level cache, the second level and memory.
void triad(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    AlignedVector<double> a(n, 1.0);
    const AlignedVector<double> b(n, 2.0), c(n, 3.0);
    for (auto _ : state) {
        for (std::size_t i = 0; i < n; i += simd::kWidth)
            simd::store(simd::load(b.data() + i) + 0.5 * simd::load(c.data() + i), a.data() + i);
        benchmark::DoNotOptimize(a.data());
        benchmark::ClobberMemory();
    }
    state.counters["bytes/s"] = benchmark::Counter(
        24.0 * static_cast<double>(n) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(triad)->ArgName("doubles")->Arg(1 << 10)->Arg(1 << 15)->Arg(1 << 23)->Unit(benchmark::kMicrosecond);

std::string cpu_model() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name")) return line.substr(std::min(line.size(), line.find(':') + 2));
    return "unknown";
}

void add_context() {
    const BuildInfo& build = build_info();
    for (const auto& [key, value] : {std::pair{"commit", build.commit},
                                     {"compiler", build.compiler},
                                     {"build_type", build.build_type},
                                     {"flags", build.flags}})
        benchmark::AddCustomContext(key, std::string(value));
    benchmark::AddCustomContext("cpu", cpu_model());
    benchmark::AddCustomContext("states", std::to_string(game().layout().states()));
    benchmark::AddCustomContext("pairs", std::to_string(game().layout().pairs()));
    benchmark::AddCustomContext("response_bytes", std::to_string(8 * game().layout().response_size()));
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    add_context();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
