// Contests of random economies against the rules as model.md states them, agent by agent: nothing here is shared with
// the code that plays but the numbers it is shown.
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "agents/play.hpp"
#include "support/rational.hpp"

namespace polykarma {
namespace {

using test::Rational;

/// One rank's population at one moment.
struct Moment {
    std::vector<std::vector<std::int32_t>> karma;
    std::vector<std::int32_t> bid;
    std::vector<std::uint8_t> exogenous, outcome;
    std::vector<double> payoff;
    explicit Moment(const Population& p)
        : karma(p.karma), bid(p.bid), exogenous(p.exogenous), outcome(p.outcome), payoff(p.payoff) {}
};

class Oracle final : public ContestObserver {
public:
    Oracle(const test::RandomEconomy& economy, std::vector<Cohort> cohorts)
        : rules_(economy.rules), rates_(economy.rates), cohorts_(std::move(cohorts)) {}

    void bids_placed(const Population& agents) override { before_.emplace(agents); }
    void settled(const Population& agents) override {
        const Moment after(agents);
        for (std::size_t i = 0; i < agents.size(); ++i) check_bid(i);
        check_winners(after);
        check_payoffs(after);
        check_karma(after);
        for (std::size_t i = 0; i < agents.size(); ++i) check_urgency(i, after);
        stage_ = (stage_ + 1) % rules_.resources.size();
        ++contests;
    }

    int contests = 0;
    int paid_by_others = 0;  ///< agents who paid with other accounts
    std::int64_t lost = 0;

private:
    const MultiKarmaRules::UserType& type_of(std::size_t agent) const {
        std::size_t c = 0;
        while (agent >= cohorts_[c].last) ++c;
        return rules_.types[cohorts_[c].type.at()];
    }

    void check_bid(std::size_t i) const {
        Rational means = 0;
        for (std::size_t a = 0; a < rates_.size(); ++a) means = means + rates_[stage_][a] * Rational(before_->karma[a][i]);
        EXPECT_GE(before_->bid[i], -1);
        EXPECT_LE(before_->bid[i], means.floor());
    }

    void check_winners(const Moment& after) const {
        std::int64_t winners = 0, active = 0, highest_loser = -1, lowest_winner = 1000;
        for (std::size_t i = 0; i < after.outcome.size(); ++i) {
            const std::int32_t bid = before_->bid[i];
            EXPECT_EQ(after.outcome[i] == 2, bid == -1);
            active += bid >= 0;
            if (after.outcome[i] == 0) {
                ++winners;
                lowest_winner = std::min<std::int64_t>(lowest_winner, bid);
            } else {
                highest_loser = std::max<std::int64_t>(highest_loser, bid);
            }
        }
        const double places = rules_.resources[stage_].capacity.priority * static_cast<double>(after.bid.size());
        EXPECT_EQ(winners, std::min(active, static_cast<std::int64_t>(std::floor(places + 1e-9))));
        EXPECT_GE(lowest_winner, highest_loser);
    }

    void check_payoffs(const Moment& after) const {
        const auto& capacity = rules_.resources[stage_].capacity;
        const auto n = static_cast<double>(after.bid.size());
        const auto others = static_cast<double>(std::count(after.outcome.begin(), after.outcome.end(), 1));
        const double general = capacity.total - capacity.priority;
        const double delay = std::max(0.0, others / n / general - 1.0);
        for (std::size_t i = 0; i < after.bid.size(); ++i) {
            const double urgency = rules_.urgencies[before_->exogenous[i]].urgency;
            const double suffered = after.outcome[i] == 1 ? delay : 0.0;
            const double payoff = after.outcome[i] == 2 ? 0.0
                                  : urgency > 0.0       ? urgency * (rules_.nominal_payoff - suffered)
                                                        : -rules_.idle_delay_cost * suffered;
            EXPECT_NEAR(after.payoff[i] - before_->payoff[i], payoff, 1e-9);
        }
    }

