#include "agents/behaviour.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "agents/agent_states.hpp"
#include "base/error.hpp"

namespace polykarma {
namespace {

struct NamedRule {
    std::string_view name;
    Behaviour::Rule rule;
    bool has_parameter;
};
constexpr std::array<NamedRule, 7> kRules{{{"sne", Behaviour::Rule::sne, false},
                                           {"likely", Behaviour::Rule::likely, false},
                                           {"noisy", Behaviour::Rule::noisy, true},
                                           {"all", Behaviour::Rule::all, false},
                                           {"zero", Behaviour::Rule::zero, false},
                                           {"fraction", Behaviour::Rule::fraction, true},
                                           {"learn", Behaviour::Rule::learn, true}}};

bool allowed(Behaviour::Rule rule, double parameter) {
    if (rule == Behaviour::Rule::fraction || rule == Behaviour::Rule::learn) return parameter >= 0.0 && parameter <= 1.0;
    return parameter >= 1.0 && parameter <= 1e6 && parameter == std::floor(parameter);
}

std::vector<bool> that_learn(const std::vector<Behaviour>& behaviours) {
    std::vector<bool> learns;
    for (const Behaviour& behaviour : behaviours) learns.push_back(behaviour.rule == Behaviour::Rule::learn);
    return learns;
}

/// Bid of an action: those who may stay away have an action for that before all bids.
std::int32_t first_bid(const Layout& layout, Stage r) { return layout.stage(r).actions.front().participates ? 0 : 1; }

}  // namespace

std::string Behaviour::name() const {
    const auto& named = *std::ranges::find(kRules, rule, &NamedRule::rule);
    return named.has_parameter ? fmt::format("{}:{:g}", named.name, parameter) : std::string(named.name);
}

std::optional<Behaviour> Behaviour::named(std::string_view name) {
    const auto colon = name.find(':');
    const auto* const found = std::ranges::find(kRules, name.substr(0, colon), &NamedRule::name);
    if (found == kRules.end() || found->has_parameter != (colon != std::string_view::npos)) return {};
    Behaviour behaviour{found->rule, 0.0};
    if (!found->has_parameter) return behaviour;
    const std::string_view text = name.substr(colon + 1);
    const auto read = std::from_chars(text.data(), text.data() + text.size(), behaviour.parameter);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !allowed(found->rule, behaviour.parameter))
        return {};
    return behaviour;
}

Policy::Policy(const SparseResponse& response) {
    const Layout& layout = response.part().layout();
    POLYKARMA_EXPECTS(response.part().states() == layout.states());
    for (const auto r : Range<Stage>(layout.stages())) {
        auto& rows = stages_.emplace_back();
        response.for_each(r, [&](const Site&, const SparseRow& row) { rows.append(row.actions, row.probabilities); });
    }
}

Policy Policy::most_likely(const SparseResponse& response) {
    Policy policy;
    for (const auto r : Range<Stage>(response.part().layout().stages())) {
        auto& rows = policy.stages_.emplace_back();
        response.for_each(r, [&](const Site&, const SparseRow& row) {
            const auto largest = std::ranges::max_element(row.probabilities) - row.probabilities.begin();
            rows.append(row.actions.subspan(static_cast<std::size_t>(largest), 1), std::array{1.0});
        });
    }
    return policy;
}

Bidding::Bidding(const Contest& contest, std::vector<Behaviour> behaviours, std::span<const Cohort> cohorts,
                 const SparseResponse* response, const RandomNumbers& numbers)
    : contest_(contest),
      behaviours_(std::move(behaviours)),
      numbers_(numbers),
      learner_(contest, cohorts, that_learn(behaviours_)),
      distances_(cohorts.size()) {
    if (response != nullptr) most_likely_ = std::make_shared<const Policy>(Policy::most_likely(*response));
    for (const Behaviour& behaviour : behaviours_) {
        if (!behaviour.follows_policy()) continue;
        POLYKARMA_EXPECTS(response != nullptr);
        policy_ = std::make_shared<const Policy>(*response);
        break;
    }
}

