// The engine against the enumeration on random small economies: bid limits, aggregates, action values, pushed mass,
// payoffs. Differences are relative to the largest number of the same kind in the economy: bids' shares and
// probabilities to 1, values to max |Q|, mass to the largest pushed entry.
#include <cmath>

#include <gtest/gtest.h>

#include "oracle/bridge.hpp"
#include "support/effort.hpp"
#include "support/random_economy.hpp"
#include "welfare/measures.hpp"

namespace polykarma {
namespace {

using oracle::DenseEconomy;
using oracle::Real;

constexpr std::uint64_t kAll = 400, kEconomies = test::economies(kAll);

/// Sums of at most a few hundred products of numbers up to the scale, each rounded to 1.1e-16 of it.
constexpr double kTolerance = 1e-13;

/// The engine rounds every term of a share to a multiple of 2^-52, so that a sum of n terms is off by up to n 2^-53;
/// roundings are even over that range, which makes it 2^-53 sqrt(n / 3) in the mean, and hardly ever six times that.
double share_rounding(const oracle::Values& mass, const oracle::Rows& response) {
    std::size_t terms = 0;
    for (std::size_t x = 0; x < mass.size(); ++x)
        if (mass[x] > 0.0L) terms += response[x].size();
    return 6.0 * 0x1p-53 * std::sqrt(static_cast<double>(terms) / 3.0);
}

/// psi divides by epsilon + nu of the marginal bid, and everything that depends on it inherits the magnified rounding
/// of the shares: visible only where a bid that almost nobody places is the marginal one.
double psi_condition(const DenseEconomy& dense, const DenseEconomy::Aggregates& m, double rounding) {
    double worst = 1.0;
    for (std::size_t a = 1; a < m.nu.size(); ++a)
        if (m.psi[a] > 0.0L && m.psi[a] < 1.0L)
            worst =
                std::max(worst, rounding / kTolerance / (dense.description().epsilon + static_cast<double>(m.nu[a])));
    return worst;
}

struct Case {
    explicit Case(std::uint64_t seed)
        : random(1000 + seed),
          economy(test::random_economy(seed)),
          game(economy.rules),
          dense(oracle::describe(economy.rules, economy.rates)),
          mass(test::random_mass(whole(game), random, seed % 3 == 0)),
          response(test::random_response(whole(game), random)),
          operators(game) {
        operators.aggregate(mass, response);
        for (const auto r : Range<Stage>(layout().stages())) {
            d.push_back(dense_values(dense, mass, r));
            pi.push_back(dense_rows(dense, r, response));
            m.push_back(dense.aggregates(r.at(), d.back(), pi.back()));
        }
    }
    [[nodiscard]] const Layout& layout() const { return game.layout(); }
    [[nodiscard]] double tolerance(Stage r) const {
        return kTolerance * psi_condition(dense, m[r.at()], share_rounding(d[r.at()], pi[r.at()]));
    }

