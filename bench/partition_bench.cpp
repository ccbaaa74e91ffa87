// Time, traffic and memory of one iteration on an economy that ranks share: partition_bench --help.
#include <boost/program_options.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "config/reader.hpp"
#include "counted.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/logit_iteration.hpp"
#include "equilibrium/start.hpp"
#include "footprint.hpp"
#include "game/multi_karma.hpp"
#include "partition_results.hpp"

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
    add("csv", po::value(&request.csv), "append the results to this table, too");
    add("series", po::value(&request.series)->default_value(""), "a word for the first column of the table");
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

Traffic each_iteration(const Collective::Traffic& sent, const Request& request, const Collective& ranks) {
    std::array<std::int64_t, 3> sums{static_cast<std::int64_t>(sent.bytes),
                                     static_cast<std::int64_t>(sent.reduced_bytes),
                                     static_cast<std::int64_t>(sent.messages)};
    ranks.sum(sums);
    std::array<double, 2> most{static_cast<double>(sent.bytes), static_cast<double>(sent.messages)};
    ranks.maximum(most);
    const auto each = [&](auto sum) { return static_cast<double>(sum) / static_cast<double>(request.iterations); };
    return {each(sums[0]), each(sums[1]), each(sums[2]), each(sent.reductions), each(most[0]), each(most[1])};
}

template <class Iteration>
std::pair<Times, Traffic> measure(Iteration& iteration, const Request& request, const Collective& ranks) {
    using Clock = std::chrono::steady_clock;
    for (long i = 0; i < request.warm_up; ++i) iteration.step();
    Times times;
    ranks.barrier();
    ranks.reset_traffic();
    Collective::Traffic before;
    for (long i = 0; i < request.iterations; ++i) {
        const auto begin = Clock::now();
        iteration.step();
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        const Collective::Traffic now = ranks.traffic();
        times.all.push_back(seconds);
        times.exchanging.push_back(now.exchange_seconds - before.exchange_seconds);
        times.reducing.push_back(now.reduction_seconds - before.reduction_seconds);
        times.computing.push_back(seconds - times.exchanging.back() - times.reducing.back());
        before = now;
    }
    for (auto* list : {&times.all, &times.computing, &times.exchanging, &times.reducing}) ranks.maximum(*list);
    return {std::move(times), each_iteration(before, request, ranks)};
}

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

/// 1 when what was counted is not what follows from the partition.
int report(const Request& request, const Results& r, bool root) {
    const bool as_expected = r.traffic.exchanged == r.expected.exchanged && r.traffic.reduced == r.expected.reduced &&
                             r.total(OfRank::kStates) == static_cast<double>(r.states);
    if (!root) return as_expected ? 0 : 1;
    print(request, r);
    if (!request.csv.empty()) append_row(request, r);
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
