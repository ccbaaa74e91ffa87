#include "study/simulate_economy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "agents/capacity_contest.hpp"
#include "agents/pair_contest.hpp"
#include "agents/start.hpp"
#include "base/error.hpp"
#include "config/choices.hpp"
#include "config/reader.hpp"
#include "game/families.hpp"
#include "io/stored_equilibrium.hpp"
#include "study/population_of.hpp"
#include "study/simulation_checks.hpp"

namespace polykarma {
namespace {

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
    explicit LoadedState(const std::filesystem::path& file, const std::string& group = "/")
        : game(rules_from(read_stored_economy(file, group))), state(read_social_state(file, group, whole(game))) {
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
    auto planned = population_of(setup, economy);
    record.cohorts = std::move(planned.cohorts);
    record.behaviours = std::move(planned.behaviours);
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
    if (setup.policy) policy.emplace(*setup.policy, setup.policy_group);
    if (setup.start) start.emplace(*setup.start);
    const auto game = std::make_shared<const G>(policy ? policy->game.rules() : std::move(rules));
    const std::optional<Distance> distance = policy ? std::make_optional<Distance>(policy->state.mass) : std::nullopt;
    const Guidance guidance{start ? &start->state.mass : policy ? &policy->state.mass : nullptr,
                            start ? StartKarma::of_distribution : StartKarma::of_economy,
                            policy ? &policy->state.response : nullptr, distance ? &*distance : nullptr};
    SimulationRecord record = play_all(game, economy, guidance, setup, company, ranks);
    if (setup.policy) record.mean_field = read_welfare(*setup.policy, setup.policy_group, economy.types.size()).payoffs;
    return record;
}

}  // namespace

SimulationRecord simulate_economy(const EconomyConfig& economy, const SimulationSetup& setup,
                                  const SimulationCompany& company, const Collective& ranks) {
    require_playable(economy, setup, ranks.size());
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
