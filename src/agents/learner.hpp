#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agents/contest.hpp"

namespace polykarma {

/// Tabular Q-learning without any knowledge of the game but the own discount: what an action is worth in a state is
/// learned from what agents come by. The agents of a cohort learn together, one table of values
///   Q[stage][exogenous][site][action]:   the mean of   payoff + discount max_b Q[next state][b]
/// over the latest 20 times that one of them took the action in the state, or over a whole contest's where those are more:
/// others learn, too, and what was learned longer ago is of another world (measured: with 50, and more so with 300, learners
/// do worse).
///
/// Sums over agents are of integers (multiples of 2^-20 of a payoff), so that ranks learn the same.       (Watkins 1989)
/// Cost  12 bytes an agent (Population::learning), and 32 for every action of every state of a learning cohort
class Learner {
public:
    /// The learning cohorts; others have no table.
    Learner(const Contest& contest, std::span<const Cohort> cohorts, const std::vector<bool>& learns);

    [[nodiscard]] bool learns(std::size_t cohort) const { return !tables_[cohort].empty(); }

    /// The best action of an agent's state among the first ones, as far as is known. What the agent took before has led
    /// here.   place: of the agent on this rank; state: exogenous * sites + site
    [[nodiscard]] std::int32_t best(Stage r, const Tile& tile, std::size_t place, std::size_t state,
                                    std::size_t actions, Population& agents);
    /// What it takes.
    void take(Stage r, std::size_t place, std::size_t state, std::int32_t action, Population& agents) const;
    /// From what all agents have come by since the stage before. Collective.
    void learn(Stage r, const Collective& ranks);

    /// Everything learned, for another program to go on with.
    [[nodiscard]] std::vector<double> values() const;
    void restore(std::span<const double> values);

private:
    /// Of one stage.
    struct Table {
        std::vector<double> values;          ///< [state][action]
        std::vector<double> weights;         ///< how many experiences a value is the mean of
        std::vector<std::int64_t> targets;   ///< of this rank since the values moved last [state][action], sums
        std::vector<std::int64_t> visits;    ///< terms of them
    };
    [[nodiscard]] std::size_t stride(Stage r) const { return contest_.layout().stage(r).actions.size(); }
    [[nodiscard]] Stage before(Stage r) const;

    static constexpr double kUnit = 0x1p-20;
    static constexpr double kMemory = 20.0;  ///< the most experiences that a value is the mean of

    const Contest& contest_;
    std::vector<std::vector<Table>> tables_;  // [cohort][stage]
};

}  // namespace polykarma
