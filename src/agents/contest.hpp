#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "agents/population.hpp"
#include "game/layout.hpp"
#include "game/urgency_chain.hpp"

namespace polykarma {

/// A number that a game reports of every contest beside what its agents experience.
struct ContestNumber {
    std::string name;
    std::string unit;
    std::string description;
    double value = 0.0;
};

/// What a simulation asks of a game: the rules of one contest among the agents of all ranks, tile by tile. Between the
/// bids and the next urgencies everything a game may do happens here, except the credit, which is the same everywhere.
///
///   begin            a stage and a time
///   offer            every tile: what its agents bid or bring along otherwise
///   decide           collective: what the whole population's bids lead to
///   settle           every tile: outcomes, and what agents pay and get from each other
///   pot              collective: what has been paid and is to be shared out
///
/// Everything random in it is addressed by seed, agent and time, and everything global is a sum of integers, so that
/// the number of ranks changes nothing.
class Contest {
public:
    static constexpr std::int32_t kUnlimited = std::numeric_limits<std::int32_t>::max();

    /// types: of the rules; each has a chain
    template <class Types>
    Contest(const Layout& layout, const Types& types) : layout_(layout) {
        for (const auto& type : types) {
            urgencies_.emplace_back(type.chain);
            if constexpr (requires { type.discount.size(); })
                discounts_.push_back(type.discount);
            else
                discounts_.push_back({type.discount});
        }
    }
    virtual ~Contest() = default;
    Contest(const Contest&) = delete;
    Contest& operator=(const Contest&) = delete;

    [[nodiscard]] const Layout& layout() const { return layout_; }
    [[nodiscard]] const UrgencyDraw& urgency(Type t) const { return urgencies_[t.at()]; }
    /// What an agent discounts by on leaving a stage.
    [[nodiscard]] double discount(Type t, Stage r) const { return discounts_[t.at()][r.at()]; }
    /// What agents may come by; the first is what bids are for.
    [[nodiscard]] virtual std::span<const std::string> outcomes() const = 0;
    [[nodiscard]] virtual bool takes_part(std::size_t outcome) const = 0;
    /// The most karma that an account can hold, or kUnlimited.
    [[nodiscard]] virtual std::int32_t limit(Account a) const = 0;
    /// Karma per capita that the economy is made with.
    [[nodiscard]] virtual double mean_karma(Account a) const = 0;
    /// Accounts of one group are exchanged for each other, each unit at its worth: what is kept is the group's value.
    [[nodiscard]] virtual std::size_t group(Account a) const = 0;
    [[nodiscard]] virtual double worth(Account a) const = 0;
    /// Largest bids that the agents of a tile can pay.
    virtual void means(Stage r, const Population& agents, const Tile& tile, std::span<std::int32_t> out) const = 0;

    virtual void begin(Stage r, std::uint32_t time) = 0;
    virtual void offer(const Population& agents, const Tile& tile) = 0;
    virtual void decide(const Population& agents) = 0;
    virtual void settle(Population& agents, const Tile& tile) = 0;
    [[nodiscard]] virtual std::int64_t pot() = 0;

    /// Of the contest that has been decided.
    [[nodiscard]] virtual double payoff(Exogenous u, std::size_t outcome) const = 0;
    [[nodiscard]] virtual bool receives(std::size_t outcome) const = 0;
    [[nodiscard]] virtual std::vector<ContestNumber> numbers() const = 0;

private:
    const Layout& layout_;
    std::vector<UrgencyDraw> urgencies_;          // [type]
    std::vector<std::vector<double>> discounts_;  // [type][stage]
};

}  // namespace polykarma
