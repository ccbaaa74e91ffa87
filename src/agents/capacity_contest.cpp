#include "agents/capacity_contest.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace polykarma {

CapacityContest::CapacityContest(const MultiKarma& game, Allocation allocation, const RandomNumbers& numbers,
                                 std::uint64_t agents, const Collective& ranks)
    : Contest(game.layout(), game.rules().types),
      game_(game),
      allocation_(allocation),
      numbers_(numbers),
      agents_(agents),
      ranks_(ranks) {}

void CapacityContest::means(Stage r, const Population& agents, const Tile& tile, std::span<std::int32_t> out) const {
    std::array<double, kTile> worth{};
    for (std::size_t a = 0; a < agents.karma.size(); ++a) {
        const double rate = game_.rules().exchange.rate(layout().contested(r), Account{a});
        const std::int32_t* const karma = agents.karma[a].data() + tile.begin;
        for (std::size_t i = 0; i < tile.size; ++i) worth[i] += rate * karma[i];
    }
    for (std::size_t i = 0; i < tile.size; ++i) out[i] = guarded_floor(worth[i]);
}

void CapacityContest::begin(Stage r, std::uint32_t time) {
    stage_ = r;
    time_ = time;
    bids_.assign(layout().stage(r).actions.size(), 0);
}

void CapacityContest::offer(const Population& agents, const Tile& tile) {
    const std::int32_t* const bid = agents.bid.data() + tile.begin;
    for (std::size_t i = 0; i < tile.size; ++i) ++bids_[static_cast<std::size_t>(bid[i] + 1)];
}

void CapacityContest::decide(const Population&) {
    const std::vector<std::int64_t> own = bids_;
    ranks_.sum(bids_);
    const auto& capacity = game_.rules().resources[stage_.at()].capacity;
    const auto numeric = std::span<const std::int64_t>(bids_).subspan(1);
    const double places = allocation_ == Allocation::bids ? capacity.priority * static_cast<double>(agents_) : 0.0;
    admission_ = admission(numeric, static_cast<std::int64_t>(std::floor(places * (1.0 + 1e-12))));

    paid_ = admission_.admitted * static_cast<std::int64_t>(admission_.marginal);
    for (std::size_t b = admission_.marginal + 1; b < numeric.size(); ++b)
        paid_ += numeric[b] * static_cast<std::int64_t>(b);
    const std::int64_t others = static_cast<std::int64_t>(agents_) - bids_[0] - admission_.winners;
    delay_ = congestion_delay(static_cast<double>(others) / static_cast<double>(agents_),
                              allocation_ == Allocation::bids ? capacity : Capacity{capacity.total, 0.0});

    marginal_bidder_ = numbered_before(ranks_, static_cast<std::uint64_t>(own[1 + admission_.marginal]));
    order_.emplace(static_cast<std::uint32_t>(admission_.bidders), numbers_, time_, ChanceOf::admission);
}

void CapacityContest::settle(Population& agents, const Tile& tile) {
    const auto marginal = static_cast<std::int32_t>(admission_.marginal);
    const std::int32_t* const bid = agents.bid.data() + tile.begin;
    std::uint8_t* const outcome = agents.outcome.data() + tile.begin;
    for (std::size_t i = 0; i < tile.size; ++i)
        outcome[i] = bid[i] > marginal ? std::uint8_t{MultiKarma::kPriority}
                     : bid[i] == kStaysAway ? std::uint8_t{MultiKarma::kInactive}
                                            : std::uint8_t{MultiKarma::kGeneralPurpose};
    admit_marginal(agents, tile);
    debit(agents, tile);
}

void CapacityContest::admit_marginal(Population& agents, const Tile& tile) {
    const auto marginal = static_cast<std::int32_t>(admission_.marginal);
    const std::int32_t* const bid = agents.bid.data() + tile.begin;
    std::array<std::uint32_t, kTile> bidder;
    std::array<std::uint32_t, kTile> place;
    std::size_t count = 0;
    for (std::size_t i = 0; i < tile.size; ++i) {
        bidder[count] = static_cast<std::uint32_t>(i);
        place[count] = static_cast<std::uint32_t>(marginal_bidder_ + count);
        count += bid[i] == marginal;
    }
    marginal_bidder_ += count;
    if (admission_.admitted == 0) return;
    (*order_)(std::span(place).first(count));
    std::uint8_t* const outcome = agents.outcome.data() + tile.begin;
    for (std::size_t m = 0; m < count; ++m)
        if (place[m] < admission_.admitted) outcome[bidder[m]] = MultiKarma::kPriority;
}

void CapacityContest::debit(Population& agents, const Tile& tile) const {
    const std::int32_t* const bid = agents.bid.data() + tile.begin;
    const std::uint8_t* const outcome = agents.outcome.data() + tile.begin;
    const Account own = layout().contested(stage_);
    std::int32_t* const karma = agents.karma[own.at()].data() + tile.begin;
    bool beyond = false;
    for (std::size_t i = 0; i < tile.size; ++i) {
        const std::int32_t due = outcome[i] == MultiKarma::kPriority ? bid[i] : 0;
        beyond |= due > karma[i];
    }
    if (!beyond) {
        for (std::size_t i = 0; i < tile.size; ++i) karma[i] -= outcome[i] == MultiKarma::kPriority ? bid[i] : 0;
        return;
    }
    std::array<int, Lattice::kMaxAccounts> storage;
    const std::span balances = std::span(storage).first(agents.karma.size());
    for (std::size_t i = 0; i < tile.size; ++i) {
        if (outcome[i] != MultiKarma::kPriority) continue;
        if (bid[i] <= karma[i]) {
            karma[i] -= bid[i];
            continue;
        }
        for (std::size_t a = 0; a < balances.size(); ++a) balances[a] = agents.karma[a][tile.begin + i];
        draw(game_.rules().exchange, own, bid[i], numbers_(tile.first_agent + i, time_, ChanceOf::payment)[0], balances);
        for (std::size_t a = 0; a < balances.size(); ++a) agents.karma[a][tile.begin + i] = balances[a];
    }
}

double CapacityContest::payoff(Exogenous u, std::size_t outcome) const {
    if (outcome == MultiKarma::kInactive) return 0.0;
    return game_.payoff(layout().exogenous_infos()[u.at()].urgency, outcome == MultiKarma::kGeneralPurpose ? delay_ : 0.0);
}

std::vector<ContestNumber> CapacityContest::numbers() const {
    return {{"delay", "1", "relative excess of general-purpose users over the general-purpose capacity", delay_},
            {"mean_payment", "karma", "mean payment per capita, in karma of the stage's resource",
             static_cast<double>(paid_) / static_cast<double>(agents_)}};
}

}  // namespace polykarma
