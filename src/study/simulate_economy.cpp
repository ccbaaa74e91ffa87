#include "study/simulate_economy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "agents/capacity_contest.hpp"
#include "agents/pair_contest.hpp"
#include "agents/start.hpp"
#include "config/choices.hpp"
#include "config/economy_difference.hpp"
#include "config/reader.hpp"
#include "game/families.hpp"
#include "io/stored_equilibrium.hpp"

namespace polykarma {
namespace {

constexpr double kShareTolerance = 1e-9;

void require_numbers(const SimulationSetup& setup, const EconomyConfig& economy, int ranks) {
    const auto refuse = [](const char* option, const auto& value, const std::string& why, const std::string& allowed) {
        throw InputError({}, option, fmt::format("{}", value), why, allowed);
    };
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    const char* const key = setup.agents_key.c_str();
    if (setup.agents < 2 || setup.agents > most)
        refuse(key, setup.agents, "out of range", fmt::format("2 to {}", most));
    if (setup.agents < static_cast<std::uint64_t>(ranks))
        refuse(key, setup.agents, fmt::format("fewer than the {} ranks", ranks), "at least one agent on every rank");
    if (setup.plan.periods == 0) refuse("--periods", 0, "nothing to play", "at least 1");
    if (setup.plan.every == 0) refuse("--every", 0, "out of range", "at least 1");
    const std::size_t stages = economy.game == GameFamily::pairwise ? 1 : economy.resources.size();
    const double contests = (1.0 * setup.plan.periods + setup.plan.burn_in) * static_cast<double>(stages);
    if (contests > static_cast<double>(most))
        refuse("--periods", setup.plan.periods, "more contests than are numbered", fmt::format("{} contests in all", most));
    if (setup.plan.traced_agents > setup.agents)
        refuse("--trace-agents", setup.plan.traced_agents, fmt::format("more than the {} agents", setup.agents),
               "0 to the number of agents");
    if (economy.urgencies.size() > 256)
        throw InputError(economy.where("urgency"), "urgency", "", "more than 256 urgencies cannot be simulated", "at most 256");
    std::set<std::uint64_t> seeds;
    for (const std::uint64_t seed : setup.seeds)
        if (!seeds.insert(seed).second)
            refuse("--seed", seed, "given twice: the runs would be the same", "a different seed for every run");
}

void require_places(const SimulationSetup& setup, const EconomyConfig& economy) {
    if (setup.allocation != Allocation::bids) return;
    for (const auto& resource : economy.resources) {
        const double places = resource.priority_capacity * static_cast<double>(setup.agents);
        if (places > 0.0 && places < 1.0)
            throw InputError({}, setup.agents_key, fmt::format("{}", setup.agents),
                             fmt::format("priority access to {} is for {:g} of them", resource.name, places),
                             fmt::format("at least {:g}, so that one gets it", std::ceil(1.0 / resource.priority_capacity)));
    }
}

/// The parts that a type consists of.
std::vector<BehaviourShare> parts_of(const SimulationSetup& setup, const std::string& type) {
    std::vector<BehaviourShare> parts;
    for (const std::string& owner : {type, std::string()}) {
        for (const auto& part : setup.behaviours)
            if (part.type == owner) parts.push_back(part);
        if (!parts.empty()) break;
    }
    double total = 0.0;
    for (const auto& part : parts) total += part.share;
    if (std::abs(total - 1.0) > kShareTolerance)
        throw InputError({}, "--behaviour", fmt::format("shares of {:g} together", total),
                         "those of type " + type + " do not add up to 1", "shares that do");
    return parts;
}

void require_known_types(const SimulationSetup& setup, const EconomyConfig& economy) {
    for (const auto& part : setup.behaviours) {
        const auto named = [&](const TypeConfig& type) { return type.name == part.type; };
        if (part.type.empty() || std::ranges::any_of(economy.types, named)) continue;
        std::string types;
        for (const auto& type : economy.types) types += (types.empty() ? "" : ", ") + type.name;
        throw InputError({}, "--behaviour", part.type + "/" + part.behaviour.name(), "unknown type", types);
    }
}

std::vector<Cohort> cohorts_of(const SimulationSetup& setup, const EconomyConfig& economy,
                               std::vector<Behaviour>& behaviours) {
    std::vector<double> shares;
    for (const auto& type : economy.types) shares.push_back(type.share);
    const auto of_type = dealt(setup.agents, shares);
    std::vector<Cohort> cohorts;
    std::uint64_t first = 0;
    for (std::size_t t = 0; t < of_type.size(); ++t) {
        const auto parts = parts_of(setup, economy.types[t].name);
        shares.clear();
        for (const auto& part : parts) shares.push_back(part.share);
        const auto of_part = dealt(of_type[t], shares);
        for (std::size_t p = 0; p < parts.size(); ++p) {
            if (of_part[p] == 0)
                throw InputError({}, setup.agents_key, fmt::format("{}", setup.agents),
                                 fmt::format("none of them is of type {} and behaves like {}", economy.types[t].name,
                                             parts[p].behaviour.name()),
                                 "more agents, or a larger share");
            const auto known = std::ranges::find(behaviours, parts[p].behaviour);
            const auto behaviour = static_cast<std::size_t>(known - behaviours.begin());
            if (known == behaviours.end()) behaviours.push_back(parts[p].behaviour);
            cohorts.push_back({Type{t}, behaviour, first, first + of_part[p]});
            first += of_part[p];
        }
    }
    return cohorts;
}

/// Agents are drawn from what a file holds: that has to be distributions, whatever its certificate says.
void require_distributions(const SocialState& state, const std::filesystem::path& file) {
    constexpr double tolerance = 1e-6;
    const Layout& layout = state.mass.part().layout();
    const auto is_near = [](double sum, double expected) { return std::abs(sum - expected) <= tolerance; };
    for (const auto r : Range<Stage>(layout.stages())) {
        std::vector<double> of_type(layout.types(), 0.0);
        bool are_shares = true;
        for (const auto b : Range<Block>(layout.blocks()))
            for (const double share : state.mass.block(r, b)) {
                are_shares = are_shares && share >= 0.0;
                of_type[layout.type(b).at()] += share;
            }
        for (std::size_t t = 0; t < of_type.size(); ++t)
            if (!are_shares || !is_near(of_type[t], layout.type_infos()[t].share))
                throw IoError(file.string(), "/d cannot be used",
                              fmt::format("of stage {} it is no distribution of the population", layout.stage(r).name));
        bool are_responses = true;
        state.response.for_each(r, [&](const Site&, const SparseRow& row) {
            double sum = 0.0;
            for (const double probability : row.probabilities) {
                are_responses = are_responses && probability >= 0.0;
                sum += probability;
            }
            are_responses = are_responses && is_near(sum, 1.0);
        });
        if (!are_responses)
            throw IoError(file.string(), "/pi cannot be used",
                          fmt::format("of stage {} it is no distribution over actions", layout.stage(r).name));
    }
}

/// A game and a state of it, all of it on every rank.
template <class G>
struct LoadedState {
    explicit LoadedState(const std::filesystem::path& file)
        : game(rules_from(read_stored_economy(file))), state(read_social_state(file, "/", whole(game))) {
        require_distributions(state, file);
    }
    LoadedState(const EconomyConfig& economy, std::span<const std::byte> image)
        : game(rules_from(economy)), state(read_social_state(image, whole(game))) {}

