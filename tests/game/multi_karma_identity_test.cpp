// Identities of the multi-karma game that hold for every social state, equilibrium or not.
#include <algorithm>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/effort.hpp"
#include "support/small_economy.hpp"
#include "support/state_identities.hpp"

namespace polykarma {
namespace {

constexpr std::uint64_t kEconomies = test::economies(300);

MultiKarmaRules patient(std::uint64_t seed) {
    auto rules = test::random_economy(seed).rules;
    for (auto& type : rules.types) std::fill(type.discount.begin(), type.discount.end(), 1.0);
    return rules;
}

class RandomSocialState : public testing::TestWithParam<std::uint64_t> {
protected:
    test::StateIdentities<MultiKarma> state_{MultiKarma(patient(GetParam())), GetParam()};
};

TEST_P(RandomSocialState, PushConservesMassAndKarmaValue) { state_.expect_mass_and_karma_conserved(); }
TEST_P(RandomSocialState, PushedMassIsNotNegative) { state_.expect_no_negative_mass(); }
TEST_P(RandomSocialState, LostKarmaIsWhatIsMissing) { state_.expect_lost_karma_missing(); }
TEST_P(RandomSocialState, PushIsTheAdjointOfPull) { state_.expect_adjoint(); }
TEST_P(RandomSocialState, PushOfSignedMassIsLinearAndTheAdjointOfPull) { state_.expect_linear(); }
TEST_P(RandomSocialState, NegativeMassMirrorsEverything) { state_.expect_mirrored(); }
TEST_P(RandomSocialState, ASparseResponseIsTheDenseOne) { state_.expect_the_same_of_a_sparse_response(); }
TEST_P(RandomSocialState, OneActionValueIsThatOfTheRow) { state_.expect_single_values_of_rows(); }

INSTANTIATE_TEST_SUITE_P(RandomEconomies, RandomSocialState, testing::Range<std::uint64_t>(0, kEconomies));

MultiKarma square(Exchange exchange, Redistribution redistribution) {
    return MultiKarma(test::small_economy({4, 4}, {1.5, 1.0}, std::move(exchange), redistribution));
}

TEST(Drift, NoExchange) { test::expect_no_drift(square(Exchange::none(2), Redistribution::all)); }
TEST(Drift, UnitExchange) { test::expect_no_drift(square(Exchange::from_worth({1.0, 1.0}), Redistribution::active)); }
TEST(Drift, RationalExchange) { test::expect_no_drift(square(Exchange::from_worth({1.0, 1.5}), Redistribution::all)); }
TEST(Drift, NonWinners) {
    test::expect_no_drift(square(Exchange::from_worth({1.0, 2.0 / 3.0}), Redistribution::non_winners));
}
TEST(Drift, ThreeResources) { test::expect_no_drift(MultiKarma(test::three_resources({4, 3, 3}))); }

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
