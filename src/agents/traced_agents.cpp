#include "agents/traced_agents.hpp"

#include <algorithm>
#include <cstddef>

#include "agents/random_permutation.hpp"

namespace polykarma {

TracedAgents::TracedAgents(const Population& agents, std::uint64_t count, const RandomNumbers& numbers)
    : first_agent_(agents.first_agent), accounts_(agents.karma.size()) {
    const RandomPermutation order(static_cast<std::uint32_t>(agents.agents()), numbers, 0, ChanceOf::traced);
    for (std::uint32_t place = 0; place < count; ++place) all_.push_back(order.inverse(place));
    std::ranges::sort(all_);
    for (std::size_t chosen = 0; chosen < all_.size(); ++chosen) {
        const std::uint64_t agent = all_[chosen];
        const auto cohort = std::ranges::find_if(agents.cohorts, [&](const Cohort& c) { return agent < c.last; });
        cohort_.push_back(static_cast<std::int32_t>(cohort - agents.cohorts.begin()));
        if (agent >= first_agent_ && agent < first_agent_ + agents.size()) own_.push_back(chosen);
    }
}

void TracedAgents::bids_placed(const Population& agents) {
    for (const std::size_t chosen : own_) {
        const std::size_t i = all_[chosen] - first_agent_;
        seen_.push_back(agents.exogenous[i]);
        seen_.push_back(agents.bid[i]);
        for (const auto& karma : agents.karma) seen_.push_back(karma[i]);
        seen_.push_back(0);
    }
}

void TracedAgents::settled(const Population& agents) {
    const std::size_t width = accounts_ + 3;
    std::size_t outcome = seen_.size() - own_.size() * width + width - 1;
    for (const std::size_t chosen : own_) {
        seen_[outcome] = agents.outcome[all_[chosen] - first_agent_];
        outcome += width;
    }
}

AgentTraces TracedAgents::take(const Collective& ranks) {
    AgentTraces traces{{}, {}, {}, std::vector<std::vector<std::int32_t>>(accounts_)};
    if (all_.empty()) return traces;
    std::vector<std::vector<std::byte>> messages(static_cast<std::size_t>(ranks.size()));
    const auto bytes = std::as_bytes(std::span(seen_));
    messages[0].assign(bytes.begin(), bytes.end());
    seen_.clear();
    const auto parts = ranks.all_to_all(std::move(messages));
    if (!ranks.is_root()) return traces;
    // Chosen agents increase with the ranks, so that those of a contest follow each other in the order of the ranks.
    std::vector<std::vector<std::int32_t>> seen;
    std::size_t total = 0;
    for (const auto& part : parts) {
        auto& values = seen.emplace_back(part.size() / sizeof(std::int32_t));
        std::ranges::copy(part, std::as_writable_bytes(std::span(values)).begin());
        total += values.size();
    }
    const std::size_t width = accounts_ + 3, contests = total / (width * all_.size());
    for (std::size_t contest = 0; contest < contests; ++contest)
        for (const auto& values : seen) {
            const std::size_t of_rank = values.size() / contests;
            for (std::size_t at = contest * of_rank; at < (contest + 1) * of_rank; at += width) {
                traces.exogenous.push_back(values[at]);
                traces.bid.push_back(values[at + 1]);
                for (std::size_t a = 0; a < accounts_; ++a) traces.karma[a].push_back(values[at + 2 + a]);
                traces.outcome.push_back(values[at + width - 1]);
            }
        }
    return traces;
}

}  // namespace polykarma
