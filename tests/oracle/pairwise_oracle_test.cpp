// The pairwise game against the enumeration of every pair, coin and rounding, on random small economies.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "dynamics/operators.hpp"
#include "oracle/dense_pairs.hpp"
#include "support/effort.hpp"
#include "support/random_pairs.hpp"

namespace polykarma {
namespace {

using oracle::DensePairs;

constexpr std::uint64_t kAll = 200, kEconomies = test::economies(kAll);

/// Shares are rounded to 2^-52 once per state and bid, a few hundred of them; karma counts up to 20 units of them.
constexpr double kTolerance = 2e-13;

struct Case {
    explicit Case(std::uint64_t seed)
        : random(1000 + seed),
          rules(test::random_pairs(seed)),
          game(rules),
          dense(rules),
          mass(test::random_mass(whole(game), random, seed % 3 == 0)),
          response(test::random_response(whole(game), random)),
          operators(game),
          d(mass.all().begin(), mass.all().end()) {
        operators.aggregate(mass, response);
        response.for_each(Stage{}, [&](const Site&, Row row) { pi.emplace_back(row.begin(), row.end()); });
        m = dense.aggregates(d, pi);
    }
    [[nodiscard]] const Pairwise::Aggregates& engine() const { return operators.aggregates(Stage{}); }
    /// The credit divides by the mass with room for it, which only a few rich agents may have.
    [[nodiscard]] double tolerance() const {
        double room = 1.0;
        for (std::size_t k = 0; k < engine().receivers.size(); ++k)
            if (static_cast<double>(k) + engine().credit.whole < rules.k_max) {
                double reached = 0.0;
                for (std::size_t j = 0; j <= k; ++j) reached += engine().receivers[j];
                room = reached;
            }
        return kTolerance / std::max(room, 1e-3);
    }

    test::Random random;
    PairwiseRules rules;
    Pairwise game;
    DensePairs dense;
    Field mass;
    Response response;
    Operators<Pairwise> operators;
    oracle::Values d;
    oracle::Rows pi;
    DensePairs::Aggregates m;
};

class PairwiseOracle : public testing::TestWithParam<std::uint64_t> {};

TEST_P(PairwiseOracle, Aggregates) {
    const Case c(GetParam());
    const auto& engine = c.engine();
    for (std::size_t b = 0; b < c.m.nu.size(); ++b) {
        EXPECT_NEAR(engine.nu[b], static_cast<double>(c.m.nu[b]), kTolerance);
        EXPECT_NEAR(engine.win[b], static_cast<double>(c.dense.win(c.m, b)), kTolerance);
    }
    EXPECT_NEAR(engine.mean_payment, static_cast<double>(c.m.payment), kTolerance);
    EXPECT_NEAR(engine.tax, static_cast<double>(c.m.tax), kTolerance);
    EXPECT_NEAR(engine.overflow, static_cast<double>(c.m.overflow), kTolerance);
    EXPECT_NEAR(engine.credit.lost, static_cast<double>(c.m.lost), kTolerance);
    EXPECT_NEAR(engine.credit.whole + engine.credit.fraction, static_cast<double>(c.m.credit), 20.0 * c.tolerance());
}

TEST_P(PairwiseOracle, ActionValues) {
    Case c(GetParam());
    const Field value = test::random_field(c.mass.part(), c.random, -10.0, 10.0);
    const auto exact = c.dense.action_values(c.m, {value.all().begin(), value.all().end()});
    std::size_t x = 0;
    c.operators.rows(Stage{}, value, [&](const Site&, Row q) {
        ASSERT_EQ(q.size(), exact[x].size());
        for (std::size_t b = 0; b < q.size(); ++b)
            EXPECT_NEAR(q[b], static_cast<double>(exact[x][b]), 100.0 * c.tolerance());
        for (std::size_t b = q.size(); b < padded(q.size()); ++b) EXPECT_EQ(q.data()[b], kForbidden);
        ++x;
    });
    EXPECT_EQ(x, exact.size());
}

TEST_P(PairwiseOracle, PushedMass) {
    Case c(GetParam());
    Field pushed(c.mass.part());
    c.operators.push(Stage{}, c.mass.stage(Stage{}), c.response, pushed.stage(Stage{}));
    const auto exact = c.dense.push(c.m, c.d, c.pi);
    for (std::size_t x = 0; x < exact.size(); ++x)
        EXPECT_NEAR(pushed.all()[x], static_cast<double>(exact[x]), 5.0 * c.tolerance());
}

INSTANTIATE_TEST_SUITE_P(RandomEconomies, PairwiseOracle, testing::Range<std::uint64_t>(0, kEconomies));

/// What the random economies exercise; a rare rule that never came up would be untested without anyone noticing.
TEST(PairwiseOracleSample, ReachesEveryRule) {
    std::size_t peer = 0, society = 0, taxed = 0, overflow = 0, units = 0, lost = 0, long_lines = 0, types = 0, none = 0;
    for (std::uint64_t seed = 0; seed < kAll; ++seed) {
        const Case c(seed);
        (c.rules.payee == Payee::peer ? peer : society) += 1;
        taxed += c.m.tax > 0.0L;
        overflow += c.rules.payee == Payee::peer && c.m.overflow > 0.0L;
        units += c.m.credit > 1.0L;
        lost += c.m.lost > 0.0L;
        long_lines += static_cast<std::size_t>(c.rules.k_max) > 2 * kLanes;
        types += c.rules.types.size() > 2;
        none += c.rules.k_max == 0;
    }
    for (const std::size_t count : {peer, society, taxed, overflow, units, long_lines, types}) EXPECT_GE(count, 10U);
    EXPECT_GE(none, 1U);
    EXPECT_EQ(lost, 0U);  // what a contest takes out of accounts finds room in them again
}

}  // namespace
}  // namespace polykarma
