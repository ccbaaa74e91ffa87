#include "sbatch_advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "study/simulation_checks.hpp"
#include "study/solve_economy.hpp"
#include "study/study_plan.hpp"

namespace polykarma::cli {
namespace {

constexpr double kPairsPerSecond = 4e8;
/// MiB of the largest machines there are.
constexpr double kLargestMachine = 32.0 * 1024.0 * 1024.0;
/// Below this a rank computes less than it waits for the others: docs/SCALING.md.
constexpr double kStatesOfRank = 1e5;
constexpr double kMostRanks = 4096.0;
/// A limit is a multiple of the estimate, which knows neither the machine nor how many steps an economy needs.
constexpr double kTimeMargin = 3.0;
constexpr double kShortestLimit = 300.0;
/// That a sweep should take, with as many ranks as that needs.
constexpr double kSecondsOfSweep = 3600.0;
/// Contests of agents on one core, as measured with ten million of them (bench/README.md); of few agents much of the time
/// goes into what happens once a contest.
constexpr double kContestsPerSecond = 3.2e7, kPairContestsPerSecond = 1.6e7, kSecondsOnce = 1.5e-6;
/// A rank with fewer agents waits for the others about as long as it plays.
constexpr double kAgentsOfRank = 1e5;
/// Points of a study that are looked at.
constexpr std::size_t kMostPoints = 1000;

std::string clock_time(double seconds) {
    const long s = std::lround(std::ceil(seconds));
    return fmt::format("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

/// A word that a shell reads as this very text.
std::string shell_word(const std::string& text) {
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

std::string no_machine(double memory) {
    return fmt::format("No machine holds this: {:.3g} TiB. Lower k_max.", memory / (1024.0 * 1024.0));
}

int ranks_for(const GameSize& size) {
    return static_cast<int>(std::clamp(std::floor(size.states / kStatesOfRank), 1.0, kMostRanks));
}

/// As large as accounts without a bound may become.
EconomyConfig at_its_largest(EconomyConfig economy) {
    if (economy.game == GameFamily::pairwise) economy.contest.k_max = economy.contest.largest_k_max;
    return economy;
}

double contests_per_second(const EconomyConfig& economy) {
    return economy.game == GameFamily::pairwise ? kPairContestsPerSecond : kContestsPerSecond;
}

/// Of agents on one core.
double seconds_of_play(const EconomyConfig& economy, double agents, double periods) {
    return periods * static_cast<double>(stage_names(economy).size()) *
           (agents / contests_per_second(economy) + kSecondsOnce);
}

/// Of a point, and of as many references as if no two points shared theirs.
double seconds_of_play(const EconomyConfig& economy, const SimulationConfig& played) {
    return seconds_of_play(economy, played.agents, static_cast<double>(played.periods) + played.burn_in) * played.seeds *
           static_cast<double>(1 + played.references.size());
}

struct Request {
    std::string what;  ///< is estimated
    std::string pace;  ///< where the time comes from: a line of its own
    int ranks;
    double memory;  ///< of a rank, MiB
    double limit;   ///< solver.memory_limit, where it counts
    double seconds;
};

std::string pace_of_solves() {
    return fmt::format("Steps are as many as the slower of the shipped economies need, at {:.0e} state-action pairs a second on "
                       "each core",
                       kPairsPerSecond);
}

std::string header_of(const Request& request) {
    if (request.memory > kLargestMachine)
        throw InputError({}, "--sbatch", "", "needs a machine that does not exist", no_machine(request.memory));
    std::string header = fmt::format(
        "#!/bin/bash\n# An estimate: {}.\n# {}\n"
        "# (bench/README.md), times {:.0f}; memory is the worst case, with checkpoints. The files of jobs/ go on across\n"
        "# a limit that is too short.\n",
        request.what, request.pace, kTimeMargin);
    header += fmt::format("#SBATCH --ntasks={}\n#SBATCH --mem-per-cpu={:.0f}M\n#SBATCH --time={}\n", request.ranks,
                          std::ceil(request.memory), clock_time(kShortestLimit + kTimeMargin * request.seconds));
    header += "#SBATCH --signal=B:USR1@120\n#SBATCH --requeue\n#SBATCH --open-mode=append\n";
    if (request.memory > request.limit)
        header += fmt::format("# and for polykarma: --set solver.memory_limit={:.0f}\n", std::ceil(request.memory));
    return header;
}

}  // namespace

double seconds_of_a_step(const GameSize& size) { return size.pairs / kPairsPerSecond; }

double typical_steps(const EconomyConfig& economy) {
    // The accelerated method needs a twentieth of it for most.
    return economy.solver.method == SolverMethod::dynamics ? 20000.0 : 10000.0;
}

double seconds_of_a_solve(const EconomyConfig& economy) {
    return typical_steps(economy) * seconds_of_a_step(estimate_size(economy));
}

std::string sbatch_line(const EconomyConfig& first, const std::string& file,
                        const std::vector<std::string>& overrides) {
    const EconomyConfig economy = at_its_largest(first);
    const double memory = std::ceil(solve_memory(estimate_size(economy), economy.solver.method));
    if (memory > kLargestMachine) return no_machine(memory) + '\n';
    std::string command = "polykarma solve " + shell_word(file) + " -o out.h5";
    for (const auto& change : overrides) command += " --set " + shell_word(change);
    if (memory > economy.solver.memory_limit) command += fmt::format(" --set solver.memory_limit={:.0f}", memory);
    return fmt::format("sbatch --ntasks=1 --mem={:.0f}M --time={} --wrap={}\n", memory,
                       clock_time(60.0 + kTimeMargin * seconds_of_a_solve(economy)), shell_word(command));
}

std::string sbatch_header(const EconomyConfig& first) {
    const EconomyConfig economy = at_its_largest(first);
    const GameSize size = estimate_size(economy);
    const int ranks = ranks_for(size);
    return header_of({fmt::format("{:.3g} states, {:.3g} pairs, {:.0f} steps, on ranks of {:.0e} states or more",
                                  size.states, size.pairs, typical_steps(economy), kStatesOfRank),
                      pace_of_solves(), ranks, solve_memory(size, economy.solver.method, ranks, Kept::yes), economy.solver.memory_limit,
                      seconds_of_a_solve(economy) / ranks});
}

std::string sbatch_header(const StudyConfig& study, const std::vector<std::string>& overrides) {
    const std::size_t points = study.size(), looked_at = std::min(points, kMostPoints);
    double seconds = 0.0, longest = 0.0, states = 0.0, memory = 0.0, limit = 0.0;
    int team = 1;
    for (std::size_t i = 0; i < looked_at; ++i) {
        try {
            const EconomyConfig economy =
                at_its_largest(economy_of(study, study.point(i * points / looked_at), overrides));
            const GameSize size = estimate_size(economy);
            const double of_point = typical_steps(economy) * predicted_work(economy) / kPairsPerSecond +
                                    seconds_of_play(economy, study.simulation);
            seconds += of_point;
            longest = std::max(longest, of_point);
            states = std::max(states, size.states);
            team = std::max(team, ranks_for(size));
            memory = std::max(memory, solve_memory(size, economy.solver.method, ranks_for(size), Kept::yes));
            limit = std::max(limit, economy.solver.memory_limit);
        } catch (const InputError&) {
            // It will be a row with its reason.
        }
    }
    if (states == 0.0)
        throw InputError({study.file.string(), 0}, "study", "", "no point is an economy", "at least one");
    const double evaluations =
        study.variables.empty() ? 1.0 : std::max(1.0, static_cast<double>(study.design.evaluations));
    seconds *= evaluations * static_cast<double>(points) / static_cast<double>(looked_at);
    longest *= evaluations;
    const double most_teams = std::max(1.0, std::min(static_cast<double>(points), kMostRanks / team));
    const double teams = std::clamp(std::ceil(seconds / team / kSecondsOfSweep), 1.0, most_teams);
    const int ranks = static_cast<int>(teams) * team;
    std::string header = header_of(
        {fmt::format("{} points of up to {:.3g} states, {:.3g} core hours in all", points, states, seconds / 3600.0),
         pace_of_solves(), ranks, memory, limit, std::max(seconds / ranks, longest / team)});
    if (team > 1) header += fmt::format("# and for polykarma: --ranks-per-economy {}\n", team);
    return header;
}

std::string sbatch_header_of_agents(const EconomyConfig& first, double agents, double periods) {
    const EconomyConfig economy = at_its_largest(first);
    const auto stages = static_cast<double>(stage_names(economy).size());
    const double contests = agents * periods * stages, seconds = seconds_of_play(economy, agents, periods);
    const double enough = std::ceil(seconds / kSecondsOfSweep);
    const double ranks = std::clamp(enough, 1.0, std::clamp(std::floor(agents / kAgentsOfRank), 1.0, kMostRanks));
    const double memory = simulation_memory(economy, agents, static_cast<int>(ranks), Kept::yes);
    return header_of({fmt::format("{:.3g} contests of {:.3g} agents, on ranks of {:.0e} or more", contests, agents, kAgentsOfRank),
                      fmt::format("The pace is {:.1e} contests of agents a second on each core", contests_per_second(economy)),
                      static_cast<int>(ranks), memory, economy.solver.memory_limit, seconds / ranks});
}

}  // namespace polykarma::cli
