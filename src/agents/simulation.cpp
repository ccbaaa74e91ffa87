#include "agents/simulation.hpp"

#include <algorithm>
#include <array>

namespace polykarma {

Simulation::Simulation(Contest& contest, Bidding& bidding, Population agents, const RandomNumbers& numbers,
                       const Collective& ranks)
    : contest_(contest), bidding_(bidding), agents_(std::move(agents)), numbers_(numbers), ranks_(ranks) {
    const std::size_t outcomes = contest.outcomes().size();
    const std::size_t exogenous = contest.layout().exogenous_states();
    tally_ = Tally(contest.layout().stages(), agents_.cohorts.size(), exogenous, outcomes);
    outcomes_.resize(agents_.cohorts.size() * exogenous * (outcomes + 1));
    payoffs_.resize(exogenous * outcomes);
    receives_.resize(outcomes);
    for (std::size_t o = 0; o < outcomes; ++o) takes_part_.push_back(contest.takes_part(o));
}

void Simulation::period() {
    const std::size_t stages = contest_.layout().stages();
    for (const auto r : Range<Stage>(stages))
        contest(r, static_cast<std::uint32_t>(periods_ * stages + r.at()));
    ++periods_;
}

Tally Simulation::take_tally() {
    Tally taken(tally_.stages, tally_.cohorts, tally_.exogenous_states, tally_.outcome_count);
    std::swap(taken, tally_);
    return taken;
}

void Simulation::resume(RunState state) {
    periods_ = state.periods;
    tally_ = std::move(state.tally);
    bidding_.learner().restore(state.learned);
}

RunState Simulation::state() const { return {periods_, tally_, bidding_.learner().values()}; }

void Simulation::forget() {
    static_cast<void>(take_tally());
    std::fill(agents_.payoff.begin(), agents_.payoff.end(), 0.0);
    std::fill(agents_.contests.begin(), agents_.contests.end(), 0);
    std::fill(agents_.successes.begin(), agents_.successes.end(), 0);
}

void Simulation::contest(Stage r, std::uint32_t time) {
    contest_.begin(r, time);
    agents_.for_each_tile([&](const Tile& tile) {
        bidding_.bid(r, time, agents_, tile);
        contest_.offer(agents_, tile);
    });
    bidding_.learn(r, ranks_);
    contest_.decide(agents_);
    if (observer_ != nullptr) observer_->bids_placed(agents_);

    const std::size_t outcomes = contest_.outcomes().size();
    for (std::size_t o = 0; o < outcomes; ++o) {
        receives_[o] = contest_.receives(o);
        for (const auto u : Range<Exogenous>(contest_.layout().exogenous_states()))
            payoffs_[u.at() * outcomes + o] = contest_.payoff(u, o);
    }
    const Account account = contest_.layout().contested(r);
    auto& karma = agents_.karma[account.at()];
    std::array<std::uint8_t, kTile> receives{};
    const auto receivers = [&](const Tile& tile) {
        for (std::size_t i = 0; i < tile.size; ++i) receives[i] = receives_[agents_.outcome[tile.begin + i]];
        return std::span<const std::uint8_t>(receives).first(tile.size);
    };
    const auto balances = [&](const Tile& tile) { return std::span(karma).subspan(tile.begin, tile.size); };

    HandOut credit(contest_.limit(account), ranks_);
    agents_.for_each_tile([&](const Tile& tile) {
        contest_.settle(agents_, tile);
        count(tile);
        bidding_.experience(agents_, tile, payoffs_);
        credit.count(balances(tile), receivers(tile));
    });
    credit.decide(contest_.pot(), numbers_, time, ChanceOf::credit);
    agents_.for_each_tile([&](const Tile& tile) {
        credit.give(balances(tile), receivers(tile));
        move_on(r, time, tile);
    });
    conclude(r, credit.credit().lost);
    if (observer_ != nullptr) observer_->settled(agents_);
}

void Simulation::count(const Tile& tile) {
    const std::size_t outcomes = contest_.outcomes().size(), exogenous = contest_.layout().exogenous_states();
    std::int64_t* const counts = outcomes_.data() + tile.cohort * exogenous * (outcomes + 1);
    std::int64_t* const bids = counts + exogenous * outcomes;
    for (std::size_t i = tile.begin; i < tile.begin + tile.size; ++i) {
        const std::size_t outcome = agents_.outcome[i], u = agents_.exogenous[i];
        const std::size_t cell = u * outcomes + outcome;
        ++counts[cell];
        bids[u] += takes_part_[outcome] != 0 ? agents_.bid[i] : 0;
        agents_.payoff[i] += payoffs_[cell];
        agents_.contests[i] += takes_part_[outcome];
        agents_.successes[i] += outcome == 0;
    }
}

void Simulation::conclude(Stage r, std::int64_t lost) {
    ranks_.sum(outcomes_);
    const std::size_t outcomes = contest_.outcomes().size(), exogenous = contest_.layout().exogenous_states();
    for (std::size_t c = 0; c < agents_.cohorts.size(); ++c) {
        const std::int64_t* const counts = outcomes_.data() + c * exogenous * (outcomes + 1);
        for (std::size_t u = 0; u < exogenous; ++u) {
            const std::size_t cell = tally_.cell(r.at(), c, u);
            tally_.bids[cell] += counts[exogenous * outcomes + u];
            for (std::size_t o = 0; o < outcomes; ++o) {
                const std::int64_t agents = counts[u * outcomes + o];
                tally_.outcomes[cell * outcomes + o] += agents;
                tally_.payoff[cell] += static_cast<double>(agents) * payoffs_[u * outcomes + o];
            }
        }
    }
    std::fill(outcomes_.begin(), outcomes_.end(), 0);
    ++tally_.contests[r.at()];
    tally_.lost[r.at()] += lost;
    const auto numbers = contest_.numbers();
    tally_.numbers[r.at()].resize(numbers.size(), 0.0);
    for (std::size_t n = 0; n < numbers.size(); ++n) tally_.numbers[r.at()][n] += numbers[n].value;
}

void Simulation::move_on(Stage r, std::uint32_t time, const Tile& tile) {
    numbers_.fill(words_, tile.size, tile.first_agent, time, ChanceOf::urgency);
    const UrgencyDraw& urgency = contest_.urgency(tile.type);
    std::uint8_t* const exogenous = agents_.exogenous.data() + tile.begin;
    for (std::size_t i = 0; i < tile.size; ++i) exogenous[i] = urgency(r, exogenous[i], words_.word[0][i]);
}

}  // namespace polykarma
