#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <memory>

#include "base/fingerprint.hpp"
#include "command.hpp"
#include "config/choices.hpp"
#include "config/reader.hpp"
#include "io/run_checkpoints.hpp"
#include "io/simulation_file.hpp"
#include "io/summary.hpp"
#include "simulation_report.hpp"
#include "study/simulate_economy.hpp"
#include "work_dir_option.hpp"

namespace polykarma::cli {
namespace po = boost::program_options;

namespace {

/// "[TYPE/]RULE[=SHARE]"
BehaviourShare behaviour_option(const std::string& text) {
    BehaviourShare part;
    std::string name = text;
    if (const auto equals = name.rfind('='); equals != std::string::npos) {
        const char* const end = name.data() + name.size();
        const auto read = std::from_chars(name.data() + equals + 1, end, part.share);
        if (read.ec != std::errc() || read.ptr != end || !(part.share > 0.0 && part.share <= 1.0))
            throw UsageError(fmt::format("--behaviour {} (not a share): above 0, up to 1", text));
        name.resize(equals);
    }
    if (const auto slash = name.rfind('/'); slash != std::string::npos) {
        part.type = name.substr(0, slash);
        name = name.substr(slash + 1);
    }
    const auto behaviour = Behaviour::named(name);
    if (!behaviour) throw UsageError(fmt::format("--behaviour {} (unknown): {}", text, Behaviour::kNames));
    part.behaviour = *behaviour;
    return part;
}

std::uint64_t seed_option(const std::string& text) {
    std::uint64_t seed = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, seed);
    if (read.ec != std::errc() || read.ptr != end)
        throw UsageError(fmt::format("--seed {} (out of range): a whole number from 0 to {}", text,
                                     std::numeric_limits<std::uint64_t>::max()));
    return seed;
}

/// --policy is a file, or one of these.
std::string allocations_without_karma() {
    std::string names;
    for (const auto name : ChoiceNames<Allocation>::names)
        if (name != name_of(Allocation::bids)) names += (names.empty() ? "" : ", ") + std::string(name);
    return names;
}

void take_policy(const Options& options, SimulationSetup& setup) {
    setup.policy_group = options.get<std::string>("point");
    if (!options.has("policy")) return;
    const auto policy = options.get<std::string>("policy");
    const auto& allocations = ChoiceNames<Allocation>::names;
    const auto* const allocation = std::ranges::find(allocations, std::string_view(policy));
    std::error_code ignored;
    if (allocation != allocations.end() && policy != name_of(Allocation::bids))
        setup.allocation = static_cast<Allocation>(allocation - allocations.begin());
    else if (!std::filesystem::exists(policy, ignored))
        throw IoError("--policy " + policy, "cannot be used", "there is no such file, and it is none of " + allocations_without_karma());
    else
        setup.policy = policy;
}

void take_behaviours(const Options& options, SimulationSetup& setup) {
    if (!options.has("policy") && !options.has("behaviour"))
        throw UsageError("neither --policy nor --behaviour: how do the agents bid? (see polykarma simulate --help)");
    if (options.has("behaviour"))
        for (const auto& text : options.get<std::vector<std::string>>("behaviour"))
            setup.behaviours.push_back(behaviour_option(text));
    else
        setup.behaviours.push_back({"", {setup.policy ? Behaviour::Rule::sne : Behaviour::Rule::zero, 0.0}, 1.0});
    for (const auto& part : setup.behaviours)
        if (part.behaviour.follows_policy() && !setup.policy)
            throw UsageError(fmt::format("--behaviour {} (without a policy): --policy OUT.h5 beside it, or another behaviour",
                                         part.behaviour.name()));
}

SimulationSetup setup_of(const Options& options) {
    for (const char* const option : {"agents", "periods"})
        if (!options.has(option)) throw UsageError(fmt::format("missing --{} (see polykarma simulate --help)", option));
    SimulationSetup setup;
    setup.agents = options.count("agents", 2);
    setup.plan.periods = static_cast<std::uint32_t>(options.count("periods", 1));
    setup.plan.burn_in = static_cast<std::uint32_t>(options.count("burn-in", 0));
    setup.plan.every = options.has("every") ? static_cast<std::uint32_t>(options.count("every", 1))
                                            : std::max(1U, setup.plan.periods / 50);
    setup.plan.traced_agents = options.count("trace-agents", 0);
    if (setup.plan.traced_agents > 0 && !options.has("output"))
        throw UsageError("--trace-agents (without a file to write them to): -o TRACE.h5 beside it");
    for (const auto& seed : options.get<std::vector<std::string>>("seed")) setup.seeds.push_back(seed_option(seed));
    if (options.has("start")) setup.start = options.get<std::string>("start");
    take_policy(options, setup);
    take_behaviours(options, setup);
    return setup;
}

/// A simulation that can be continued by another one.
struct KeptRunsOption {
    KeptRunsOption(const WorkDir& work_dir, std::string identity, std::size_t exogenous, const Collective& ranks)
        : folder(work_dir.directory, ranks),
          checkpoints(folder, std::move(identity), work_dir.interval, work_dir.resume, exogenous, ranks) {}

