#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/alias_rows.hpp"
#include "agents/contest.hpp"
#include "agents/learner.hpp"
#include "dynamics/response.hpp"

namespace polykarma {

/// How an agent comes by its bid. Where agents may stay away, those with urgency 0 do so under every rule but those
/// that follow a policy.
struct Behaviour {
    enum class Rule {
        sne,       ///< drawn by a policy
        likely,    ///< the most likely bid of the policy
        noisy,     ///< drawn by the policy, and then moved by -parameter..parameter at random, as far as means allow
        all,       ///< all that the agent can pay
        zero,
        fraction,  ///< this part of all that the agent can pay, rounded down
        learn,     ///< what is best as far as its cohort has learned; with this probability anything (see Learner)
    };
    Rule rule = Rule::sne;
    double parameter = 0.0;

    [[nodiscard]] bool follows_policy() const { return rule == Rule::sne || rule == Rule::likely || rule == Rule::noisy; }
    /// "sne", "noisy:2", "fraction:0.5", ...
    [[nodiscard]] std::string name() const;
    /// From such a name; nothing for what is none.
    [[nodiscard]] static std::optional<Behaviour> named(std::string_view name);
    static constexpr const char* kNames =
        "sne, likely, noisy:BIDS (1 to 1e6), all, zero, fraction:PART (0 to 1), learn:EXPLORATION (0 to 1)";

    friend bool operator==(const Behaviour&, const Behaviour&) = default;
};

/// The response of a social state as a population looks it up: one row for every stage, block and site.
class Policy {
public:
    /// Of all states, which the response has.
    explicit Policy(const SparseResponse& response);
    /// Only the most likely action of every state, the first of several.
    [[nodiscard]] static Policy most_likely(const SparseResponse& response);

    [[nodiscard]] std::int32_t action(Stage r, std::size_t state, std::uint32_t word) const {
        return stages_[r.at()].draw(state, word);
    }

private:
    Policy() = default;
    std::vector<AliasRows> stages_;  // [stage], rows [block][site]
};

/// Lets the agents of every cohort bid as they behave.
class Bidding {
public:
    /// response: for behaviours that follow a policy; of the layout of the contest
    Bidding(const Contest& contest, std::vector<Behaviour> behaviours, std::span<const Cohort> cohorts,
            const SparseResponse* response, const RandomNumbers& numbers);

    void bid(Stage r, std::uint32_t time, Population& agents, const Tile& tile);
    /// Once all have bid: those who learn do so from what has led here. Collective.
    void learn(Stage r, const Collective& ranks) { learner_.learn(r, ranks); }
    /// What agents come by.   payoffs [exogenous][outcome]
    void experience(Population& agents, const Tile& tile, std::span<const double> payoffs) const;

    [[nodiscard]] const std::vector<Behaviour>& behaviours() const { return behaviours_; }
    [[nodiscard]] Learner& learner() { return learner_; }
    [[nodiscard]] const Learner& learner() const { return learner_; }
    /// How far bids of cohorts that follow no policy were from its most likely ones, so far and on this rank: where both
    /// take part.   [cohort]
    struct Distance {
        std::int64_t sum = 0, bids = 0;
    };
    [[nodiscard]] const std::vector<Distance>& distances() const { return distances_; }
    /// Bids so far of agents on this rank with more karma than the policy knows of.
    [[nodiscard]] std::int64_t beyond_policy() const { return beyond_policy_; }

private:
    using Numbers = std::span<std::int32_t>;
    void follow(const Policy& policy, Stage r, const Population& agents, const Tile& tile, Numbers bids);
    void spend(double part, Stage r, const Population& agents, const Tile& tile, Numbers bids) const;
    void explore(double exploration, Stage r, Population& agents, const Tile& tile, Numbers bids);
    void compare(Stage r, const Population& agents, const Tile& tile, Numbers bids);
    void disturb(std::int32_t most, Stage r, const Population& agents, const Tile& tile, Numbers bids) const;

    const Contest& contest_;
    std::vector<Behaviour> behaviours_;
    std::shared_ptr<const Policy> policy_, most_likely_;  // where a behaviour asks for them
    RandomNumbers numbers_;
    Learner learner_;
    std::vector<Distance> distances_;
    RandomNumbers::Tile words_{};
    std::array<std::uint32_t, kTile> states_{};
    std::int64_t beyond_policy_ = 0;
};

}  // namespace polykarma
