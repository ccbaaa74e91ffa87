// The third face of the rule parts: agents drawn one by one end up where `push` sends their mass.
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "game/credit.hpp"
#include "game/priority_auction.hpp"
#include "game/property_tax.hpp"
#include "game/spending_path.hpp"
#include "game/urgency_chain.hpp"
#include "support/chi_squared.hpp"
#include "support/random.hpp"
#include "support/random_economy.hpp"

namespace polykarma {
namespace {

/// Words of 32 bits from a fixed seed.
class Words {
public:
    std::uint32_t operator()() { return static_cast<std::uint32_t>(bits_()); }

private:
    std::mt19937 bits_{20240917};
};

TEST(UrgencyDraw, FollowsTheChainAndItsStationaryLaw) {
    Words words;
    test::Random random(1);
    const UrgencyChain chain = test::random_chain(random, 2, 3);
    const UrgencyDraw draw(chain);
    for (const auto r : Range<Stage>(2)) {
        std::vector<double> stationary;
        std::vector<std::int64_t> started(3);
        for (const auto u : Range<Exogenous>(3)) {
            stationary.push_back(chain.stationary(r, u));
            std::vector<double> probability;
            std::vector<std::int64_t> counts(3);
            for (const auto v : Range<Exogenous>(3)) probability.push_back(chain.probability(r, u, v));
            for (int i = 0; i < 30000; ++i) ++counts[draw(r, static_cast<std::uint8_t>(u.at()), words())];
            test::expect_drawn_from(probability, counts);
        }
        for (int i = 0; i < 30000; ++i) ++started[draw.stationary(r, words())];
        test::expect_drawn_from(stationary, started);
    }
}

TEST(UrgencyDraw, CertainStepsAreCertain) {
    const UrgencyDraw draw(UrgencyChain({{{0.0, 1.0}, {1.0, 0.0}}}));
    for (const std::uint32_t word : {0U, 1U, 0x80000000U, 0xffffffffU}) {
        EXPECT_EQ(draw(Stage{}, 0, word), 1);
        EXPECT_EQ(draw(Stage{}, 1, word), 0);
    }
}

/// Every payment of every state of random economies with exchange: the agents end up where the path's mass does.
TEST(SpendingDraw, EndsWhereThePathLeads) {
    Words words;
    for (const std::uint64_t seed : test::small_seeds(100, 12)) {
        SCOPED_TRACE(seed);
        const MultiKarma game(test::random_economy(seed).rules);
        const Lattice& lattice = game.layout().lattice();
        const Exchange& exchange = game.rules().exchange;
        std::vector<int> balances(lattice.accounts());
        for (const auto a : Range<Account>(lattice.accounts())) {
            Piece piece{Type{}, {0, lattice.lines(a)}};
            const SpendingPath path(lattice, exchange, a, piece);
            const std::size_t length = lattice.line_length(a);
            for (std::size_t site = 0; site < lattice.sites(); ++site) {
                const std::size_t line = site / length, own = site % length;
                for (std::size_t bid = 0; bid <= own + path.extra(line); bid += 1 + bid / 2) {
                    std::vector<double> on_path(path.positions(line)), stays(length), high(lattice.lines(a)), low(lattice.lines(a));
                    on_path[length - 1 - own + bid] = 1.0;
                    const EnteringMass::Block entering{high, low};
                    path.push(line, on_path, stays, entering);
                    std::vector<double> reached(lattice.sites());
                    std::copy(stays.begin(), stays.end(), reached.begin() + static_cast<std::ptrdiff_t>(line * length));
                    for (std::size_t l = 0; l < lattice.lines(a); ++l) reached[l * length] += entering.value(l);
                    std::vector<std::int64_t> counts(lattice.sites());
                    for (int i = 0; i < 400; ++i) {
                        lattice.balances(a, site, balances);
                        draw(exchange, a, static_cast<int>(bid), words(), balances);
                        ++counts[lattice.site(a, balances)];
                    }
                    test::expect_drawn_from(reached, counts);
                }
            }
        }
    }
}

TEST(TaxDraw, LeavesWhatTheTaxDoes) {
    Words words;
    const PropertyTax tax(0.03, 2.0, 20);
    for (std::int32_t balance = 0; balance <= 20; ++balance) {
        std::vector<double> before(21), after(21);
        before[static_cast<std::size_t>(balance)] = 1.0;
        push(tax, std::span<const double>(before), after);
        std::vector<std::int64_t> counts(21);
        for (int i = 0; i < 5000; ++i) ++counts[static_cast<std::size_t>(balance - draw(tax, balance, words()))];
        test::expect_drawn_from(after, counts);
    }
    EXPECT_EQ(draw(tax, 30, words()), 27);  // above its table: 0.03 * 900
    EXPECT_EQ(draw(tax, 50, words()), 50);  // never more than there is
}

TEST(Admission, TakesTheHighestBidsUntilThePlacesAreTaken) {
    const std::vector<std::int64_t> bids{5, 0, 4, 3};
    const auto expect = [&](std::int64_t places, std::size_t marginal, std::int64_t admitted, std::int64_t winners) {
        SCOPED_TRACE(places);
        const Admission a = admission(bids, places);
        EXPECT_EQ(a.marginal, marginal);
        EXPECT_EQ(a.bidders, bids[marginal]);
        EXPECT_EQ(a.admitted, admitted);
        EXPECT_EQ(a.winners, winners);
    };
    expect(0, 3, 0, 0);
    expect(2, 3, 2, 2);
    expect(3, 2, 0, 3);
    expect(5, 2, 2, 5);
    expect(7, 0, 0, 7);
    expect(9, 0, 2, 9);
    expect(20, 0, 5, 12);  // more places than agents who take part
}

// Without smoothing, and where the marginal bid is not just full, the mean field admits the same.
TEST(Admission, IsTheMeanFieldOfManyAgents) {
    test::Random random(5);
    for (int trial = 0; trial < 50; ++trial) {
        std::vector<std::int64_t> bids;
        std::vector<double> nu, psi(6);
        for (int b = 0; b < 6; ++b) bids.push_back(static_cast<std::int64_t>(random.below(200)));
        for (const auto b : bids) nu.push_back(static_cast<double>(b) / 1000.0);
        const std::int64_t places = static_cast<std::int64_t>(1 + random.below(900));
        const Admission a = admission(bids, places);
        priority_probabilities(nu, static_cast<double>(places) / 1000.0, 0.0, psi);
        for (std::size_t b = 0; b < 6; ++b) {
            if (bids[b] == 0) continue;
            const double admitted = b > a.marginal ? 1.0
                                    : b < a.marginal
                                        ? 0.0
                                        : static_cast<double>(a.admitted) / static_cast<double>(a.bidders);
            EXPECT_NEAR(psi[b], admitted, 1e-12);
        }
    }
}

TEST(IntegerCredit, AddsUpToThePaymentAndIsTheMeanFieldsCredit) {
    test::Random random(6);
    for (int trial = 0; trial < 500; ++trial) {
        std::vector<std::int64_t> receivers;
        std::vector<double> mass;
        std::int64_t room = 0;
        const std::size_t k_max = 1 + random.below(6);
        for (std::size_t k = 0; k <= k_max; ++k) {
            receivers.push_back(static_cast<std::int64_t>(random.chance(0.3) ? 0 : random.below(50)));
            mass.push_back(static_cast<double>(receivers.back()));
            room += receivers.back() * static_cast<std::int64_t>(k_max - k);
        }
        const auto payment = static_cast<std::int64_t>(random.below(static_cast<std::size_t>(room + 10)));
        const IntegerCredit credit = integer_credit(payment, receivers);
        std::int64_t given = credit.extra, able = 0;
        for (std::size_t k = 0; k <= k_max; ++k) {
            given += receivers[k] * std::min<std::int64_t>(credit.whole, static_cast<std::int64_t>(k_max - k));
            able += static_cast<std::int64_t>(k_max - k) > credit.whole ? receivers[k] : 0;
        }
        EXPECT_EQ(given + credit.lost, payment);
        EXPECT_EQ(credit.lost, std::max<std::int64_t>(0, payment - room));
        EXPECT_EQ(credit.able, able);
        EXPECT_LE(credit.extra, credit.extra == 0 ? 0 : able - 1);
        // The mean field knows neither levels that nobody reaches nor integers, but the same sum of both.
        const Credit mean = saturated_credit(static_cast<double>(payment), mass);
        if (credit.extra > 0) {
            EXPECT_EQ(mean.whole, credit.whole);
            EXPECT_NEAR(mean.fraction, static_cast<double>(credit.extra) / static_cast<double>(able), 1e-12);
        }
        EXPECT_NEAR(mean.lost, static_cast<double>(credit.lost), 1e-9);
    }
}

}  // namespace
}  // namespace polykarma