    WorkFolder folder;
    RunCheckpoints checkpoints;
};

std::uint64_t fingerprint(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(in), {});
    return polykarma::fingerprint(content);
}

/// Everything that the results depend on, a line each.
std::string identity_of(const EconomyConfig& economy, const SimulationSetup& setup, bool written) {
    const auto content = [](const std::optional<std::filesystem::path>& file) {
        return file ? fmt::format("a file of content {:016x}", fingerprint(*file)) : std::string("none");
    };
    std::string identity = fmt::format(
        "--agents {}\n--burn-in {}\n--periods {}\n--every {}\n--trace-agents {}\n"
        "allocation {}\n--policy {}\n--point {}\n--start {}\n--output {}\n",
        setup.agents, setup.plan.burn_in, setup.plan.periods, setup.plan.every, setup.plan.traced_agents,
        name_of(setup.allocation), content(setup.policy), setup.policy_group, content(setup.start),
        written ? "given" : "none");
    for (const std::uint64_t seed : setup.seeds) identity += fmt::format("--seed {}\n", seed);
    for (const auto& part : setup.behaviours)
        identity += fmt::format("--behaviour {}/{}={}\n", part.type, part.behaviour.name(), part.share);
    return identity + to_toml(economy);
}

std::unique_ptr<KeptRunsOption> kept_runs(const Options& options, const EconomyConfig& economy,
                                          const SimulationSetup& setup, bool written, const Collective& ranks) {
    const auto work_dir = work_dir_of(options);
    if (!work_dir) return nullptr;
    return std::make_unique<KeptRunsOption>(*work_dir, identity_of(economy, setup, written), economy.urgencies.size(), ranks);
}

/// What is no mistake, and yet not what one might take it for.
void tell_notes(const EconomyConfig& economy, const SimulationSetup& setup) {
    if (economy.game == GameFamily::pairwise && setup.agents % 2 == 1)
        tell(fmt::format("polykarma: note: {} agents are odd: one of them sits out in every contest\n", setup.agents));
    if (!setup.policy) return;
    if (!read_summary(*setup.policy, setup.policy_group).certified)
        tell(fmt::format("polykarma: note: {} is not certified: its policy is no equilibrium to the tolerance\n",
                         setup.policy->string()));
    if (economy.tie_smoothing > 0.0)
        tell(fmt::format("polykarma: note: in the mean field ties are smoothed over tie_smoothing = {:g} of the population, "
                         "agents draw lots: payoffs differ by about as much times what a place is worth\n",
                         economy.tie_smoothing));
}

}  // namespace

