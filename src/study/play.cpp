#include "study/play.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <utility>

#include "config/reader.hpp"
#include "game/families.hpp"
#include "io/study_file.hpp"
#include "study/simulate_economy.hpp"
#include "welfare/multi_karma_benchmark.hpp"
#include "welfare/pairwise_benchmark.hpp"

namespace polykarma {
namespace {

/// Fewer agents than these on a rank are played sooner than ranks can talk about them.
constexpr int kAgentsPerRank = 10000;

/// Of a run: as many batches that errors are estimated from.
constexpr std::uint32_t kRecords = 32;

/// What remains of an economy where karma is of no account: one that is played alike, whatever bids would do.
EconomyConfig without_karma(EconomyConfig economy) {
    economy.title.clear();
    economy.description.clear();
    economy.solver = {.memory_limit = economy.solver.memory_limit};
    economy.exchange = {};
    economy.contest = {.payee = Payee::society, .k_mean = 1.0, .k_max = 1, .largest_k_max = 1, .tax = {}};
    for (auto& resource : economy.resources) {
        resource.priority_capacity = 0.0;
        resource.k_max = 1;
        resource.k_mean = 1.0;
        resource.discount = 0.0;
        resource.redistribution = Redistribution::all;
    }
    for (auto& type : economy.types) type.discount = 0.0;
    return economy;
}

SimulationSetup setup_of(const SimulationConfig& simulation) {
    SimulationSetup setup;
    setup.agents = static_cast<std::uint64_t>(simulation.agents);
    setup.agents_key = "simulation.agents";
    for (int seed = 1; seed <= simulation.seeds; ++seed) setup.seeds.push_back(static_cast<std::uint64_t>(seed));
    setup.plan.burn_in = static_cast<std::uint32_t>(simulation.burn_in);
    setup.plan.periods = static_cast<std::uint32_t>(simulation.periods);
    setup.plan.every = std::max(1U, setup.plan.periods / kRecords);
    setup.behaviours = {BehaviourShare{}};
    return setup;
}

Collective players(const SimulationConfig& simulation, const Collective& team) {
    return simulation.agents / kAgentsPerRank < team.size() ? Collective::serial() : team;
}

PopulationMeasures measures_of(const SimulationRecord& record) {
    return measures_of(record.runs, record.takes_part, record.layout->types());
}

/// Keeps nothing, and ends a play when its run is asked to stop.
class Attention final : public RunKeeper {
public:
    Attention(const std::function<bool()>& stop, const Collective& ranks) : stop_(stop), ranks_(ranks) {}

    std::vector<Trace> ended() override { return {}; }
    std::optional<OpenRun> resumed(Population&) override { return {}; }
    Wish wish(std::uint32_t) override {
        std::array asked{stop_() ? 1.0 : 0.0};
        ranks_.maximum(asked);
        return asked.front() > 0.0 ? Wish::state_and_stop : Wish::nothing;
    }
    void keep(const OpenRun&, const Population&) override {}
    void end(const Trace&) override {}

private:
    const std::function<bool()>& stop_;
    Collective ranks_;
};

/// play(company, ranks), attended to.
template <class Play>
PopulationMeasures attended(const SimulationConfig& simulation, const Collective& team, const PlayAttendance& attendance,
                            Play&& play) {
    const Collective ranks = players(simulation, team);
    Attention attention(attendance.stop, ranks);
    // Ranks that play each for itself may hear of a signal at different periods, and would wait for each other.
    const bool can_stop = attendance.stop && ranks.size() == team.size();
    const SimulationCompany company{[&](std::size_t, std::uint32_t) { attendance.alive(); },
                                    can_stop ? &attention : nullptr, {}};
    return measures_of(play(company, ranks));
}

}  // namespace

std::vector<Reference> references_of(const StudyConfig& study, std::span<const std::string> overrides) {
    std::vector<Reference> references;
    if (study.simulation.references.empty()) return references;
    std::map<std::string, std::size_t> known;  // economy -> its first reference
    for (std::size_t design = 0; design < study.designs(); ++design) {
        const StudyPoint point = study.design_point(design);
        try {
            const EconomyConfig economy = without_karma(economy_of(study, point, overrides));
            const auto [place, is_new] = known.try_emplace(to_toml(economy), references.size());
            for (std::size_t i = 0; i < study.simulation.references.size(); ++i) {
                if (is_new) references.push_back({study.simulation.references[i], economy, point.labels});
                auto& labels = references[place->second + i].labels;
                for (std::size_t a = 0; a < labels.size(); ++a)
                    if (labels[a] != point.labels[a]) labels[a] = kAnyLabel;
            }
        } catch (const InputError&) {
            // Its points say why.
        }
    }
    return references;
}

ExactReference exact(const Reference& reference) {
    const auto mean = [&](const std::vector<Payoff>& payoffs) {
        double sum = 0.0;
        for (std::size_t t = 0; t < payoffs.size(); ++t)
            sum += reference.economy.types[t].share * payoffs[t].endogenous;
        return sum;
    };
    if (reference.economy.game == GameFamily::multi_karma)
        return {mean(benchmark_payoffs(rules_of(reference.economy))), {}};
    const PairwiseRules rules = pairwise_rules_of(reference.economy);
    if (reference.allocation == Allocation::dictator) return {dictator_efficiency(rules), dictator_access(rules)};
    return {mean(benchmark_payoffs(rules)), std::vector<double>(rules.types.size(), 0.5)};
}

PopulationMeasures play_equilibrium(const EconomyConfig& economy, std::span<const std::byte> image,
                                    const SimulationConfig& simulation, const Collective& team,
                                    const PlayAttendance& attendance) {
    return attended(simulation, team, attendance, [&](const SimulationCompany& company, const Collective& ranks) {
        return simulate_equilibrium(economy, image, setup_of(simulation), company, ranks);
    });
}

PopulationMeasures play_reference(const Reference& reference, const SimulationConfig& simulation,
                                  const Collective& team, const PlayAttendance& attendance) {
    SimulationSetup setup = setup_of(simulation);
    setup.allocation = reference.allocation;
    setup.behaviours.front().behaviour = {Behaviour::Rule::zero, 0.0};
    return attended(simulation, team, attendance, [&](const SimulationCompany& company, const Collective& ranks) {
        return simulate_economy(reference.economy, setup, company, ranks);
    });
}

}  // namespace polykarma
