// Identities of the multi-karma game that hold for every social state, equilibrium or not.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "dynamics/operators.hpp"
#include "support/random_economy.hpp"
#include "support/small_economy.hpp"

namespace polykarma {
namespace {

constexpr std::uint64_t kEconomies = 300;

/// Conserved karma values [quantity] held by the mass of one stage.
std::vector<double> karma_value(const MultiKarma& game, Stage r, std::span<const double> mass) {
    std::vector<double> held(game.conserved(), 0.0);
    std::vector<int> balances(game.layout().lattice().accounts());
    std::size_t state = 0;
    game.layout().for_each_site(r, [&](const Site& site, std::size_t) {
        game.layout().lattice().balances(game.layout().contested(r), site.index, balances);
        for (std::size_t q = 0; q < held.size(); ++q) held[q] += mass[state] * game.conserved_weight(q, balances);
        ++state;
    });
    return held;
}

/// Mass [type] of one stage.
std::vector<double> type_mass(const Layout& layout, std::span<const double> mass) {
    const std::size_t of_type = layout.exogenous_states() * layout.sites();
    std::vector<long double> total(layout.types(), 0.0L);
    for (std::size_t x = 0; x < mass.size(); ++x) total[x / of_type] += mass[x];
    return {total.begin(), total.end()};
}

class RandomSocialState : public testing::TestWithParam<std::uint64_t> {
protected:
    RandomSocialState()
        : random_(GetParam()),
          game_(rules(GetParam())),
          mass_(test::random_mass(layout(), random_, GetParam() % 2 == 0)),
          response_(test::random_response(layout(), random_)),
          operators_(game_),
          pushed_(layout().blocks() * layout().sites()) {
        for (const auto r : Range<Stage>(layout().stages())) operators_.aggregate(r, mass_.stage(r), response_);
    }
    static MultiKarmaRules rules(std::uint64_t seed) {
        auto rules = test::random_economy(seed).rules;
        for (auto& type : rules.types) std::fill(type.discount.begin(), type.discount.end(), 1.0);
        return rules;
    }
    [[nodiscard]] const Layout& layout() const { return game_.layout(); }

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
        const auto before = type_mass(layout(), mass_.stage(r));
        const auto after = type_mass(layout(), pushed_);
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
    const Field value = test::random_field(layout(), random_, -5.0, 5.0);
    for (const auto r : Range<Stage>(layout().stages())) {
        operators_.push(r, mass_.stage(r), response_, pushed_);
        long double there = 0.0L, back = 0.0L;
        const auto next = value.stage(layout().next(r));
        for (std::size_t x = 0; x < pushed_.size(); ++x) there += static_cast<long double>(pushed_[x]) * next[x];
        std::size_t state = 0;
        operators_.rows(r, value, [&](const Site& site, Row q) {
            const Row p = std::as_const(response_).row(r, site, q.size());
            for (std::size_t a = 0; a < q.size(); ++a)
                back += static_cast<long double>(mass_.stage(r)[state]) * p[a] *
                        (q[a] - game_.reward(r, operators_.aggregates(r), site.block, Action{a}));
            ++state;
        });
        // Q is up to 40 (rewards of 9 * 4 included), each rounded to 1.1e-16 of it.
        EXPECT_NEAR(static_cast<double>(there), static_cast<double>(back), 4e-14);
    }
}

INSTANTIATE_TEST_SUITE_P(RandomEconomies, RandomSocialState, testing::Range<std::uint64_t>(0, kEconomies));

/// Following one response for ten thousand stages neither loses nor gains: 1e-12 is half a unit in the last place per
/// push in the mass, and ten times that in karma.
void expect_no_drift(Exchange exchange, Redistribution redistribution) {
    const MultiKarma game(test::small_economy({4, 4}, {1.5, 1.0}, std::move(exchange), redistribution));
    const Layout& layout = game.layout();
    test::Random random(7);
    const Response response = test::random_response(layout, random);
    Operators<MultiKarma> operators(game);
    Field mass(layout);
    game.start_mass(KarmaStart::at_mean, mass);
    std::vector<double> d(mass.stage(Stage{}).begin(), mass.stage(Stage{}).end());
    std::vector<double> pushed(d.size());
    Stage r{};
    for (int push = 0; push < 10000; ++push) {
        operators.aggregate(r, d, response);
        ASSERT_EQ(game.lost(operators.aggregates(r)), 0.0);
        operators.push(r, d, response, pushed);
        d.swap(pushed);
        r = layout.next(r);
    }
    const auto totals = type_mass(layout, d);
    for (std::size_t t = 0; t < totals.size(); ++t) EXPECT_NEAR(totals[t], layout.type_infos()[t].share, 1e-12);
    const auto held = karma_value(game, r, d);
    for (std::size_t q = 0; q < held.size(); ++q)
        EXPECT_NEAR(held[q] / game.conserved_value(q), 1.0, 1e-12) << "quantity " << q;
}

TEST(Drift, NoExchange) { expect_no_drift(Exchange::none(2), Redistribution::all); }
TEST(Drift, UnitExchange) { expect_no_drift(Exchange::from_worth({1.0, 1.0}), Redistribution::active); }
TEST(Drift, RationalExchange) { expect_no_drift(Exchange::from_worth({1.0, 1.5}), Redistribution::all); }
TEST(Drift, NonWinners) { expect_no_drift(Exchange::from_worth({1.0, 2.0 / 3.0}), Redistribution::non_winners); }

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
        const Field mass = test::random_mass(layout, random, false);
        const Field value = test::random_field(layout, random, -5.0, 5.0);
        const Response response = test::random_response(layout, random);
        Field turned_value(turned.layout());
        Response turned_response(turned.layout());
        for (const auto r : Range<Stage>(layout.stages())) {
            const Stage old{(r.at() + 1) % layout.stages()};
            std::ranges::copy(value.stage(old), turned_value.stage(r).begin());
            turned.layout().for_each_site(r, [&](const Site& site, std::size_t length) {
                std::ranges::copy(response.row(old, site, length), turned_response.row(r, site, length).begin());
            });
        }
        Operators<MultiKarma> operators(game), turned_operators(turned);
        std::vector<double> pushed(mass.stage(Stage{}).size()), turned_pushed(pushed.size());
        for (const auto r : Range<Stage>(layout.stages())) {
            const Stage old{(r.at() + 1) % layout.stages()};
            operators.aggregate(old, mass.stage(old), response);
            turned_operators.aggregate(r, mass.stage(old), turned_response);
            operators.push(old, mass.stage(old), response, pushed);
            turned_operators.push(r, mass.stage(old), turned_response, turned_pushed);
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
