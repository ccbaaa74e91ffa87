#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "base/fingerprint.hpp"
#include "command.hpp"
#include "config/choices.hpp"
#include "config/reader.hpp"
#include "io/run_checkpoints.hpp"
#include "io/simulation_file.hpp"
#include "io/summary.hpp"
#include "simulation_options.hpp"
#include "simulation_report.hpp"
#include "study/simulate_economy.hpp"
#include "work_dir_option.hpp"

namespace polykarma::cli {
namespace {

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
    if (economy.game == GameFamily::multi_karma && economy.tie_smoothing > 0.0)
        tell(fmt::format("polykarma: note: in the mean field ties are smoothed over tie_smoothing = {:g} of the population, "
                         "agents draw lots: payoffs differ by about as much times what a place is worth\n",
                         economy.tie_smoothing));
}

PeriodDisplay display_of(const Options& options, const SimulationSetup& setup, const Context& context) {
    return {context.ranks.is_root() ? progress_style(options.quiet()) : ProgressStyle::quiet, setup.seeds.size(),
            setup.plan.burn_in + setup.plan.periods, setup.agents};
}

int simulate_each(const Options& options, const EconomyConfig& economy, const std::vector<SimulationSetup>& setups,
                  const Context& context) {
    Table table = behaviours_table(economy, options.format());
    for (const auto& setup : setups) {
        PeriodDisplay display = display_of(options, setup, context);
        add_behaviour(table, simulate_economy(economy, setup, {std::ref(display), nullptr, {}}, context.ranks), economy);
    }
    if (!context.ranks.is_root()) return kSuccess;
    if (!options.quiet()) tell_notes(economy, setups.front());
    table.print(std::cout, options.format());
    return kSuccess;
}

}  // namespace

int simulate(const std::vector<std::string>& arguments, const Context& context) {
    Options options(
        "simulate ECONOMY --policy OUT.h5 --agents N --periods T [-o TRACE.h5] [OPTIONS]",
        "Plays an economy with a finite population of N agents, by the same rules as `solve` and integers\n"
        "throughout, and prints what every type experiences beside what the mean field of the policy says. Agents\n"
        "start from the distribution of the policy file, with the economy's karma to the nearest unit. Ranks of mpirun or srun\n"
        "share the agents; their number does not change the result. Exit code 5: stopped by a signal, with a\n"
        "checkpoint in --work-dir.",
        "Examples\n"
        "  polykarma solve inputs/tutorial/priority_lane.toml -o lane.h5\n"
        "  polykarma simulate inputs/tutorial/priority_lane.toml --policy lane.h5 --agents 1e5 --periods 500 -o trace.h5\n"
        "  polykarma simulate economy.toml --policy out.h5 --agents 1e4 --periods 1000 --behaviour sne=0.9 \\\n"
        "      --behaviour all=0.1                          a tenth bids all it has\n"
        "  polykarma simulate economy.toml --policy out.h5 --agents 1e4 --periods 1000 --each    a table of behaviours\n"
        "  polykarma simulate economy.toml --policy after.h5 --start before.h5 --agents 1e5 --periods 400 -o change.h5\n"
        "                                               from the equilibrium of one design to that of another\n"
        "  polykarma simulate economy.toml --policy uncontrolled --agents 1e4 --periods 100     nobody has priority\n"
        "  polykarma simulate economy.toml --policy out.h5 --agents 1e7 --periods 1000 -o trace.h5 --work-dir work --resume\n"
        "  mpirun -n 2 polykarma simulate economy.toml --policy out.h5 --agents 1e7 --periods 200 --seed 1 --seed 2\n");
    options.positional("ECONOMY", 1, "economy file (TOML)");
    options.add_output("write records, distributions and traces to this HDF5 file, while the run goes on");
    add_simulation_options(options);
    add_work_dir(options);
    options.add_set();
    options.add_format();
    options.add_quiet();
    if (!options.parse(arguments, context)) return kSuccess;

    const SimulationSetup setup = simulation_setup(options);
    const EconomyConfig economy = read_economy(options.get<std::string>("ECONOMY"), options.overrides());
    std::vector<std::filesystem::path> inputs{options.get<std::string>("ECONOMY")};
    if (setup.policy) inputs.push_back(*setup.policy);
    if (setup.start) inputs.push_back(*setup.start);
    const auto output = options.output(inputs);

    if (const auto setups = setups_of_each(options, setup); !setups.empty()) return simulate_each(options, economy, setups, context);
    const auto kept = kept_runs(options, economy, setup, output.has_value(), context.ranks);

    const bool root = context.ranks.is_root();
    SimulationRecord record;
    std::optional<SimulationFile> file;
    const auto recorder = [&](const SimulationRecord& begun) -> TraceRecorder* {
        if (!output) return nullptr;
        return &file.emplace(*output, begun, kept ? &kept->folder : nullptr, kept && kept->checkpoints.resumes(), context.ranks);
    };
    try {
        PeriodDisplay display = display_of(options, setup, context);
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
