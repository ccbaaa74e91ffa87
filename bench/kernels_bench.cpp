// Kernel rates on the highway-and-parking economy of [MK], unit exchange: 7,500 states, 195,000 state-action pairs.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <numeric>
#include <string>
#include <utility>

#include "base/build_info.hpp"
#include "certificate/certificate.hpp"
#include "config/reader.hpp"
#include "dynamics/line_sum.hpp"
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

const Part& part() {
    static const Part instance = whole(game());
    return instance;
}

/// A state from the middle of a solve: values, aggregates and responses have their usual shapes.
Evolution<MultiKarma>& midway() {
    static Evolution<MultiKarma> evolution = [] {
        Field mass(part());
        game().start_mass(KarmaStart::at_mean, mass);
        Evolution<MultiKarma> e(game(), EvolutionSettings{}, std::move(mass), even_response(part()));
        for (int i = 0; i < 2000; ++i) e.step();
        return e;
    }();
    return evolution;
}

/// `bytes`: of d, V and the stored response that one run reads and writes.
void report(benchmark::State& state, double bytes) {
    const auto runs = static_cast<double>(state.iterations());
    const auto pairs = static_cast<double>(part().pairs());
    state.counters["pairs/s"] = benchmark::Counter(runs * pairs, benchmark::Counter::kIsRate);
    state.counters["bytes/s"] = benchmark::Counter(runs * bytes, benchmark::Counter::kIsRate);
}

double state_bytes() { return 8.0 * static_cast<double>(game().layout().states()); }
/// Of a response stored for every pair, padding included.
double response_bytes() {
    std::size_t doubles = 0;
    for (const auto r : Range<Stage>(game().layout().stages()))
        part().for_each_site(r, [&](const Site&, std::size_t length) { doubles += padded(length); });
    return 8.0 * static_cast<double>(doubles);
}

/// Every action value formed and reduced by softmax to the value of the state: V read, V written. With lambda = 1 every
/// action is in range of the best and every exponential is formed; with 1000, the usual one, very few.
void value_sweep_softmax(benchmark::State& state) {
    const auto lambda = static_cast<double>(state.range(0));
    Operators<MultiKarma> operators(game());
    operators.aggregate(midway().mass(), midway().response());
    Field value = midway().value();
    std::vector<double> fresh(part().most_states());
    AlignedVector<double> weights(padded(game().layout().longest_row()));
    for (auto _ : state)
        for (std::size_t i = game().layout().stages(); i-- > 0;) {
            operators.rows(Stage{i}, value, [&](const Site& site, Row q) {
                const SoftmaxRow soft = softmax_weights(q, lambda, weights.data());
                fresh[site.state] = soft.weighted / soft.total;
            });
            std::copy(fresh.begin(), fresh.end(), value.stage(Stage{i}).begin());
        }
    report(state, 2.0 * state_bytes());
}
BENCHMARK(value_sweep_softmax)->ArgName("lambda")->Arg(1000)->Arg(1)->Unit(benchmark::kMicrosecond);

/// Every action value formed and reduced by maximum: the sweep of value iteration.
void value_sweep_maximum(benchmark::State& state) {
    Operators<MultiKarma> operators(game());
    operators.aggregate(midway().mass(), midway().response());
    const Field value = midway().value();
    std::vector<double> fresh(part().most_states());
    for (auto _ : state)
        for (std::size_t i = game().layout().stages(); i-- > 0;) {
            operators.rows(Stage{i}, value, [&](const Site& site, Row q) { fresh[site.state] = row_maximum(q); });
            benchmark::DoNotOptimize(fresh.data());
        }
    report(state, 2.0 * state_bytes());
}
BENCHMARK(value_sweep_maximum)->Unit(benchmark::kMicrosecond);

/// The two likeliest actions of every state: a response as sparse as that of an equilibrium.
const SparseResponse& two_actions() {
    static const SparseResponse instance = [] {
        SparseResponse response(part());
        std::vector<std::int32_t> by_weight;
        for (const auto r : Range<Stage>(game().layout().stages()))
            midway().response().for_each(r, [&](const Site&, Row row) {
                by_weight.resize(row.size());
                std::iota(by_weight.begin(), by_weight.end(), 0);
                const auto weight = [&](std::int32_t a) { return row[static_cast<std::size_t>(a)]; };
                std::ranges::partial_sort(by_weight, by_weight.begin() + 2, std::greater{}, weight);
                std::sort(by_weight.begin(), by_weight.begin() + 2);
                const double first = weight(by_weight[0]), second = weight(by_weight[1]);
                response.append(std::span(by_weight).first(2),
                                std::array{first / (first + second), second / (first + second)});
            });
        return response;
    }();
    return instance;
}

/// Pairs are those that the response holds.
void report_entries(benchmark::State& state) {
    const auto runs = static_cast<double>(state.iterations());
    const auto entries = static_cast<double>(two_actions().actions().size());
    state.counters["pairs/s"] = benchmark::Counter(runs * entries, benchmark::Counter::kIsRate);
}

