// Time, traffic and memory of one iteration on an economy that ranks share: partition_bench --help.
#include <fmt/format.h>
#include <boost/program_options.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/build_info.hpp"
#include "config/reader.hpp"
#include "counted.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/logit_iteration.hpp"
#include "equilibrium/start.hpp"
#include "footprint.hpp"
#include "game/multi_karma.hpp"

namespace {

using namespace polykarma;
namespace po = boost::program_options;

/// A line of /proc/self/status in bytes; 0 where the system keeps none.
double status_bytes(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (double kilobytes = 0.0; word == name + ":" && status >> kilobytes) return 1024.0 * kilobytes;
    return 0.0;
}

std::string cpu_model() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name")) return line.substr(std::min(line.size(), line.find(':') + 2));
    return "unknown";
}

struct Request {
    std::string economy;
    std::vector<std::string> overrides;
    std::string method;
    long iterations = 0;
    long warm_up = 0;
    std::string json;
};

std::optional<Request> parse(int argc, char** argv, bool root) {
    Request request;
    po::options_description options("options");
    auto add = options.add_options();
    add("help,h", "print this and stop");
    add("set", po::value(&request.overrides)->composing(), "key=value: changes a key of the economy");
    add("method", po::value(&request.method)->default_value("logit"),
        "logit (no response stored) or dynamics (response stored)");
    add("iterations", po::value(&request.iterations)->default_value(20), "how many are measured");
    add("warm-up", po::value(&request.warm_up)->default_value(5), "how many go before");
    add("json", po::value(&request.json), "write the results to this file, too");
    po::options_description all(options);
    all.add_options()("ECONOMY", po::value(&request.economy));
    po::positional_options_description positional;
    positional.add("ECONOMY", 1);
    po::variables_map values;
    po::store(po::command_line_parser(argc, argv).options(all).positional(positional).run(), values);
    po::notify(values);
    if (values.count("help") > 0) {
        if (root)
            std::cout
                << "usage: [mpirun -n P --bind-to core] partition_bench ECONOMY [OPTIONS]\n\n"
                   "Measures iterations on an economy that the ranks share. Exit code 1 when the bytes sent differ\n"
                   "from those that follow from the partition.\n\n"
                << options;
        return {};
    }
    if (request.economy.empty()) throw po::error("missing argument ECONOMY");
    if (request.method != "logit" && request.method != "dynamics")
        throw po::error("--method " + request.method + " (unknown): logit or dynamics");
    if (request.iterations < 1 || request.warm_up < 0) throw po::error("--iterations and --warm-up: 1 and 0 at least");
    return request;
}

/// Of each measured iteration, the largest over the ranks.
struct Times {
    std::vector<double> all;
    std::vector<double> in_collectives;
};

/// What the measured iterations sent and visited, one iteration's worth of all ranks together.
struct Traffic {
    double exchanged = 0.0;
    double reduced = 0.0;
    double messages = 0.0;
    double reductions = 0.0;  // of one rank
};

