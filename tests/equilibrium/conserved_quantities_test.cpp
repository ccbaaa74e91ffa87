#include "equilibrium/conserved_quantities.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "game/multi_karma.hpp"
#include "support/partitioned.hpp"
#include "support/random_economy.hpp"
#include "support/small_economy.hpp"
#include "support/toy_game.hpp"

namespace polykarma {
namespace {

/// Mass of every type, then every karma value, of something over the states of the first stage; summed plainly.
template <Game G>
std::vector<double> quantities(const G& game, std::span<const double> mass) {
    const Layout& layout = game.layout();
    std::vector<long double> sums(layout.types() + game.conserved(), 0.0L);
    std::vector<int> balances(layout.lattice().accounts());
    whole(game).for_each_site(Stage{}, [&](const Site& site, std::size_t) {
        layout.lattice().balances(layout.contested(Stage{}), site.index, balances);
        sums[layout.type(site.block).at()] += mass[site.state];
        for (std::size_t q = 0; q < game.conserved(); ++q)
            sums[layout.types() + q] += static_cast<long double>(mass[site.state]) * game.conserved_weight(q, balances);
    });
    return {sums.begin(), sums.end()};
}

template <Game G>
std::vector<double> targets(const G& game) {
    std::vector<double> result;
    for (const auto& type : game.layout().type_infos()) result.push_back(type.share);
    for (std::size_t q = 0; q < game.conserved(); ++q) result.push_back(game.conserved_value(q));
    return result;
}

template <Game G>
void expect_conserved(const G& game, std::span<const double> mass) {
    const auto now = quantities(game, mass), target = targets(game);
    // Restored to a relative 1e-14, as summed here to a few roundings of hundreds of terms.
    for (std::size_t i = 0; i < now.size(); ++i) EXPECT_NEAR(now[i], target[i], 3e-14 * std::max(target[i], 1.0)) << i;
}

/// Two groups of accounts, one, and one whose worths are no integers; k_mean within reach.
std::vector<MultiKarma> economies() {
    std::vector<MultiKarma> games;
    for (const auto& exchange : {Exchange::none(2), Exchange::from_worth({1.0, 1.0}), Exchange::from_worth({1.0, 1.5}),
                                 Exchange({{1.0, 0.6}, {0.0, 1.0}})})
        games.emplace_back(test::small_economy({5, 4}, {1.5, 1.0}, exchange, Redistribution::all));
    games.emplace_back(test::three_resources({4, 3, 3}));
    return games;
}

class ConservedQuantitiesOf : public testing::TestWithParam<std::size_t> {
protected:
    MultiKarma game = economies()[GetParam()];
    test::Random random{GetParam()};
    Part part = whole(game);
    ConservedQuantities<MultiKarma> conserved{game, part, Collective::serial()};
};

TEST_P(ConservedQuantitiesOf, ProjectLeavesNoChangeOfThem) {
    for (const bool sparse : {false, true}) {
        const Field mass = test::random_mass(part, random, sparse);
        std::vector<double> change = random.numbers(part.states(Stage{}), -1.0, 1.0);
        conserved.orthogonalize(mass.stage(Stage{}));
        conserved.project(mass.stage(Stage{}), change);
        double size = 0.0;
        for (const double x : change) size += std::abs(x);
        ASSERT_GT(size, 1.0);  // a change is left
        // Hundreds of terms of up to 9 units of karma, each with a rounding.
        for (const double q : quantities(game, change)) EXPECT_NEAR(q, 0.0, 1e-14 * 9.0 * size);
    }
}

TEST_P(ConservedQuantitiesOf, ProjectTwiceIsProjectOnce) {
    const Field mass = test::random_mass(part, random, true);
    std::vector<double> change = random.numbers(part.states(Stage{}), -1.0, 1.0);
    conserved.orthogonalize(mass.stage(Stage{}));
    conserved.project(mass.stage(Stage{}), change);
    const auto once = change;
    conserved.project(mass.stage(Stage{}), change);
    for (std::size_t x = 0; x < change.size(); ++x) EXPECT_NEAR(change[x], once[x], 1e-13);
}

/// What is taken is a change of the quantities where there is mass, and of nothing else: a state without mass keeps its
/// change.
TEST_P(ConservedQuantitiesOf, ProjectTakesInProportionToTheMass) {
    const Field mass = test::random_mass(part, random, true);
    std::vector<double> change = random.numbers(part.states(Stage{}), -1.0, 1.0);
    const auto before = change;
    conserved.orthogonalize(mass.stage(Stage{}));
    conserved.project(mass.stage(Stage{}), change);
    std::size_t empty = 0, moved = 0;
    for (std::size_t x = 0; x < change.size(); ++x) {
        if (mass.stage(Stage{})[x] == 0.0) {
            ++empty;
            EXPECT_EQ(change[x], before[x]);
        } else if (change[x] != before[x]) {
            ++moved;
        }
    }
    EXPECT_GT(empty, 0U);
    EXPECT_GT(moved, 0U);
}

TEST_P(ConservedQuantitiesOf, RestoreGivesTheValuesBackToAnyMass) {
    for (const bool sparse : {false, true}) {
        Field mass = test::random_mass(part, random, sparse);
        conserved.restore(mass.stage(Stage{}));
        expect_conserved(game, mass.stage(Stage{}));
        for (const double d : mass.stage(Stage{})) EXPECT_GE(d, 0.0);
    }
}

/// Perturbed by a hundredth of its size, with entries below zero: the values are back, and the mass is near where it
/// was.
TEST_P(ConservedQuantitiesOf, RestoreAfterAPerturbation) {
    Field mass = test::random_mass(part, random, false);
    const auto d = mass.stage(Stage{});
    conserved.restore(d);
    const std::vector<double> before(d.begin(), d.end());
    for (double& x : d) x *= 1.0 + random.between(-0.01, 0.01);
    for (std::size_t i = 0; i < 5; ++i) d[random.below(d.size())] = -1e-4;
    conserved.restore(d);
    expect_conserved(game, d);
    double distance = 0.0;
    for (std::size_t x = 0; x < d.size(); ++x) {
        EXPECT_GE(d[x], 0.0);
        distance += std::abs(d[x] - before[x]);
    }
    // 0.01 of perturbation, five states cleared of the hundred or more, and what it takes to make up for them.
    EXPECT_LT(distance, 0.3);
    EXPECT_GT(distance, 1e-3);
}

TEST_P(ConservedQuantitiesOf, RestoreChangesNothingThatIsRight) {
    Field mass = test::random_mass(part, random, true);
    conserved.restore(mass.stage(Stage{}));
    const Field before = mass;
    conserved.restore(mass.stage(Stage{}));
    EXPECT_EQ(test::differences(mass, before), 0U);
}

TEST_P(ConservedQuantitiesOf, AreTheSameOnAnyRanks) {
    const Field mass = test::random_mass(part, random, true), change = test::random_field(part, random, -1.0, 1.0);
    const auto compute = [&](const Part& own, const Collective& ranks) {
        ConservedQuantities<MultiKarma> quantities(game, own, ranks);
        Field projected = test::restricted(change, own), restored = test::restricted(mass, own);
        quantities.orthogonalize(restored.stage(Stage{}));
        quantities.project(restored.stage(Stage{}), projected.stage(Stage{}));
        quantities.restore(restored.stage(Stage{}));
        return std::pair{std::move(projected), std::move(restored)};
    };
    const auto serial = compute(part, Collective::serial());
    const Field &projected = serial.first, &restored = serial.second;
    ASSERT_GT(test::differences(projected, change), 0U);
    ASSERT_GT(test::differences(restored, mass), 0U);
    for (const auto& shares : test::deals())
        test::on_parts(game, shares, [&](const Part& own, const Collective& ranks) {
            const auto [own_projected, own_restored] = compute(own, ranks);
            EXPECT_EQ(test::differences(own_projected, projected), 0U);
            EXPECT_EQ(test::differences(own_restored, restored), 0U);
        });
}

INSTANTIATE_TEST_SUITE_P(Economies, ConservedQuantitiesOf, testing::Range<std::size_t>(0, 5));

/// Nobody has karma of one kind, or everybody all of it: the only mass there is has a single balance there, of which no
/// factor makes another.
TEST(ConservedQuantities, OfAccountsThatAreEmptyOrFull) {
    for (const std::vector<double>& k_mean :
         {std::vector{0.0, 1.0}, {5.0, 1.0}, {1.5, 4.0}, {0.0, 0.0}, {5.0, 4.0}, {5.0, 0.0}})
        for (const auto& exchange : {Exchange::none(2), Exchange::from_worth({1.0, 1.5})}) {
            SCOPED_TRACE(testing::PrintToString(k_mean));
            const MultiKarma game(test::small_economy({5, 4}, k_mean, exchange, Redistribution::all));
            ConservedQuantities<MultiKarma> conserved(game, whole(game), Collective::serial());
            Field mass(whole(game));
            game.start_mass(KarmaStart::at_mean, mass);
            const auto d = mass.stage(Stage{});
            test::Random random(7);
            for (double& x : d) x *= random.between(0.8, 1.2);
            conserved.restore(d);
            for (const double x : d) ASSERT_TRUE(x >= 0.0 && std::isfinite(x));
            expect_conserved(game, d);
            std::vector<double> change = random.numbers(d.size(), -1.0, 1.0);
            for (std::size_t x = 0; x < d.size(); ++x)
                if (d[x] == 0.0) change[x] = 0.0;
            conserved.orthogonalize(d);
            conserved.project(d, change);
            for (const double q : quantities(game, change)) EXPECT_NEAR(q, 0.0, 1e-12);
        }
}

/// An account without room for any karma.
TEST(ConservedQuantities, OfAnAccountWithoutUnits) {
    const MultiKarma game(test::small_economy({5, 0}, {1.5, 0.0}, Exchange::none(2), Redistribution::all));
    ConservedQuantities<MultiKarma> conserved(game, whole(game), Collective::serial());
    test::Random random(8);
    Field mass = test::random_mass(whole(game), random, false);
    conserved.restore(mass.stage(Stage{}));
    expect_conserved(game, mass.stage(Stage{}));
}

/// Far from the values that are wanted, and from a mass of any size.
TEST(ConservedQuantities, RestoreFromFarAway) {
    for (const double factor : {1e-3, 0.3, 3.0, 50.0}) {
        const MultiKarma game(test::small_economy({5, 4}, {0.3, 3.2}, Exchange::none(2), Redistribution::all));
        ConservedQuantities<MultiKarma> conserved(game, whole(game), Collective::serial());
        test::Random random(9);
        Field mass = test::random_mass(whole(game), random, false);
        for (double& x : mass.stage(Stage{})) x *= factor;
        conserved.restore(mass.stage(Stage{}));
        SCOPED_TRACE(factor);
        expect_conserved(game, mass.stage(Stage{}));
    }
}

TEST(ConservedQuantities, OfAGameWithoutKarmaAreItsTypes) {
    const test::ToyGame game(2, CycleEnd::wraps, {0.5, 0.3, 0.2});
    ConservedQuantities<test::ToyGame> conserved(game, whole(game), Collective::serial());
    test::Random random(10);
    Field mass = test::random_mass(whole(game), random, true);
    for (double& x : mass.stage(Stage{})) x *= random.between(0.9, 1.1);
    conserved.restore(mass.stage(Stage{}));
    expect_conserved(game, mass.stage(Stage{}));
}

}  // namespace
}  // namespace polykarma