/// The values of following a response of two actions in every state: V read, V written.
void value_sweep_sparse(benchmark::State& state) {
    const SparseResponse& response = two_actions();
    Operators<MultiKarma> operators(game());
    operators.aggregate(midway().mass(), response);
    const Field value = midway().value();
    std::vector<double> fresh(part().most_states());
    for (auto _ : state)
        for (std::size_t i = game().layout().stages(); i-- > 0;) {
            operators.values(Stage{i}, value, [&](const Site& site, const auto& q) {
                fresh[site.state] = response.expected_value(Stage{i}, site, q);
            });
            benchmark::DoNotOptimize(fresh.data());
        }
    report_entries(state);
}
BENCHMARK(value_sweep_sparse)->Unit(benchmark::kMicrosecond);

/// Aggregates of all stages under such a response: d and its entries read.
void aggregate_sparse(benchmark::State& state) {
    Operators<MultiKarma> operators(game());
    for (auto _ : state) operators.aggregate(midway().mass(), two_actions());
    report_entries(state);
}
BENCHMARK(aggregate_sparse)->Name("aggregate/two actions")->Unit(benchmark::kMicrosecond);

/// d moved one stage under such a response, all stages.
void push_sparse(benchmark::State& state) {
    Operators<MultiKarma> operators(game());
    Field pushed(part());
    operators.aggregate(midway().mass(), two_actions());
    for (auto _ : state)
        for (const auto r : Range<Stage>(game().layout().stages()))
            operators.push(r, midway().mass().stage(r), two_actions(), pushed.stage(game().layout().next(r)));
    report_entries(state);
}
BENCHMARK(push_sparse)->Name("push/two actions")->Unit(benchmark::kMicrosecond);

/// Aggregates of all stages: d and the stored response read.
void aggregate(benchmark::State& state) {
    Operators<MultiKarma> operators(game());
    for (auto _ : state) operators.aggregate(midway().mass(), midway().response());
    report(state, state_bytes() + response_bytes());
}
BENCHMARK(aggregate)->Unit(benchmark::kMicrosecond);

/// The tally alone, with its terms rounded to one grid and as they come: the former is what makes a sum over ranks
/// reproducible. d and the stored response read.
template <class Round>
void tally_with(Round&& round, std::span<double> sums) {
    const Layout& layout = game().layout();
    const Field& mass = midway().mass();
    for (const auto r : Range<Stage>(layout.stages())) {
        const std::size_t stride = padded(layout.stage(r).actions.size());
        std::fill_n(sums.begin(), game().sums_size(r), 0.0);
        const auto d = mass.stage(r);
        midway().response().for_each(r, [&](const Site& site, Row response) {
            if (d[site.state] < 0.5 * kShares.unit()) return;
            double* const joint = sums.data() + site.position * stride;
            for (std::size_t a = 0; a < padded(response.size()); a += simd::kWidth)
                simd::store(simd::load(joint + a) + round(d[site.state] * simd::load(response.data() + a)), joint + a);
        });
        benchmark::DoNotOptimize(sums.data());
    }
}

void tally(benchmark::State& state) {
    std::size_t size = 0;
    for (const auto r : Range<Stage>(game().layout().stages())) size = std::max(size, game().sums_size(r));
    AlignedVector<double> sums(size);
    const bool rounded = state.range(0) != 0;
    for (auto _ : state)
        if (rounded)
            tally_with(kShares, sums);
        else
            tally_with([](simd::Vec x) { return x; }, sums);
    report(state, state_bytes() + response_bytes());
}
BENCHMARK(tally)->ArgName("rounded")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

/// sum d V over all states, in one double and line by line into an exact sum: what a reproducible residual costs on top
/// of its terms. d and V read.
struct PlainSum {
    double total = 0.0;
    void add(const Site&, double term) { total += term; }
    [[nodiscard]] double value() { return total; }
};
struct ExactLineSum : LineSum {
    [[nodiscard]] double value() { return close().value(); }
};

template <class Sum>
double sum_of_stage(Stage r) {
    const auto d = std::as_const(midway()).mass().stage(r);
    const auto v = std::as_const(midway()).value().stage(r);
    Sum sum;
    part().for_each_site(r, [&](const Site& site, std::size_t) { sum.add(site, d[site.state] * v[site.state]); });
    return sum.value();
}

void sum_of_states(benchmark::State& state) {
    const auto sum = state.range(0) != 0 ? sum_of_stage<ExactLineSum> : sum_of_stage<PlainSum>;
    for (auto _ : state)
        for (const auto r : Range<Stage>(game().layout().stages())) benchmark::DoNotOptimize(sum(r));
    state.counters["bytes/s"] =
        benchmark::Counter(2.0 * state_bytes() * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(sum_of_states)->ArgName("exact")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

/// d moved one stage, all stages: d and the stored response read, d written.
void push(benchmark::State& state) {
    Operators<MultiKarma> operators(game());
    Field pushed(part());
    operators.aggregate(midway().mass(), midway().response());
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
    benchmark::AddCustomContext("pairs", std::to_string(part().pairs()));
    benchmark::AddCustomContext("response_bytes", std::to_string(static_cast<long>(response_bytes())));
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    add_context();
    midway();  // whichever benchmark comes first must not build it on its own time
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