void Bidding::bid(Stage r, std::uint32_t time, Population& agents, const Tile& tile) {
    numbers_.fill(words_, tile.size, tile.first_agent, time, ChanceOf::bid);
    const Numbers bids = std::span(agents.bid).subspan(tile.begin, tile.size);
    const Behaviour& behaviour = behaviours_[agents.cohorts[tile.cohort].behaviour];
    switch (behaviour.rule) {
        case Behaviour::Rule::sne: return follow(*policy_, r, agents, tile, bids);
        case Behaviour::Rule::likely: return follow(*most_likely_, r, agents, tile, bids);
        case Behaviour::Rule::noisy:
            follow(*policy_, r, agents, tile, bids);
            disturb(static_cast<std::int32_t>(behaviour.parameter), r, agents, tile, bids);
            break;
        case Behaviour::Rule::all: spend(1.0, r, agents, tile, bids); break;
        case Behaviour::Rule::zero: spend(0.0, r, agents, tile, bids); break;
        case Behaviour::Rule::fraction: spend(behaviour.parameter, r, agents, tile, bids); break;
        case Behaviour::Rule::learn: explore(behaviour.parameter, r, agents, tile, bids); break;
    }
    if (most_likely_ != nullptr) compare(r, agents, tile, bids);
}

void Bidding::follow(const Policy& policy, Stage r, const Population& agents, const Tile& tile, Numbers bids) {
    beyond_policy_ += find_states(contest_.layout(), r, agents, tile, states_);
    const Layout& layout = contest_.layout();
    const std::size_t of_type = first_state(layout, tile.type);
    const std::int32_t first = first_bid(layout, r);
    for (std::size_t i = 0; i < tile.size; ++i)
        bids[i] = policy.action(r, of_type + states_[i], words_.word[0][i]) - first;
}

/// Bids above all that the lattice has for an agent's state are not among its actions.
void Bidding::explore(double exploration, Stage r, Population& agents, const Tile& tile, Numbers bids) {
    static_cast<void>(find_states(contest_.layout(), r, agents, tile, states_));
    contest_.means(r, agents, tile, bids);
    const std::int32_t first = first_bid(contest_.layout(), r);
    const std::size_t most = contest_.layout().stage(r).actions.size();
    for (std::size_t i = 0; i < tile.size; ++i) {
        const std::size_t actions = std::min(most, static_cast<std::size_t>(first + bids[i] + 1));
        std::int32_t action = learner_.best(r, tile, tile.begin + i, states_[i], actions, agents);
        if (words_.word[0][i] < exploration * 0x1p32)
            action = static_cast<std::int32_t>(below(static_cast<std::uint32_t>(actions), words_.word[1][i]));
        learner_.take(r, tile.begin + i, states_[i], action, agents);
        bids[i] = action - first;
    }
}

void Bidding::compare(Stage r, const Population& agents, const Tile& tile, Numbers bids) {
    static_cast<void>(find_states(contest_.layout(), r, agents, tile, states_));
    const Layout& layout = contest_.layout();
    const std::size_t of_type = first_state(layout, tile.type);
    Distance& distance = distances_[tile.cohort];
    for (std::size_t i = 0; i < tile.size; ++i) {
        const std::int32_t likely = most_likely_->action(r, of_type + states_[i], 0) - first_bid(layout, r);
        if (likely == kStaysAway || bids[i] == kStaysAway) continue;
        distance.sum += std::abs(bids[i] - likely);
        ++distance.bids;
    }
}

void Bidding::experience(Population& agents, const Tile& tile, std::span<const double> payoffs) const {
    if (!learner_.learns(tile.cohort)) return;
    const std::size_t outcomes = payoffs.size() / contest_.layout().exogenous_states();
    for (std::size_t i = tile.begin; i < tile.begin + tile.size; ++i)
        agents.learning.payoff[i] = payoffs[agents.exogenous[i] * outcomes + agents.outcome[i]];
}

void Bidding::spend(double part, Stage r, const Population& agents, const Tile& tile, Numbers bids) const {
    contest_.means(r, agents, tile, bids);
    const bool may_stay_away = first_bid(contest_.layout(), r) > 0;
    const auto& urgencies = contest_.layout().exogenous_infos();
    for (std::size_t i = 0; i < tile.size; ++i) {
        bids[i] = static_cast<std::int32_t>(part * bids[i] * (1.0 + 1e-12));
        if (may_stay_away && urgencies[agents.exogenous[tile.begin + i]].urgency == 0.0) bids[i] = kStaysAway;
    }
}

void Bidding::disturb(std::int32_t most, Stage r, const Population& agents, const Tile& tile, Numbers bids) const {
    std::array<std::int32_t, kTile> means;
    contest_.means(r, agents, tile, means);
    for (std::size_t i = 0; i < tile.size; ++i) {
        if (bids[i] == kStaysAway) continue;
        const auto moved = static_cast<std::int32_t>(below(static_cast<std::uint32_t>(2 * most + 1), words_.word[1][i]));
        bids[i] = std::clamp(bids[i] + moved - most, 0, means[i]);
    }
}

}  // namespace polykarma
