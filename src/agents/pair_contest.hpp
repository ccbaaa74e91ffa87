#pragma once

#include <array>
#include <optional>

#include "agents/contest.hpp"
#include "agents/random_permutation.hpp"
#include "config/allocation.hpp"
#include "game/pairwise.hpp"

namespace polykarma {

/// Everybody meets one other agent: a random perfect matching of all, new for every contest. The higher bid wins, or
/// whom the allocation favours; ties by a fair coin. Of an odd number of agents one sits out.              ([SC])
///
/// The places of a random permutation are paired, 0 with 1, 2 with 3, ...: whoever knows the permutation knows everybody's
/// partner. What partners need of each other is their bid, or what else decides; ranks send it to each other.
/// Cost  12 bytes an agent; 8 sent for everybody whose partner is on another rank
class PairContest final : public Contest {
public:
    /// allocation: bids, coin, turn or dictator
    PairContest(const Pairwise& game, Allocation allocation, const RandomNumbers& numbers, std::uint64_t agents,
                const Collective& ranks);

    enum Outcome : std::size_t { kWin, kLose, kSitsOut };

    [[nodiscard]] std::span<const std::string> outcomes() const override { return kOutcomes; }
    [[nodiscard]] bool takes_part(std::size_t outcome) const override { return outcome != kSitsOut; }
    [[nodiscard]] std::int32_t limit(Account) const override { return kUnlimited; }
    [[nodiscard]] double mean_karma(Account) const override { return game_.rules().k_mean; }
    [[nodiscard]] std::size_t group(Account) const override { return 0; }
    [[nodiscard]] double worth(Account) const override { return 1.0; }
    void means(Stage r, const Population& agents, const Tile& tile, std::span<std::int32_t> out) const override;

    void begin(Stage r, std::uint32_t time) override;
    void offer(const Population& agents, const Tile& tile) override;
    void decide(const Population& agents) override;
    void settle(Population& agents, const Tile& tile) override;
    [[nodiscard]] std::int64_t pot() override;

    [[nodiscard]] double payoff(Exogenous u, std::size_t outcome) const override;
    [[nodiscard]] bool receives(std::size_t) const override { return true; }
    [[nodiscard]] std::vector<ContestNumber> numbers() const override;

private:
    static constexpr std::int32_t kNobody = std::numeric_limits<std::int32_t>::min();
    /// One agent's word to its partner on another rank.
    struct Word {
        std::uint32_t partner;
        std::int32_t brings;
    };
    /// What is said to one rank: the first `used`, in room that is kept.
    struct Words {
        std::vector<Word> words;
        std::size_t used = 0;
    };
    /// What the partners on this rank bring.
    void look_up(const Population& agents, const Tile& tile, std::span<const std::uint32_t> partner);
    /// Gathers words to the partners on others.
    void say(const Population& agents, const Tile& tile, std::span<const std::uint32_t> partner);
    /// Exchanges what was gathered.
    void hear(const Population& agents);
    /// Whether who is at a place wins a tie.
    [[nodiscard]] bool lucky(std::uint32_t place) const;
    void pay(Population& agents, const Tile& tile);
    void tax(Population& agents, const Tile& tile);

    static const std::array<std::string, 3> kOutcomes;
    const Pairwise& game_;
    Allocation allocation_;
    RandomNumbers numbers_;
    AgentShares shares_;
    Collective ranks_;

    std::uint32_t time_ = 0;
    // [own agent] What decides, the larger wins; the same of the partner, kNobody where there is none; own place.
    std::vector<std::int32_t> brings_, partner_brings_;
    std::vector<std::uint32_t> place_;
    std::vector<Words> said_;                    // [rank] to it, in this contest
    std::vector<std::vector<std::byte>> heard_;  // [rank] from it
    std::int64_t paid_ = 0, taxed_ = 0;  // of this rank, then of all
};

}  // namespace polykarma
