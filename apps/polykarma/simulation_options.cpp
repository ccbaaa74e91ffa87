#include "simulation_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>

#include "base/error.hpp"
#include "config/choices.hpp"

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
    std::vector<std::string_view> names;
    for (const auto name : ChoiceNames<Allocation>::names)
        if (name != name_of(Allocation::bids)) names.push_back(name);
    return fmt::format("{}", fmt::join(names, ", "));
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
    if (!options.has("policy") && !options.has("behaviour") && !options.has("each"))
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

}  // namespace

void add_simulation_options(Options& options) {
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
    options.add()("each", "everybody behaves like the first --behaviour, then like the second, ... (without: like every simple "
                          "one); prints a table of their payoffs and welfare");
    options.add()("start", po::value<std::string>(),
                  "result file whose distribution, and karma of each account, to start from instead of those of the policy: "
                  "another design");
    options.add()("trace-agents", po::value<double>()->default_value(0), "agents, chosen at random, to write contest by contest");
}

SimulationSetup simulation_setup(const Options& options) {
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
    if (!setup.policy && setup.policy_group != "/")
        throw UsageError(fmt::format("--point {} (without a policy file): --policy STUDY.h5 beside it", setup.policy_group));
    take_behaviours(options, setup);
    return setup;
}

std::vector<SimulationSetup> setups_of_each(const Options& options, const SimulationSetup& setup) {
    if (!options.has("each")) return {};
    for (const char* const option : {"output", "work-dir"})
        if (options.has(option)) throw UsageError(fmt::format("--each --{} (a table is all there is): one of them", option));
    if (setup.allocation != Allocation::bids)
        throw UsageError("--each (nobody bids here): --policy OUT.h5, or no --policy");
    std::vector<Behaviour> behaviours;
    using Rule = Behaviour::Rule;
    if (options.has("behaviour")) {
        for (const auto& part : setup.behaviours) {
            if (!part.type.empty() || part.share != 1.0)
                throw UsageError("--each (with a type or a share): behaviours of everybody");
            behaviours.push_back(part.behaviour);
        }
    } else {
        if (setup.policy) behaviours = {{Rule::sne, 0.0}, {Rule::likely, 0.0}, {Rule::noisy, 1.0}};
        behaviours.insert(behaviours.end(), {{Rule::all, 0.0}, {Rule::fraction, 0.5}, {Rule::zero, 0.0}});
    }
    std::vector<SimulationSetup> setups(behaviours.size(), setup);
    for (std::size_t i = 0; i < setups.size(); ++i) setups[i].behaviours = {{"", behaviours[i], 1.0}};
    return setups;
}

}  // namespace polykarma::cli
