#include <vector>

#include <gtest/gtest.h>

#include "game/spending_path.hpp"
#include "support/adjoint.hpp"

namespace polykarma {
namespace {

constexpr std::size_t kOwn = 0;

/// The distribution reached from a full own account by paying `spent`, [site].
std::vector<double> reached(const SpendingPath& path, const Lattice& lattice, std::size_t line, std::size_t spent) {
    std::vector<double> on_path(path.positions(line), 0.0), mass(lattice.sites(), 0.0);
    on_path[spent] = 1.0;
    path.push(line, on_path, mass);
    return mass;
}

std::size_t site(const Lattice& lattice, std::vector<int> balances) { return lattice.site(Account{kOwn}, balances); }
std::size_t line_of(const Lattice& lattice, const std::vector<int>& balances) {
    return site(lattice, balances) / lattice.line_length(Account{kOwn});
}

TEST(SpendingPath, OwnKarmaFirstThenTheOthersInCyclicOrder) {
    const Lattice lattice({2, 2, 2});
    const SpendingPath path(lattice, Exchange::from_worth({1.0, 1.0, 1.0}), Account{kOwn});
    const std::size_t line = line_of(lattice, {0, 2, 1});
    EXPECT_EQ(path.extra(line), 3U);
    EXPECT_EQ(path.longest_extra(), 4U);
    const std::vector<std::vector<int>> expected{{2, 2, 1}, {1, 2, 1}, {0, 2, 1}, {0, 1, 1}, {0, 0, 1}, {0, 0, 0}};
    for (std::size_t spent = 0; spent < expected.size(); ++spent)
        EXPECT_EQ(reached(path, lattice, line, spent)[site(lattice, expected[spent])], 1.0) << spent;
}

TEST(SpendingPath, FractionalDebitsAreTwoSitesWithTheRightMean) {
    const Lattice lattice({1, 4});
    const SpendingPath path(lattice, Exchange::from_worth({1.0, 1.5}), Account{kOwn});  // one unit pays 3/2
    const std::size_t line = line_of(lattice, {0, 4});
    EXPECT_EQ(path.extra(line), 6U);
    const auto after_one = reached(path, lattice, line, 2);  // 2/3 of a unit
    EXPECT_NEAR(after_one[site(lattice, {0, 4})], 1.0 / 3.0, 1e-15);
    EXPECT_NEAR(after_one[site(lattice, {0, 3})], 2.0 / 3.0, 1e-15);
    EXPECT_EQ(reached(path, lattice, line, 4)[site(lattice, {0, 2})], 1.0);  // 3 units are exactly 2
    EXPECT_EQ(reached(path, lattice, line, 7)[site(lattice, {0, 0})], 1.0);
}

TEST(SpendingPath, WorthThatRoundsBelowAnIntegerIsThatInteger) {
    const Lattice lattice({1, 3});
    const SpendingPath path(lattice, Exchange::from_worth({1.0, 2.0 / 3.0}), Account{kOwn});
    const std::size_t line = line_of(lattice, {0, 3});
    EXPECT_EQ(path.extra(line), 2U);  // 2/3 * 3
    EXPECT_EQ(reached(path, lattice, line, 3)[site(lattice, {0, 0})], 1.0);
}

/// 1/5 + 3 * 3/5 is 2, and comes out just below it.
TEST(SpendingPath, SumsThatRoundBelowAnIntegerAreThatInteger) {
    const Lattice lattice({1, 1, 3});
    const SpendingPath path(lattice, Exchange::from_worth({1.0, 1.0 / 5.0, 3.0 / 5.0}), Account{kOwn});
    const std::size_t line = line_of(lattice, {0, 1, 3});
    EXPECT_EQ(path.extra(line), 2U);
    EXPECT_EQ(reached(path, lattice, line, 3)[site(lattice, {0, 0, 0})], 1.0);
}

TEST(SpendingPath, SkipsAccountsThatCannotBeUsedHere) {
    const Lattice lattice({1, 2, 2});
    const SpendingPath path(lattice, Exchange({{1.0, 0.0, 1.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}}), Account{kOwn});
    const std::size_t line = line_of(lattice, {0, 2, 2});
    EXPECT_EQ(path.extra(line), 2U);
    EXPECT_EQ(reached(path, lattice, line, 3)[site(lattice, {0, 2, 0})], 1.0);
    const SpendingPath last_unusable(lattice, Exchange({{1.0, 1.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}}),
                                     Account{kOwn});
    EXPECT_EQ(last_unusable.extra(line), 2U);
    EXPECT_EQ(reached(last_unusable, lattice, line, 3)[site(lattice, {0, 0, 2})], 1.0);
}

TEST(SpendingPath, WithoutExchangeEndsAtTheOwnAccount) {
    const Lattice lattice({3, 5});
    const SpendingPath path(lattice, Exchange::none(2), Account{kOwn});
    EXPECT_EQ(path.longest_extra(), 0U);
    for (std::size_t line = 0; line < lattice.lines(Account{kOwn}); ++line) EXPECT_EQ(path.positions(line), 4U);
}

TEST(SpendingPath, PushIsTheAdjointOfPull) {
    test::Random random(4);
    const Lattice lattice({3, 4, 2});
    for (const auto& worth : {std::vector<double>{1.0, 1.0, 1.0}, {1.0, 1.5, 2.0 / 3.0}, {3.0, 4.0, 2.0}})
        for (const auto own : Range<Account>(3)) {
            const SpendingPath path(lattice, Exchange::from_worth(worth), own);
            for (std::size_t line = 0; line < lattice.lines(own); ++line)
                test::expect_adjoint(
                    {path.positions(line), lattice.sites()},
                    [&](std::span<const double> in, std::span<double> out) { path.pull(line, in, out); },
                    [&](std::span<const double> in, std::span<double> out) { path.push(line, in, out); }, random);
        }
}

}  // namespace
}  // namespace polykarma
