#pragma once

#include "agents/behaviour.hpp"
#include "agents/hand_out.hpp"
#include "agents/tally.hpp"

namespace polykarma {

/// Watches every contest of a simulation, on its rank.
class ContestObserver {
public:
    ContestObserver() = default;
    virtual ~ContestObserver() = default;
    ContestObserver(const ContestObserver&) = delete;
    ContestObserver& operator=(const ContestObserver&) = delete;

    virtual void bids_placed(const Population& agents) = 0;
    /// Outcomes are known and karma has moved.
    virtual void settled(const Population& agents) = 0;
};

/// A run between two periods, beside what its agents have. Numbers are addressed, so that there is nothing else to know.
struct RunState {
    std::uint32_t periods = 0;    ///< played
    Tally tally;                  ///< since it was taken last
    std::vector<double> learned;  ///< where some learn

    template <class Self, class Visit>
    static void for_each_member(Self& self, Visit&& visit) {
        visit(self.periods), visit(self.tally), visit(self.learned);
    }
};

/// A finite population that plays a game, period after period. Knows no rule of any game; the ranks share the agents.
class Simulation {
public:
    /// The agents are as start_population left them; the contest and the bidding belong to the same run.
    Simulation(Contest& contest, Bidding& bidding, Population agents, const RandomNumbers& numbers,
               const Collective& ranks);

    /// One period: a contest at every stage. Collective.
    void period();
    [[nodiscard]] std::uint32_t periods() const { return periods_; }

    [[nodiscard]] const Population& agents() const { return agents_; }
    [[nodiscard]] const Bidding& bidding() const { return bidding_; }
    /// Goes on from a state with the agents of then.
    void resume(RunState state);
    [[nodiscard]] RunState state() const;
    /// Of all ranks since it was taken last.
    [[nodiscard]] Tally take_tally();
    /// Nothing has been experienced so far.
    void forget();
    /// From now on; nullptr: nobody.
    void observe(ContestObserver* observer) { observer_ = observer; }

private:
    void contest(Stage r, std::uint32_t time);
    void count(const Tile& tile);
    /// Adds what this contest's agents experienced, on all ranks, to the tally.
    void conclude(Stage r, std::int64_t lost);
    void move_on(Stage r, std::uint32_t time, const Tile& tile);

    Contest& contest_;
    Bidding& bidding_;
    Population agents_;
    RandomNumbers numbers_;
    Collective ranks_;
    Tally tally_;
    std::uint32_t periods_ = 0;
    ContestObserver* observer_ = nullptr;

    // Of the present contest:
    std::vector<std::int64_t> outcomes_;  // [cohort][exogenous][outcome], then sums of bids [cohort][exogenous]
    std::vector<double> payoffs_;         // [exogenous][outcome]
    std::vector<std::uint8_t> takes_part_, receives_;  // [outcome]
    RandomNumbers::Tile words_{};
};

}  // namespace polykarma