int simulate(const std::vector<std::string>& arguments, const Context& context) {
    Options options(
        "simulate ECONOMY --policy OUT.h5 --agents N --periods T [-o TRACE.h5] [OPTIONS]",
        "Plays an economy with a finite population of N agents, by the same rules as `solve` and integers\n"
        "throughout, and prints what every type experiences beside what the mean field of the policy says. Agents\n"
        "start from the distribution of the policy file, with exactly the economy's karma. Ranks of mpirun or srun\n"
        "share the agents; their number does not change the result. Exit code 5: stopped by a signal, with a\n"
        "checkpoint in --work-dir.",
        "Examples\n"
        "  polykarma solve inputs/tutorial/priority_lane.toml -o lane.h5\n"
        "  polykarma simulate inputs/tutorial/priority_lane.toml --policy lane.h5 --agents 1e5 --periods 500 -o trace.h5\n"
        "  polykarma simulate economy.toml --policy out.h5 --agents 1e4 --periods 1000 --behaviour sne=0.9 \\\n"
        "      --behaviour all=0.1                          a tenth bids all it has\n"
        "  polykarma simulate economy.toml --policy after.h5 --start before.h5 --agents 1e5 --periods 400 -o change.h5\n"
        "                                               from the equilibrium of one design to that of another\n"
        "  polykarma simulate economy.toml --policy uncontrolled --agents 1e4 --periods 100     nobody has priority\n"
        "  polykarma simulate economy.toml --policy out.h5 --agents 1e7 --periods 1000 -o trace.h5 --work-dir work --resume\n"
        "  mpirun -n 2 polykarma simulate economy.toml --policy out.h5 --agents 1e7 --periods 200 --seed 1 --seed 2\n");
    options.positional("ECONOMY", 1, "economy file (TOML)");
    options.add_output("write records, distributions and traces to this HDF5 file, while the run goes on");
    options.add()("policy", po::value<std::string>(),
                  "result file of `solve` for this very economy; or an allocation without karma: uncontrolled (nobody has "
                  "priority access), of pairs coin, turn (who has won less often) or dictator (who is more urgent)");
    options.add()("point", po::value<std::string>()->default_value("/"),
                  "where in the file of --policy: a group of a study file, e.g. /points/0003");
    options.add()("agents,N", po::value<double>(), "number of agents");
    options.add()("periods,T", po::value<double>(), "periods (days) that are measured");
    options.add()("burn-in", po::value<double>()->default_value(0), "periods before that");
    options.add()("every", po::value<double>(), "periods between two records (a fiftieth of all)");
    options.add()("seed", po::value<std::vector<std::string>>()->composing()->default_value({std::string("1")}, "1"),
                  "of the random numbers; several seeds are several runs");
    options.add()("behaviour", po::value<std::vector<std::string>>()->composing(),
                  "[TYPE/]RULE[=SHARE]: how a share of the agents bids, of all types or of one. Rules: sne (draws from "
                  "the policy), likely (its most likely bid), noisy:2 (sne, moved by up to 2; 1 to 1e6), all, zero, fraction:0.5 "
                  "(of what one can pay; 0 to 1), learn:0.05 (by experience; explores in 5 %). Repeatable; the shares of a type add up to 1");
    options.add()("start", po::value<std::string>(),
                  "result file whose distribution, and karma of each account, to start from instead of those of the policy: "
                  "another design");
    options.add()("trace-agents", po::value<double>()->default_value(0), "agents, chosen at random, to write contest by contest");
    add_work_dir(options);
    options.add_set();
    options.add_format();
    options.add_quiet();
    if (!options.parse(arguments, context)) return kSuccess;

    const SimulationSetup setup = setup_of(options);
    const EconomyConfig economy = read_economy(options.get<std::string>("ECONOMY"), options.overrides());
    std::vector<std::filesystem::path> inputs{options.get<std::string>("ECONOMY")};
    if (setup.policy) inputs.push_back(*setup.policy);
    if (setup.start) inputs.push_back(*setup.start);
    const auto output = options.output(inputs);

    const auto kept = kept_runs(options, economy, setup, output.has_value(), context.ranks);

    const bool root = context.ranks.is_root();
    SimulationRecord record;
    std::optional<SimulationFile> file;
    const auto recorder = [&](const SimulationRecord& begun) -> TraceRecorder* {
        if (!output) return nullptr;
        return &file.emplace(*output, begun, kept ? &kept->folder : nullptr, kept && kept->checkpoints.resumes(), context.ranks);
    };
    try {
        PeriodDisplay display(root ? progress_style(options.quiet()) : ProgressStyle::quiet, setup.seeds.size(),
                              setup.plan.burn_in + setup.plan.periods, setup.agents);
        record = simulate_economy(economy, setup, {std::ref(display), kept ? &kept->checkpoints : nullptr, recorder}, context.ranks);
    } catch (const Stopped&) {
        if (root) tell_stopped(kept->checkpoints.file());
        return kStopped;
    }
    if (file) file->keep({context.program_line, context.ranks.size()}, record.seconds());
    if (kept) kept->checkpoints.remove();
    if (file) file->remove();
    if (!root) return kSuccess;
    if (!options.quiet()) tell_notes(economy, setup);
    print_simulation(std::cout, record, options.format());
    if (output && options.format() == Format::text) std::cout << "written to " << output->string() << '\n';
    return kSuccess;
}

}  // namespace polykarma::cli
