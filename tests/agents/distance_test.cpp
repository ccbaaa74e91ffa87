// How far a population is from a distribution, against sums by hand and against samples.
#include "agents/distance.hpp"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "agents/play.hpp"
#include "support/ranks.hpp"
#include "support/small_economy.hpp"

namespace polykarma {
namespace {

/// A distribution with some states that nobody is in, and its game.
struct Law {
    explicit Law(MultiKarmaRules rules) : game(std::move(rules)), mass(whole(game)) {
        test::Random random(31);
        mass = test::random_mass(whole(game), random, true);
    }
    MultiKarma game;
    Field mass;
};

/// A population drawn from the distribution, with the karma of that.
Population drawn(const Law& law, std::uint64_t agents, std::uint64_t seed, const Collective& ranks = Collective::serial()) {
    const RandomNumbers numbers(seed);
    const CapacityContest contest(law.game, Allocation::bids, numbers, agents, ranks);
    Population population(test::of_types(law.game.rules(), agents), law.game.layout().lattice().accounts(), ranks);
    static_cast<void>(start_population(contest, &law.mass, StartKarma::of_economy, numbers, ranks, population));
    return population;
}

TEST(Distance, IsHalfTheSumOfDifferences) {
    const Law law(test::three_resources({3, 2, 4}));
    const Layout& layout = law.game.layout();
    const Population agents = drawn(law, 500, 1);
    std::vector<double> difference(law.mass.stage(Stage{}).begin(), law.mass.stage(Stage{}).end());
    std::array<int, 3> balances{};
    for (const Cohort& cohort : agents.cohorts)
        for (std::uint64_t i = cohort.first; i < cohort.last; ++i) {
            for (std::size_t a = 0; a < 3; ++a) balances[a] = agents.karma[a][i];
            const std::size_t site = layout.lattice().site(layout.contested(Stage{}), balances);
            const std::size_t block = layout.block(cohort.type, Exogenous{agents.exogenous[i]}).at();
            difference[block * layout.sites() + site] -= 1.0 / 500.0;
        }
    double expected = 0.0;
    for (const double x : difference) expected += 0.5 * std::abs(x);
    // Sums of at most a thousand numbers below one.
    EXPECT_NEAR(Distance(law.mass)(agents, Collective::serial()), expected, 1e-13);
}

TEST(Distance, CountsThoseBeyondTheLatticeAtItsEnd) {
    const Law law(test::one_lane());
    Population agents = drawn(law, 100, 2);
    std::fill(agents.karma[0].begin(), agents.karma[0].end(), law.game.layout().lattice().k_max(Account{}));
    const double at_the_end = Distance(law.mass)(agents, Collective::serial());
    std::fill(agents.karma[0].begin(), agents.karma[0].end(), 1000);
    EXPECT_EQ(Distance(law.mass)(agents, Collective::serial()), at_the_end);
}

TEST(Distance, IsTheSameOnAnyRanks) {
    const Law law(test::three_resources({3, 2, 4}));
    for (const std::uint64_t agents : {4U, 999U})
        test::expect_same_bits_on_any_ranks([&](const Collective& ranks) {
            return std::vector{Distance(law.mass)(drawn(law, agents, 3, ranks), ranks)};
        });
}

// Two states of probability p and 1 - p: the distance is |X / n - p|, X binomial, whose mean is a sum of n + 1 terms.
TEST(Distance, OfASampleIsTheMeanDeviationOfABinomial) {
    const Law one(test::one_lane());
    Field mass(whole(one.game));
    const std::size_t end = one.game.layout().sites() - 1;
    for (const double p : {0.5, 0.03, 1e-4}) {
        auto d = mass.stage(Stage{});
        std::fill(d.begin(), d.end(), 0.0);
        d[0] = p;
        d[end] = 1.0 - p;
        for (const std::uint64_t n : {1U, 10U, 200U}) {
            double expected = 0.0, probability = std::pow(1.0 - p, static_cast<double>(n));
            for (std::uint64_t x = 0; x <= n; ++x) {
                expected += probability * std::abs(static_cast<double>(x) / static_cast<double>(n) - p);
                probability *= static_cast<double>(n - x) / static_cast<double>(x + 1) * p / (1.0 - p);
            }
            const std::vector<Cohort> cohorts{{Type{}, 0, 0, n}};
            // lgamma of up to 200 is near 900: its last place is 1e-13.
            EXPECT_NEAR(Distance(mass).of_sample(cohorts), expected, 1e-11 * expected) << p << ' ' << n;
        }
    }
}

// A law with the karma of the economy: its correction moves few.
TEST(Distance, OfSamplesIsWhatIsExpected) {
    Law law(test::one_lane());
    law.game.start_mass(KarmaStart::uniform, law.mass);
    const Distance distance(law.mass);
    std::vector<double> seen;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) seen.push_back(distance(drawn(law, 4000, seed), Collective::serial()));
    const double mean = std::accumulate(seen.begin(), seen.end(), 0.0) / 30.0;
    double squares = 0.0;
    for (const double x : seen) squares += (x - mean) * (x - mean);
    const double expected = distance.of_sample(test::of_types(law.game.rules(), 4000));
    EXPECT_NEAR(mean, expected, 4.0 * std::sqrt(squares / 29.0 / 30.0) + 0.02 * expected);
}

}  // namespace
}  // namespace polykarma