    test::Random random;
    test::RandomEconomy economy;
    MultiKarma game;
    DenseEconomy dense;
    Field mass;
    Response response;
    Operators<MultiKarma> operators;
    std::vector<oracle::Values> d;
    std::vector<oracle::Rows> pi;
    std::vector<DenseEconomy::Aggregates> m;
};

class MultiKarmaOracle : public testing::TestWithParam<std::uint64_t> {};

TEST_P(MultiKarmaOracle, BidLimitsAreExact) {
    const Case c(GetParam());
    for (const auto r : Range<Stage>(c.layout().stages()))
        c.mass.part().for_each_site(r, [&](const Site& site, std::size_t length) {
            const auto& state = c.dense.states()[dense_state(c.dense, c.layout(), r, site)];
            ASSERT_EQ(length, c.dense.bid_limit(r.at(), state) + 2) << "stage " << r.at() << " site " << site.index;
        });
}

TEST_P(MultiKarmaOracle, Aggregates) {
    const Case c(GetParam());
    for (const auto r : Range<Stage>(c.layout().stages())) {
        const auto& engine = c.operators.aggregates(r);
        const auto& exact = c.m[r.at()];
        const double tolerance = c.tolerance(r);
        for (std::size_t a = 0; a < exact.nu.size(); ++a) {
            EXPECT_NEAR(engine.nu[a], static_cast<double>(exact.nu[a]), kTolerance);
            EXPECT_NEAR(engine.psi[a], static_cast<double>(exact.psi[a]), tolerance);
        }
        const double largest_bid = static_cast<double>(exact.nu.size());
        const auto& resource = c.economy.rules.resources[r.at()].capacity;
        EXPECT_NEAR(engine.delay, static_cast<double>(exact.delay), tolerance / (resource.total - resource.priority));
        EXPECT_NEAR(engine.mean_payment, static_cast<double>(exact.payment), tolerance * largest_bid);
        EXPECT_NEAR(engine.credit.lost, static_cast<double>(exact.lost), tolerance * largest_bid);
        const double k_max = c.economy.rules.resources[r.at()].k_max;
        const double credit = engine.credit.whole + engine.credit.fraction;
        EXPECT_NEAR(credit, static_cast<double>(exact.credit), tolerance * k_max * largest_bid) << "stage " << r.at();
    }
}

TEST_P(MultiKarmaOracle, ActionValues) {
    Case c(GetParam());
    const Field value = test::random_field(c.mass.part(), c.random, -10.0, 30.0);
    for (const auto r : Range<Stage>(c.layout().stages())) {
        const auto next = c.layout().next(r);
        const auto exact = c.dense.action_values(r.at(), c.m[r.at()], dense_values(c.dense, value, next));
        double scale = 0.0;
        for (const auto& row : exact)
            for (const Real q : row) scale = std::max(scale, std::abs(static_cast<double>(q)));
        double worst = 0.0;
        c.operators.rows(r, value, [&](const Site& site, Row q) {
            const auto& row = exact[dense_state(c.dense, c.layout(), r, site)];
            ASSERT_EQ(q.size(), row.size());
            for (std::size_t a = 0; a < q.size(); ++a)
                worst = std::max(worst, std::abs(q[a] - static_cast<double>(row[a])));
            for (std::size_t a = q.size(); a < padded(q.size()); ++a) ASSERT_EQ(q.data()[a], kForbidden);
        });
        EXPECT_LT(worst, c.tolerance(r) * scale) << "stage " << r.at();
    }
}

TEST_P(MultiKarmaOracle, PushedMass) {
    Case c(GetParam());
    std::vector<double> pushed(c.layout().blocks() * c.layout().sites());
    for (const auto r : Range<Stage>(c.layout().stages())) {
        const auto next = c.layout().next(r);
        c.operators.push(r, c.mass.stage(r), c.response, pushed);
        const auto exact = c.dense.push(r.at(), c.m[r.at()], c.d[r.at()], c.pi[r.at()]);
        const auto engine = dense_values(c.dense, c.mass.part(), next, pushed);
        double worst = 0.0, scale = 0.0;
        for (std::size_t x = 0; x < exact.size(); ++x) {
            worst = std::max(worst, static_cast<double>(std::abs(engine[x] - exact[x])));
            scale = std::max(scale, static_cast<double>(exact[x]));
        }
        EXPECT_LT(worst, c.tolerance(r) * scale) << "stage " << r.at();
    }
}

TEST_P(MultiKarmaOracle, Payoffs) {
    Case c(GetParam());
    const auto engine = payoffs(c.operators, action_shares(c.mass, c.response));
    for (std::size_t t = 0; t < engine.size(); ++t) {
        Real paid = 0.0L, all = 0.0L, active = 0.0L, largest = 0.0L;
        for (std::size_t r = 0; r < c.d.size(); ++r)
            for (std::size_t x = 0; x < c.dense.states().size(); ++x) {
                if (c.dense.states()[x].type != t) continue;
                for (std::size_t a = 0; a < c.pi[r][x].size(); ++a) {
                    const Real share = c.d[r][x] * c.pi[r][x][a];
                    all += share;
                    if (a > 0) active += share;
                    const Real reward = c.dense.reward(r, c.m[r], c.dense.states()[x].urgency, a);
                    paid += share * reward;
                    largest = std::max(largest, std::abs(reward));
                }
            }
        // Rewards are as exact as psi; shares of the population are divided by what the type has of it.
        double tolerance = 0.0;
        for (const auto r : Range<Stage>(c.d.size()))
            tolerance = std::max(
                tolerance, c.tolerance(r) + share_rounding(c.d[r.at()], c.pi[r.at()]) / static_cast<double>(active));
        tolerance *= std::max(1.0, static_cast<double>(largest));
        EXPECT_NEAR(engine[t].endogenous, static_cast<double>(paid / all), tolerance);
        EXPECT_NEAR(engine[t].exogenous, static_cast<double>(paid / active), tolerance);
    }
}

/// What the random economies exercise; a rare rule that never came up would be untested without anyone noticing.
TEST(MultiKarmaOracleSample, ReachesEveryRule) {
    std::size_t several_units = 0, lost = 0, no_payment = 0, delays = 0, fractional = 0, three = 0, gaps = 0;
    for (std::uint64_t seed = 0; seed < kAll; ++seed) {
        const Case c(seed);
        three += c.m.size() == 3;
        const auto& rates = c.economy.rates;
        gaps += rates[0][1] == test::Rational(0) && !(rates[1][0] == test::Rational(0));
        fractional += rates[0][1].value() != std::floor(rates[0][1].value());
        for (const auto& m : c.m) {
            several_units += m.credit > 1.0L;
            lost += m.lost > 0.0L;
            no_payment += m.payment == 0.0L;
            delays += m.delay > 0.0L;
        }
    }
    for (const std::size_t count : {several_units, lost, no_payment, delays, fractional, three, gaps})
        EXPECT_GE(count, 5U);
}

INSTANTIATE_TEST_SUITE_P(RandomEconomies, MultiKarmaOracle, testing::Range<std::uint64_t>(0, kEconomies));

}  // namespace
}  // namespace polykarma
