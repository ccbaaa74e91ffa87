// Identities of the multi-karma game that hold for every social state, equilibrium or not.
#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "dynamics/operators.hpp"
#include "dynamics/response.hpp"
#include "equilibrium/start.hpp"
#include "support/random_economy.hpp"
#include "support/small_economy.hpp"

namespace polykarma {
namespace {

constexpr std::uint64_t kEconomies = 300;

/// Conserved karma values [quantity] held by the mass of one stage.
std::vector<double> karma_value(const MultiKarma& game, Stage r, std::span<const double> mass) {
    std::vector<long double> held(game.conserved(), 0.0L);
    std::vector<int> balances(game.layout().lattice().accounts());
    whole(game).for_each_site(r, [&](const Site& site, std::size_t) {
        game.layout().lattice().balances(game.layout().contested(r), site.index, balances);
        for (std::size_t q = 0; q < held.size(); ++q)
            held[q] += static_cast<long double>(mass[site.state]) * game.conserved_weight(q, balances);
    });
    return {held.begin(), held.end()};
}

/// Mass [type] of one stage.
std::vector<double> type_mass(const MultiKarma& game, Stage r, std::span<const double> mass) {
    std::vector<long double> total(game.layout().types(), 0.0L);
    whole(game).for_each_site(
        r, [&](const Site& site, std::size_t) { total[game.layout().type(site.block).at()] += mass[site.state]; });
    return {total.begin(), total.end()};
}

class RandomSocialState : public testing::TestWithParam<std::uint64_t> {
protected:
    RandomSocialState()
        : random_(GetParam()),
          game_(rules(GetParam())),
          mass_(test::random_mass(whole(game_), random_, GetParam() % 2 == 0)),
          response_(test::random_response(whole(game_), random_)),
          operators_(game_),
          pushed_(layout().blocks() * layout().sites()) {
        operators_.aggregate(mass_, response_);
    }
    static MultiKarmaRules rules(std::uint64_t seed) {
        auto rules = test::random_economy(seed).rules;
        for (auto& type : rules.types) std::fill(type.discount.begin(), type.discount.end(), 1.0);
        return rules;
    }
    [[nodiscard]] const Layout& layout() const { return game_.layout(); }

    void expect_adjoint(Stage r, std::span<const double> mass, const Field& value) {
        operators_.push(r, mass, response_, pushed_);
        long double there = 0.0L, back = 0.0L;
        const auto next = value.stage(layout().next(r));
        for (std::size_t x = 0; x < pushed_.size(); ++x) there += static_cast<long double>(pushed_[x]) * next[x];
        operators_.rows(r, value, [&](const Site& site, Row q) {
            const Row p = std::as_const(response_).row(r, site, q.size());
            for (std::size_t a = 0; a < q.size(); ++a)
                back += static_cast<long double>(mass[site.state]) * p[a] *
                        (q[a] - game_.reward(r, operators_.aggregates(r), site.block, Action{a}));
        });
        // Q is up to 40 (rewards of 9 * 4 included), each rounded to 1.1e-16 of it.
        EXPECT_NEAR(static_cast<double>(there), static_cast<double>(back), 4e-14);
    }

