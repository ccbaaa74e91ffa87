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

    /// Numbers of the chosen agents, increasing, and their cohorts; the same on all ranks.
    [[nodiscard]] const std::vector<std::uint64_t>& agents() const { return all_; }
    [[nodiscard]] const std::vector<std::int32_t>& cohorts() const { return cohort_; }
    /// Of all ranks, since it was taken last, on the root. Collective.
    [[nodiscard]] AgentTraces take(const Collective& ranks);

private:
    std::vector<std::uint64_t> all_;
    std::vector<std::size_t> own_;    // places of own ones among them
    std::uint64_t first_agent_;
    std::vector<std::int32_t> cohort_;  // [chosen]
    std::size_t accounts_;
    std::vector<std::int32_t> seen_;  // [contest][own][exogenous, bid, karma of accounts, outcome]
};

}  // namespace polykarma
