#pragma once

#include <vector>

#include "agents/trace.hpp"

namespace polykarma {

/// Watches some agents, chosen at random among all, contest by contest. Each rank watches those of its own.
class TracedAgents final : public ContestObserver {
public:
    TracedAgents(const Population& agents, std::uint64_t count, const RandomNumbers& numbers);

    void bids_placed(const Population& agents) override;
    void settled(const Population& agents) override;

    /// Of all ranks, on the root. Collective.
    [[nodiscard]] AgentTraces collected(const Collective& ranks) const;

private:
    std::vector<std::uint64_t> all_;  // numbers of the chosen agents, increasing
    std::vector<std::size_t> own_;    // places of own ones among them
    std::uint64_t first_agent_;
    std::vector<std::int32_t> cohort_;  // [chosen]
    std::size_t accounts_;
    std::vector<std::int32_t> seen_;  // [contest][own][exogenous, bid, karma of accounts, outcome]
};

}  // namespace polykarma