    test::Random random_;
    MultiKarma game_;
    Field mass_;
    Response response_;
    Operators<MultiKarma> operators_;
    std::vector<double> pushed_;
};

TEST_P(RandomSocialState, PushConservesMassAndKarmaValue) {
    for (const auto r : Range<Stage>(layout().stages())) {
        operators_.push(r, mass_.stage(r), response_, pushed_);
        const auto before = type_mass(game_, r, mass_.stage(r));
        const auto after = type_mass(game_, layout().next(r), pushed_);
        for (std::size_t t = 0; t < before.size(); ++t) EXPECT_NEAR(after[t], before[t], 1e-15);
        if (game_.lost(operators_.aggregates(r)) > 0.0) continue;  // full accounts: counted, and nothing to conserve
        const auto held = karma_value(game_, r, mass_.stage(r));
        const auto kept = karma_value(game_, layout().next(r), pushed_);
        // Values up to 10; the credit inherits the rounding of receivers and payment.
        for (std::size_t q = 0; q < held.size(); ++q) EXPECT_NEAR(kept[q], held[q], 1e-13) << "stage " << r.at();
    }
}

TEST_P(RandomSocialState, PushedMassIsNotNegative) {
    for (const auto r : Range<Stage>(layout().stages())) {
        operators_.push(r, mass_.stage(r), response_, pushed_);
        EXPECT_GE(*std::min_element(pushed_.begin(), pushed_.end()), 0.0) << "stage " << r.at();
    }
}

TEST_P(RandomSocialState, LostKarmaIsWhatIsMissing) {
    for (const auto r : Range<Stage>(layout().stages())) {
        const double lost = game_.lost(operators_.aggregates(r));
        if (lost == 0.0 || game_.conserved() != 1) continue;
        operators_.push(r, mass_.stage(r), response_, pushed_);
        const double missing =
            karma_value(game_, r, mass_.stage(r))[0] - karma_value(game_, layout().next(r), pushed_)[0];
        EXPECT_NEAR(missing, lost * game_.rules().exchange.worth(Account{r.at()}), 1e-13);
    }
}

/// <push(d), V> = <d, sum_a pi Q - reward> at discount 1.
TEST_P(RandomSocialState, PushIsTheAdjointOfPull) {
    const Field value = test::random_field(whole(game_), random_, -5.0, 5.0);
    for (const auto r : Range<Stage>(layout().stages())) expect_adjoint(r, mass_.stage(r), value);
}

/// At frozen aggregates a push is linear in the mass, whose sign may be any.
TEST_P(RandomSocialState, PushOfSignedMassIsLinearAndTheAdjointOfPull) {
    const Field value = test::random_field(whole(game_), random_, -5.0, 5.0);
    const Field other = test::random_mass(whole(game_), random_, GetParam() % 3 == 0);
    std::vector<double> signed_mass(pushed_.size()), other_pushed(pushed_.size()), signed_pushed(pushed_.size());
    for (const auto r : Range<Stage>(layout().stages())) {
        for (std::size_t x = 0; x < signed_mass.size(); ++x)
            signed_mass[x] = 0.5 * (mass_.stage(r)[x] - other.stage(r)[x]);
        operators_.push(r, mass_.stage(r), response_, pushed_);
        operators_.push(r, other.stage(r), response_, other_pushed);
        operators_.push(r, signed_mass, response_, signed_pushed);
        for (std::size_t x = 0; x < pushed_.size(); ++x)
            EXPECT_NEAR(signed_pushed[x], 0.5 * (pushed_[x] - other_pushed[x]), 1e-15);
        expect_adjoint(r, signed_mass, value);
    }
}

/// With the sign of the mass turns that of its sums and of what is pushed, to the last bit.
TEST_P(RandomSocialState, NegativeMassMirrorsEverything) {
    std::vector<double> negative(pushed_.size()), mirrored(pushed_.size());
    for (const auto r : Range<Stage>(layout().stages())) {
        std::ranges::transform(mass_.stage(r), negative.begin(), std::negate{});
        operators_.push(r, mass_.stage(r), response_, pushed_);
        operators_.push(r, negative, response_, mirrored);
        AlignedVector<double> sums(game_.sums_size(r), 0.0), mirrored_sums(sums);
        response_.for_each(r, [&](const Site& site, Row row) {
            game_.tally(r, site, mass_.stage(r)[site.state], row, sums);
            game_.tally(r, site, negative[site.state], row, mirrored_sums);
        });
        for (std::size_t x = 0; x < pushed_.size(); ++x) EXPECT_EQ(mirrored[x], -pushed_[x]);
        for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_EQ(mirrored_sums[i], -sums[i]);
    }
}

/// A response does the same however it is stored.
TEST_P(RandomSocialState, ASparseResponseIsTheDenseOne) {
    const SparseResponse sparse(response_, 1e-15);
    const Response dense = dense_response(sparse);
    const Field value = test::random_field(whole(game_), random_, -5.0, 5.0);
    Operators<MultiKarma> dense_operators(game_);
    std::vector<double> dense_pushed(pushed_.size());
    operators_.aggregate(mass_, sparse);
    dense_operators.aggregate(mass_, dense);
    for (const auto r : Range<Stage>(layout().stages())) {
        EXPECT_EQ(operators_.aggregates(r).nu, dense_operators.aggregates(r).nu);
        EXPECT_EQ(operators_.aggregates(r).receivers, dense_operators.aggregates(r).receivers);
        operators_.push(r, mass_.stage(r), sparse, pushed_);
        dense_operators.push(r, mass_.stage(r), dense, dense_pushed);
        for (std::size_t x = 0; x < pushed_.size(); ++x) EXPECT_NEAR(pushed_[x], dense_pushed[x], 1e-16);
        operators_.values(r, value, [&](const Site& site, const auto& q) {
            const double followed = sparse.expected_value(r, site, q);
            const Row row = q.row();
            EXPECT_NEAR(followed, expected_value(dense.row(r, site, row.size()), row), 2e-14);
        });
    }
}

TEST_P(RandomSocialState, OneActionValueIsThatOfTheRow) {
    const Field value = test::random_field(whole(game_), random_, -5.0, 5.0);
    for (const auto r : Range<Stage>(layout().stages()))
        operators_.values(r, value, [&](const Site&, const auto& q) {
            const Row row = q.row();
            ASSERT_EQ(q.size(), row.size());
            for (std::size_t a = 0; a < q.size(); ++a) EXPECT_NEAR(q[a], row[a], 1e-14);
        });
}

INSTANTIATE_TEST_SUITE_P(RandomEconomies, RandomSocialState, testing::Range<std::uint64_t>(0, kEconomies));

constexpr int kPushes = 20000;

/// Mass [type] and karma [quantity] of a population that follows one random response for many stages.
struct Held {
    std::vector<double> mass;
    std::vector<double> karma;
};
Held after_many_pushes(const MultiKarma& game) {
    test::Random random(7);
    const Response response = test::random_response(whole(game), random);
    Operators<MultiKarma> operators(game);
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    Stage r{};
    for (int push = 0; push < kPushes; ++push) {
        const auto d = mass.stage(r);
        operators.begin_tally(r);
        response.for_each(r, [&](const Site& site, Row row) { operators.tally(r, site, d[site.state], row); });
        operators.finish_tally(r);
        EXPECT_EQ(game.lost(operators.aggregates(r)), 0.0);
        operators.push(r, d, response, mass.stage(game.layout().next(r)));
        r = game.layout().next(r);
    }
    return {type_mass(game, r, mass.stage(r)), karma_value(game, r, mass.stage(r))};
}

/// Neither mass nor karma drifts: by less than half a unit in the last place of the whole in a push, although every
/// share that the credit is derived from is rounded.
void expect_no_drift(const MultiKarmaRules& rules) {
    const MultiKarma game(rules);
    const auto [mass, karma] = after_many_pushes(game);
    constexpr double kDrift = kPushes * 0x1p-53;
    for (std::size_t t = 0; t < mass.size(); ++t)
        EXPECT_NEAR(mass[t], game.layout().type_infos()[t].share, kDrift) << "type " << t;
    for (std::size_t q = 0; q < karma.size(); ++q)
        EXPECT_NEAR(karma[q] / game.conserved_value(q), 1.0, kDrift) << "quantity " << q;
}

MultiKarmaRules square(Exchange exchange, Redistribution redistribution) {
    return test::small_economy({4, 4}, {1.5, 1.0}, std::move(exchange), redistribution);
}

TEST(Drift, NoExchange) { expect_no_drift(square(Exchange::none(2), Redistribution::all)); }
TEST(Drift, UnitExchange) { expect_no_drift(square(Exchange::from_worth({1.0, 1.0}), Redistribution::active)); }
TEST(Drift, RationalExchange) { expect_no_drift(square(Exchange::from_worth({1.0, 1.5}), Redistribution::all)); }
TEST(Drift, NonWinners) {
    expect_no_drift(square(Exchange::from_worth({1.0, 2.0 / 3.0}), Redistribution::non_winners));
}
TEST(Drift, ThreeResources) { expect_no_drift(test::three_resources({4, 3, 3})); }

/// Rotating the resources together with everything indexed by them rotates the storage, stage by stage and bit by bit.
MultiKarmaRules rotated(const MultiKarmaRules& rules) {
    const std::size_t n = rules.resources.size();
    const auto old = [n](std::size_t r) { return (r + 1) % n; };
    MultiKarmaRules result = rules;
    Exchange::Rates rates(n, std::vector<double>(n));
    for (std::size_t r = 0; r < n; ++r) {
        result.resources[r] = rules.resources[old(r)];
        for (std::size_t a = 0; a < n; ++a) rates[r][a] = rules.exchange.rate(Account{old(r)}, Account{old(a)});
    }
    result.exchange = Exchange(rates);
    for (std::size_t t = 0; t < rules.types.size(); ++t) {
        const auto& type = rules.types[t];
        std::vector<UrgencyChain::Matrix> transition;
        for (std::size_t r = 0; r < n; ++r) {
            result.types[t].discount[r] = type.discount[old(r)];
            auto& phi = transition.emplace_back(type.chain.states(), std::vector<double>(type.chain.states()));
            for (const auto u : Range<Exogenous>(type.chain.states()))
                for (const auto v : Range<Exogenous>(type.chain.states()))
                    phi[u.at()][v.at()] = type.chain.probability(Stage{old(r)}, u, v);
        }
        result.types[t].chain = UrgencyChain(std::move(transition));
    }
    return result;
}

TEST(Rotation, OfResourcesIsBitIdentical) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const auto economy = test::random_economy(seed);
        const MultiKarma game(economy.rules), turned(rotated(economy.rules));
        const Layout& layout = game.layout();
        test::Random random(seed);
        const Field mass = test::random_mass(whole(game), random, false);
        const Field value = test::random_field(whole(game), random, -5.0, 5.0);
        const Response response = test::random_response(whole(game), random);
        Field turned_mass(whole(turned)), turned_value(whole(turned));
        Response turned_response(whole(turned));
        for (const auto r : Range<Stage>(layout.stages())) {
            const Stage old{(r.at() + 1) % layout.stages()};
            std::ranges::copy(mass.stage(old), turned_mass.stage(r).begin());
            std::ranges::copy(value.stage(old), turned_value.stage(r).begin());
            turned_response.part().for_each_site(r, [&](const Site& site, std::size_t length) {
                std::ranges::copy(response.row(old, site, length), turned_response.row(r, site, length).begin());
            });
        }
        Operators<MultiKarma> operators(game), turned_operators(turned);
        operators.aggregate(mass, response);
        turned_operators.aggregate(turned_mass, turned_response);
        std::vector<double> pushed(mass.stage(Stage{}).size()), turned_pushed(pushed.size());
        for (const auto r : Range<Stage>(layout.stages())) {
            const Stage old{(r.at() + 1) % layout.stages()};
            operators.push(old, mass.stage(old), response, pushed);
            turned_operators.push(r, turned_mass.stage(r), turned_response, turned_pushed);
            EXPECT_EQ(pushed, turned_pushed) << "seed " << seed;
            std::vector<double> rows, turned_rows;
            operators.rows(old, value, [&](const Site&, Row q) { rows.insert(rows.end(), q.begin(), q.end()); });
            turned_operators.rows(r, turned_value, [&](const Site&, Row q) {
                turned_rows.insert(turned_rows.end(), q.begin(), q.end());
            });
            EXPECT_EQ(rows, turned_rows) << "seed " << seed;
        }
    }
}

}  // namespace
}  // namespace polykarma