    G game;
    SocialState state;

private:
    static auto rules_from(const EconomyConfig& economy) {
        if constexpr (std::is_same_v<G, Pairwise>)
            return pairwise_rules_of(economy);
        else
            return rules_of(economy);
    }
};

/// Where agents start from, what they follow and what they are compared with, if they do and are.
struct Guidance {
    const Field* start = nullptr;
    StartKarma karma = StartKarma::of_economy;
    const SparseResponse* response = nullptr;
    const Distance* distance = nullptr;
};

void require_same_game(const std::filesystem::path& file, const EconomyConfig& economy) {
    if (const auto difference = first_difference(read_stored_economy(file), economy))
        throw InputError({}, "--policy", file.string(), "is of another economy: there " + *difference,
                         "an equilibrium of the economy that is simulated");
}

/// Another design's distribution means something here when its states are the same.
void require_same_states(const std::filesystem::path& file, const EconomyConfig& economy) {
    const EconomyConfig other = read_stored_economy(file);
    const auto names = [](const auto& list) {
        std::vector<std::string> result;
        for (const auto& element : list) result.push_back(element.name);
        return result;
    };
    // The lattice of a pairwise game is as large as its karma asks for.
    const auto limits = [](const EconomyConfig& e) {
        std::vector<int> result;
        for (const auto& resource : e.resources) result.push_back(resource.k_max);
        return result;
    };
    const char* const different = other.game != economy.game                           ? "rules"
                                  : names(other.types) != names(economy.types)         ? "types"
                                  : names(other.urgencies) != names(economy.urgencies) ? "urgencies"
                                  : limits(other) != limits(economy)                   ? "resources or k_max"
                                                                                       : nullptr;
    if (different != nullptr)
        throw InputError({}, "--start", file.string(), fmt::format("its {} are not those of the economy", different),
                         "a state of an economy with the same types, urgencies and k_max");
}

void require_allocation(const SimulationSetup& setup, const EconomyConfig& economy) {
    const bool pairs = economy.game == GameFamily::pairwise;
    const Allocation a = setup.allocation;
    if (a == Allocation::bids || pairs == (a != Allocation::uncontrolled)) return;
    throw InputError({}, "--policy", std::string(name_of(a)), pairs ? "agents meet in pairs" : "agents do not meet in pairs",
                     pairs ? "coin, turn, dictator, or a result file" : "uncontrolled, or a result file");
}

std::unique_ptr<Contest> make_contest(const MultiKarma& game, Allocation allocation, const RandomNumbers& numbers,
                                      std::uint64_t agents, const Collective& ranks) {
    return std::make_unique<CapacityContest>(game, allocation, numbers, agents, ranks);
}

std::unique_ptr<Contest> make_contest(const Pairwise& game, Allocation allocation, const RandomNumbers& numbers,
                                      std::uint64_t agents, const Collective& ranks) {
    return std::make_unique<PairContest>(game, allocation, numbers, agents, ranks);
}

/// What the game of a contest calls its things.
void describe(const Contest& contest, SimulationRecord& record) {
    record.numbers = contest.numbers();
    record.outcomes.assign(contest.outcomes().begin(), contest.outcomes().end());
    record.takes_part.clear();
    for (std::size_t o = 0; o < record.outcomes.size(); ++o) record.takes_part.push_back(contest.takes_part(o));
}

template <class G>
SimulationRecord play_all(const std::shared_ptr<const G>& game, const EconomyConfig& economy, const Guidance& guidance,
                          const SimulationSetup& setup, const SimulationCompany& company, const Collective& ranks) {
    SimulationRecord record{economy.title, to_toml(economy), std::shared_ptr<const Layout>(game, &game->layout()),
                            std::string(name_of(setup.allocation)), {}, {}, {}, setup.agents, setup.plan, setup.seeds};
    record.cohorts = cohorts_of(setup, economy, record.behaviours);
    describe(*make_contest(*game, setup.allocation, RandomNumbers(setup.seeds.front()), setup.agents, ranks), record);
    if (guidance.distance != nullptr) record.distance_of_sample = guidance.distance->of_sample(record.cohorts);
    if (company.keeper != nullptr) record.runs = company.keeper->ended();
    for (auto& ended : record.runs) ended.cohorts = record.cohorts;
    TraceRecorder* const recorder = company.recorder ? company.recorder(record) : nullptr;
    for (std::size_t run = record.runs.size(); run < setup.seeds.size(); ++run) {
        const RandomNumbers numbers(setup.seeds[run]);
        const auto contest = make_contest(*game, setup.allocation, numbers, setup.agents, ranks);
        Population agents(record.cohorts, game->layout().lattice().accounts(), ranks);
        if (std::ranges::count(record.behaviours, Behaviour::Rule::learn, &Behaviour::rule) > 0) agents.begin_to_learn();
        auto resumed = company.keeper != nullptr ? company.keeper->resumed(agents) : std::optional<OpenRun>();
        std::int64_t corrected = 0;
        if (!resumed) corrected = start_population(*contest, guidance.start, guidance.karma, numbers, ranks, agents);
        Bidding bidding(*contest, record.behaviours, record.cohorts, guidance.response, numbers);
        Simulation simulation(*contest, bidding, std::move(agents), numbers, ranks);
        const auto played = [&](std::uint32_t period) {
            if (company.played) company.played(run, period);
        };
        if (!resumed) {
            resumed = OpenRun{simulation.state(), {}, {}};
            resumed->trace.seed = setup.seeds[run];
            resumed->trace.corrected = corrected;
        }
        record.runs.push_back(play(simulation, *contest, setup.plan, numbers, ranks,
                                   {run, played, company.keeper, guidance.distance, recorder, std::move(resumed)}));
        if (company.keeper != nullptr) company.keeper->end(record.runs.back());
    }
    return record;
}

/// The lattice of a pairwise game is that of its policy.
template <class Rules>
SimulationRecord simulate(Rules rules, const EconomyConfig& economy, const SimulationSetup& setup,
                          const SimulationCompany& company, const Collective& ranks) {
    using G = typename Rules::Game;
    std::optional<LoadedState<G>> policy, start;
    if (setup.policy) policy.emplace(*setup.policy);
    if (setup.start) start.emplace(*setup.start);
    const auto game = std::make_shared<const G>(policy ? policy->game.rules() : std::move(rules));
    const std::optional<Distance> distance = policy ? std::make_optional<Distance>(policy->state.mass) : std::nullopt;
    const Guidance guidance{start ? &start->state.mass : policy ? &policy->state.mass : nullptr,
                            start ? StartKarma::of_distribution : StartKarma::of_economy,
                            policy ? &policy->state.response : nullptr, distance ? &*distance : nullptr};
    SimulationRecord record = play_all(game, economy, guidance, setup, company, ranks);
    if (setup.policy) record.mean_field = read_welfare(*setup.policy, "/", economy.types.size()).payoffs;
    return record;
}

void require_room(const SimulationSetup& setup, const EconomyConfig& economy, int ranks) {
    const double memory = simulation_memory(economy, static_cast<double>(setup.agents), ranks);
    if (memory <= economy.solver.memory_limit) return;
    const std::string key = "solver.memory_limit";
    throw InputError(economy.where(key), key, fmt::format("{:g} MiB", economy.solver.memory_limit),
                     fmt::format("{} agents need about {:.3g} MiB{}", setup.agents, memory, ranks > 1 ? " on every rank" : ""),
                     "raise the limit, use more ranks, or fewer agents");
}

void require_playable(const EconomyConfig& economy, const SimulationSetup& setup, int ranks) {
    require_numbers(setup, economy, ranks);
    require_room(setup, economy, ranks);
    require_allocation(setup, economy);
    require_places(setup, economy);
    require_known_types(setup, economy);
}

}  // namespace

double simulation_memory(const EconomyConfig& economy, double agents, int ranks, Kept kept) {
    constexpr double kMiB = 1024.0 * 1024.0;
    constexpr double program = 100.0;  // MiB, with MPI and HDF5
    // An agent has these, 4 more for every account, and 12 where pairs meet (agents/population.hpp), 8 in words to others.
    constexpr double agent = 26.0, pairing = 20.0;
    // Of a state of the policy, all of which every rank has: d, sparse rows, and the table that bids are drawn from.
    constexpr double policy = 64.0;
    const bool pairs = economy.game == GameFamily::pairwise;
    const double accounts = pairs ? 1.0 : static_cast<double>(economy.resources.size());
    // One process builds its checkpoint in memory, and has its bytes once more while it writes them.
    const double copies = kept == Kept::yes && ranks == 1 ? 3.0 : 1.0;
    return program + (copies * agents / ranks * (agent + 4.0 * accounts + (pairs ? pairing : 0.0)) +
                      policy * estimate_size(economy).states) / kMiB;
}

SimulationRecord simulate_economy(const EconomyConfig& economy, const SimulationSetup& setup,
                                  const SimulationCompany& company, const Collective& ranks) {
    require_playable(economy, setup, ranks.size());
    if (setup.policy) require_same_game(*setup.policy, economy);
    if (setup.start) require_same_states(*setup.start, economy);
    return with_rules(economy, [&](auto rules) { return simulate(std::move(rules), economy, setup, company, ranks); });
}

SimulationRecord simulate_equilibrium(const EconomyConfig& economy, std::span<const std::byte> image,
                                      const SimulationSetup& setup, const SimulationCompany& company,
                                      const Collective& ranks) {
    require_playable(economy, setup, ranks.size());
    return with_rules(economy, [&](const auto& rules) {
        using G = typename std::decay_t<decltype(rules)>::Game;
        const auto loaded = std::make_shared<const LoadedState<G>>(economy, image);
        return play_all(std::shared_ptr<const G>(loaded, &loaded->game), economy,
                        {&loaded->state.mass, StartKarma::of_economy, &loaded->state.response}, setup, company, ranks);
    });
}

}  // namespace polykarma