template <class Iteration>
std::pair<Times, Traffic> measure(Iteration& iteration, const Request& request, const Collective& ranks) {
    using Clock = std::chrono::steady_clock;
    for (long i = 0; i < request.warm_up; ++i) iteration.step();
    Times times{std::vector<double>(static_cast<std::size_t>(request.iterations)), {}};
    times.in_collectives = times.all;
    ranks.barrier();
    ranks.reset_traffic();
    double waited = 0.0;
    for (std::size_t i = 0; i < times.all.size(); ++i) {
        const auto begin = Clock::now();
        iteration.step();
        times.all[i] = std::chrono::duration<double>(Clock::now() - begin).count();
        const double waited_since = std::exchange(waited, ranks.traffic().seconds);
        times.in_collectives[i] = waited - waited_since;
    }
    const Collective::Traffic sent = ranks.traffic();
    ranks.maximum(times.all);
    ranks.maximum(times.in_collectives);
    std::array<std::int64_t, 3> sums{static_cast<std::int64_t>(sent.bytes),
                                     static_cast<std::int64_t>(sent.reduced_bytes),
                                     static_cast<std::int64_t>(sent.messages)};
    ranks.sum(sums);
    const auto each = [&](auto sum) { return static_cast<double>(sum) / static_cast<double>(request.iterations); };
    return {std::move(times), Traffic{each(sums[0]), each(sums[1]), each(sums[2]), each(sent.reductions)}};
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

/// What every rank knows of itself.
struct OfRank {
    enum Number : std::size_t { kStates, kPairs, kGhosts, kPeak, kGrowth, kFormula, kNumbers };
    std::array<double, kNumbers> numbers{};
};

/// [rank], on every rank: a sum in which every term but one is zero.
std::vector<OfRank> gathered(const OfRank& own, const Collective& ranks) {
    constexpr std::size_t width = OfRank::kNumbers;
    std::vector<std::int64_t> table(width * static_cast<std::size_t>(ranks.size()));
    for (std::size_t i = 0; i < width; ++i)
        table[width * static_cast<std::size_t>(ranks.rank()) + i] = static_cast<std::int64_t>(own.numbers[i]);
    ranks.sum(table);
    std::vector<OfRank> all(static_cast<std::size_t>(ranks.size()));
    for (std::size_t i = 0; i < table.size(); ++i) all[i / width].numbers[i % width] = static_cast<double>(table[i]);
    return all;
}

struct Results {
    Times times;
    Traffic traffic;
    Traffic expected;  ///< exchanged and reduced bytes from the partition; the rest is not filled
    std::vector<OfRank> ranks;
    std::size_t states = 0;
    [[nodiscard]] double total(OfRank::Number number) const {
        double sum = 0.0;
        for (const auto& rank : ranks) sum += rank.numbers[number];
        return sum;
    }
};

/// Bytes of one iteration as they follow from the partition.
Traffic expected_traffic(const Part& part, const Collective& ranks) {
    if (ranks.size() == 1) return {};
    std::array<std::int64_t, 2> bytes{static_cast<std::int64_t>(footprint::traffic(part).total()),
                                      static_cast<std::int64_t>(footprint::reduced(part.layout()))};
    ranks.sum(bytes);
    Traffic traffic;
    traffic.exchanged = static_cast<double>(bytes[0]);
    traffic.reduced = static_cast<double>(bytes[1]);
    return traffic;
}

Results run(const Request& request, const Collective& ranks) {
    const EconomyConfig economy = read_economy(request.economy, request.overrides);
    const double before = status_bytes("VmRSS");
    const Counted game(rules_of(economy));
    const Part part = part_of(game, ranks.rank(), ranks.size());
    Field mass(part);
    game.start_mass(economy.solver.karma_start, mass);

    Results results;
    const bool logit = request.method == "logit";
    std::tie(results.times, results.traffic) = [&]() -> std::pair<Times, Traffic> {
        if (logit) {
            LogitIteration<Counted> iteration(game, economy.solver.lambda, economy.solver.step, std::move(mass),
                                              Field(part), ranks);
            auto measured = measure(iteration, request, ranks);
            game.visits();
            iteration.step();
            return measured;
        }
        EvolutionSettings settings;
        settings.lambda = economy.solver.lambda;
        settings.step = economy.solver.step;
        settings.response_rate = economy.solver.response_rate;
        Evolution<Counted> iteration(game, settings, std::move(mass), even_response(part), ranks);
        auto measured = measure(iteration, request, ranks);
        game.visits();
        iteration.step();
        return measured;
    }();

    OfRank own;
    const double peak = status_bytes("VmHWM");
    std::size_t ghosts = 0;
    for (const auto r : Range<Stage>(game.layout().stages())) ghosts += footprint::ghosts(part, r);
    own.numbers[OfRank::kStates] = static_cast<double>(game.visits() / (logit ? 2 : 1));  // logit visits a state twice
    own.numbers[OfRank::kPairs] = static_cast<double>(part.pairs());
    own.numbers[OfRank::kGhosts] = static_cast<double>(ghosts);
    own.numbers[OfRank::kPeak] = peak;
    own.numbers[OfRank::kGrowth] = peak - before;
    own.numbers[OfRank::kFormula] = (logit ? footprint::of_logit(part) : footprint::of_dynamics(part)).total();
    results.ranks = gathered(own, ranks);
    results.expected = expected_traffic(part, ranks);
    results.states = game.layout().states();
    return results;
}

void print(const Request& request, const Results& r) {
    const double pairs = r.total(OfRank::kPairs);
    const double seconds = median(r.times.all);
    const auto least = [](const std::vector<double>& v) { return *std::min_element(v.begin(), v.end()); };
    fmt::print("{}, {}, {} rank(s), {} iterations\n", request.economy, request.method, r.ranks.size(),
               request.iterations);
    fmt::print("seconds                 {:12.6f}   fastest {:.6f}\n", seconds, least(r.times.all));
    fmt::print("seconds in collectives  {:12.6f}   fastest {:.6f}\n", median(r.times.in_collectives),
               least(r.times.in_collectives));
    fmt::print("pairs per second        {:12.4g}   of {:.4g} pairs\n", pairs / seconds, pairs);
    fmt::print("bytes exchanged         {:12.0f}   formula {:.0f}, in {:.0f} messages\n", r.traffic.exchanged,
               r.expected.exchanged, r.traffic.messages);
    fmt::print("bytes reduced           {:12.0f}   formula {:.0f}, in {:.0f} reductions\n", r.traffic.reduced,
               r.expected.reduced, r.traffic.reductions);
    fmt::print("\n{:>4} {:>12} {:>13} {:>8} {:>10} {:>10} {:>11}\n", "rank", "states swept", "pairs", "ghosts",
               "peak MiB", "grown MiB", "formula MiB");
    constexpr double kMiB = 1024.0 * 1024.0;
    const auto row = [](auto name, auto&& number) {
        fmt::print("{:>4} {:12.0f} {:13.0f} {:8.0f} {:10.1f} {:10.1f} {:11.1f}\n", name, number(OfRank::kStates),
                   number(OfRank::kPairs), number(OfRank::kGhosts), number(OfRank::kPeak) / kMiB,
                   number(OfRank::kGrowth) / kMiB, number(OfRank::kFormula) / kMiB);
    };
    for (std::size_t i = 0; i < r.ranks.size(); ++i) row(i, [&](auto n) { return r.ranks[i].numbers[n]; });
    row("all", [&](auto n) { return r.total(n); });
}

std::string json(const Request& request, const Results& r) {
    const auto list = [](const std::vector<double>& values) {
        return fmt::format("[{:.9g}]", fmt::join(values, ", "));
    };
    const auto of_ranks = [&](OfRank::Number number) {
        std::vector<double> values;
        for (const auto& rank : r.ranks) values.push_back(rank.numbers[number]);
        return fmt::format("[{:.0f}]", fmt::join(values, ", "));
    };
    const BuildInfo& build = build_info();
    std::string out = "{\n";
    const auto entry = [&](const char* key, const std::string& value) {
        out += fmt::format("{} \"{}\": {}", out.size() > 2 ? ",\n" : "", key, value);
    };
    const auto text = [](std::string_view value) { return fmt::format("\"{}\"", value); };
    entry("economy", text(std::filesystem::path(request.economy).stem().string()));
    entry("ranks", fmt::format("{}", r.ranks.size()));
    entry("method", text(request.method));
    entry("iterations", fmt::format("{}", request.iterations));
    entry("warm_up", fmt::format("{}", request.warm_up));
    entry("cpu", text(cpu_model()));
    entry("compiler", text(build.compiler));
    entry("flags", text(build.flags));
    entry("commit", text(build.commit));
    entry("seconds", list(r.times.all));
    entry("seconds_in_collectives", list(r.times.in_collectives));
    entry("bytes_exchanged", fmt::format("{:.0f}", r.traffic.exchanged));
    entry("bytes_exchanged_formula", fmt::format("{:.0f}", r.expected.exchanged));
    entry("bytes_reduced", fmt::format("{:.0f}", r.traffic.reduced));
    entry("bytes_reduced_formula", fmt::format("{:.0f}", r.expected.reduced));
    entry("messages", fmt::format("{:.0f}", r.traffic.messages));
    entry("states", of_ranks(OfRank::kStates));
    entry("pairs", of_ranks(OfRank::kPairs));
    entry("ghosts", of_ranks(OfRank::kGhosts));
    entry("peak_bytes", of_ranks(OfRank::kPeak));
    entry("growth_bytes", of_ranks(OfRank::kGrowth));
    entry("formula_bytes", of_ranks(OfRank::kFormula));
    return out + "\n}\n";
}

/// 1 when what was counted is not what follows from the partition.
int report(const Request& request, const Results& r, bool root) {
    const bool as_expected = r.traffic.exchanged == r.expected.exchanged && r.traffic.reduced == r.expected.reduced &&
                             r.total(OfRank::kStates) == static_cast<double>(r.states);
    if (!root) return as_expected ? 0 : 1;
    print(request, r);
    if (!request.json.empty()) {
        std::ofstream file(request.json);
        file << json(request, r);
        file.close();
        if (!file) throw IoError(request.json, "cannot be written", "");
    }
    if (!as_expected) std::cerr << "partition_bench: bytes or states differ from what follows from the partition\n";
    return as_expected ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const MpiSession session(argc, argv);
    const Collective ranks = Collective::world(session);
    return session.run([&] {
        try {
            const auto request = parse(argc, argv, ranks.is_root());
            return request ? report(*request, run(*request, ranks), ranks.is_root()) : 0;
        } catch (const boost::program_options::error& error) {
            throw InputError(error.what());
        }
    });
}
