#pragma once

#include <optional>

#include "agents/contest.hpp"
#include "agents/random_permutation.hpp"
#include "config/allocation.hpp"
#include "game/multi_karma.hpp"

namespace polykarma {

/// A resource of limited capacity for all agents: the highest bids get priority access, as many as it has places for;
/// at the marginal bid chance decides who.                                                                  ([MK] 2)
class CapacityContest final : public Contest {
public:
    /// allocation: bids or uncontrolled
    CapacityContest(const MultiKarma& game, Allocation allocation, const RandomNumbers& numbers, std::uint64_t agents,
                    const Collective& ranks);

    [[nodiscard]] std::span<const std::string> outcomes() const override { return game_.outcomes(); }
    [[nodiscard]] bool takes_part(std::size_t outcome) const override { return outcome != MultiKarma::kInactive; }
    [[nodiscard]] std::int32_t limit(Account a) const override { return layout().lattice().k_max(a); }
    [[nodiscard]] double mean_karma(Account a) const override { return game_.rules().resources[a.at()].k_mean; }
    [[nodiscard]] std::size_t group(Account a) const override { return game_.rules().exchange.group(a); }
    [[nodiscard]] double worth(Account a) const override { return game_.rules().exchange.worth(a); }
    void means(Stage r, const Population& agents, const Tile& tile, std::span<std::int32_t> out) const override;

    void begin(Stage r, std::uint32_t time) override;
    void offer(const Population& agents, const Tile& tile) override;
    void decide(const Population& agents) override;
    void settle(Population& agents, const Tile& tile) override;
    [[nodiscard]] std::int64_t pot() override { return paid_; }

    [[nodiscard]] double payoff(Exogenous u, std::size_t outcome) const override;
    [[nodiscard]] bool receives(std::size_t outcome) const override {
        return game_.receives(stage_, static_cast<MultiKarma::Outcome>(outcome));
    }
    [[nodiscard]] std::vector<ContestNumber> numbers() const override;

private:
    /// Agents who bid the marginal bid: chance admits some of them.
    void admit_marginal(Population& agents, const Tile& tile);
    /// Those with priority pay.
    void debit(Population& agents, const Tile& tile) const;

    const MultiKarma& game_;
    Allocation allocation_;
    RandomNumbers numbers_;
    std::uint64_t agents_;
    Collective ranks_;

    Stage stage_;
    std::uint32_t time_ = 0;
    std::vector<std::int64_t> bids_;  // [1 + bid] agents, those who stay away first
    Admission admission_;
    std::optional<RandomPermutation> order_;  // of the marginal bidders
    std::uint64_t marginal_bidder_ = 0;       // number of the next one of this rank
    std::int64_t paid_ = 0;
    double delay_ = 0.0;
};

}  // namespace polykarma