    /// What a winner's accounts may be after paying: every account in its turn until the bid is covered, a fraction of
    /// a unit rounded either way.
    std::vector<std::vector<std::int32_t>> after_paying(std::size_t i) const {
        std::vector<std::int32_t> karma;
        for (const auto& account : before_->karma) karma.push_back(account[i]);
        Rational owed = before_->bid[i];
        for (std::size_t step = 0; step < karma.size(); ++step) {
            const std::size_t a = (stage_ + step) % karma.size();
            const Rational rate = rates_[stage_][a];
            if (rate == Rational(0)) continue;
            if (owed < rate * Rational(karma[a]) || owed == rate * Rational(karma[a])) {
                const Rational debit = owed / rate;
                auto less = karma;
                less[a] -= static_cast<std::int32_t>(debit.floor());
                if (debit == Rational(debit.floor())) return {less};
                auto more = less;
                --more[a];
                return {less, more};
            }
            owed = owed - rate * Rational(karma[a]);
            karma[a] = 0;
        }
        ADD_FAILURE() << "a bid above all that the agent has";
        return {};
    }

    bool receives(std::uint8_t outcome) const {
        switch (rules_.resources[stage_].redistribution) {
            case Redistribution::all: return true;
            case Redistribution::active: return outcome != 2;
            case Redistribution::non_winners: return outcome != 0;
        }
        return false;
    }

    void check_karma(const Moment& after) {
        const std::int32_t k_max = rules_.resources[stage_].k_max;
        std::int64_t paid = 0, given = 0, most = 0, least_with_room = 1000;
        for (std::size_t i = 0; i < after.bid.size(); ++i) {
            std::vector<std::int32_t> before, now;
            for (std::size_t a = 0; a < after.karma.size(); ++a) {
                before.push_back(before_->karma[a][i]);
                now.push_back(after.karma[a][i]);
            }
            std::vector<std::vector<std::int32_t>> reached(1, before);
            if (after.outcome[i] == 0) {
                paid += before_->bid[i];
                reached = after_paying(i);
                paid_by_others += before_->bid[i] > before[stage_];
            }
            // Only the contested account may hold more than after paying.
            bool possible = false;
            std::int32_t credit = 0;
            for (const auto& state : reached) {
                auto without = now;
                without[stage_] = state[stage_];
                if (without != state) continue;
                possible = true;
                credit = now[stage_] - state[stage_];
            }
            EXPECT_TRUE(possible) << "agent " << i;
            given += credit;
            EXPECT_LE(now[stage_], k_max);
            if (receives(after.outcome[i])) {
                most = std::max<std::int64_t>(most, credit);
                if (now[stage_] < k_max) least_with_room = std::min<std::int64_t>(least_with_room, credit);
            } else {
                EXPECT_EQ(credit, 0);
            }
        }
        EXPECT_LE(given, paid);
        if (least_with_room < 1000) {  // somebody has room left: nothing is lost, and shares differ by one at most
            EXPECT_EQ(given, paid);
            EXPECT_LE(most - least_with_room, 1);
        }
        lost += paid - given;
    }

    void check_urgency(std::size_t i, const Moment& after) const {
        const auto from = Exogenous{std::size_t{before_->exogenous[i]}}, to = Exogenous{std::size_t{after.exogenous[i]}};
        EXPECT_GT(type_of(i).chain.probability(Stage{stage_}, from, to), 0.0);
    }

    const MultiKarmaRules& rules_;
    const test::ExactRates& rates_;
    std::vector<Cohort> cohorts_;
    std::optional<Moment> before_;
    std::size_t stage_ = 0;
};

TEST(CapacityOracle, RandomEconomiesFollowTheRules) {
    int paid_by_others = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE(seed);
        const test::RandomEconomy economy = test::random_economy(seed);
        const auto cohorts = test::of_types(economy.rules, 30 + seed);
        test::Play play(economy.rules, cohorts, {Behaviour{}}, seed, Collective::serial(), seed % 2 == 0);
        Oracle oracle(economy, cohorts);
        play.simulation->observe(&oracle);
        for (int period = 0; period < 10; ++period) play.simulation->period();
        EXPECT_EQ(oracle.contests, 10 * static_cast<int>(economy.rules.resources.size()));
        const Tally tally = play.simulation->take_tally();
        EXPECT_EQ(std::accumulate(tally.lost.begin(), tally.lost.end(), std::int64_t{0}), oracle.lost);
        paid_by_others += oracle.paid_by_others;
    }
    EXPECT_GT(paid_by_others, 100);  // or exchange was hardly tested
}

}  // namespace
}  // namespace polykarma
