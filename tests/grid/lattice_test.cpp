#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "grid/lattice.hpp"

namespace polykarma {
namespace {

std::vector<std::vector<int>> shapes() {
    return {{5}, {0}, {3, 4}, {4, 0}, {0, 3}, {2, 3, 4}, {1, 0, 2}, {1, 2, 1, 3}};
}

TEST(Lattice, IndexRoundTrip) {
    for (const auto& k_max : shapes()) {
        const Lattice lattice(k_max);
        std::vector<int> balances(k_max.size());
        for (const auto contested : Range<Account>(lattice.accounts())) {
            std::set<std::vector<int>> seen;
            for (std::size_t i = 0; i < lattice.sites(); ++i) {
                lattice.balances(contested, i, balances);
                for (std::size_t a = 0; a < k_max.size(); ++a) {
                    EXPECT_GE(balances[a], 0);
                    EXPECT_LE(balances[a], k_max[a]);
                }
                seen.insert(balances);
                EXPECT_EQ(lattice.site(contested, balances), i);
            }
            EXPECT_EQ(seen.size(), lattice.sites());
        }
    }
}

TEST(Lattice, TheContestedAccountIsContiguousAndTheOneBeforeItSlowest) {
    const Lattice lattice({2, 3, 4});
    const Account own{std::size_t{1}};
    EXPECT_EQ(lattice.stride(own, own), 1U);
    EXPECT_EQ(lattice.stride(own, Account{std::size_t{2}}), 4U);
    EXPECT_EQ(lattice.stride(own, Account{std::size_t{0}}), 20U);
    EXPECT_EQ(lattice.line_length(own), 4U);
    EXPECT_EQ(lattice.lines(own), 15U);
}

TEST(Lattice, NoAccountIsOneSite) {
    const Lattice lattice({});
    EXPECT_EQ(lattice.sites(), 1U);
    EXPECT_EQ(lattice.line_length(Account{}), 1U);
    EXPECT_EQ(lattice.lines(Account{}), 1U);
    const auto [rows, columns] = lattice.transposition(Account{}, Account{});
    EXPECT_EQ(rows, 1U);
    EXPECT_EQ(columns, 1U);
}

TEST(Lattice, RotatedAccountsHaveTheRotatedStorage) {
    const Lattice lattice({2, 3, 4}), rotated({3, 4, 2});
    for (const auto contested : Range<Account>(3))
        for (const auto a : Range<Account>(3))
            EXPECT_EQ(rotated.stride(contested, a),
                      lattice.stride(Account{(contested.at() + 1) % 3}, Account{(a.at() + 1) % 3}));
}

/// Site i + rows j of the one order has the balances of site j + columns i of the other, and every site is such a one.
TEST(Lattice, TranspositionKeepsBalances) {
    for (const auto& k_max : shapes()) {
        const Lattice lattice(k_max);
        std::vector<int> balances(k_max.size()), transposed(k_max.size());
        for (const auto from : Range<Account>(lattice.accounts()))
            for (const auto to : Range<Account>(lattice.accounts())) {
                const auto [rows, columns] = lattice.transposition(from, to);
                ASSERT_EQ(rows * columns, lattice.sites());
                for (std::size_t i = 0; i < rows; ++i)
                    for (std::size_t j = 0; j < columns; ++j) {
                        lattice.balances(from, i + rows * j, balances);
                        lattice.balances(to, j + columns * i, transposed);
                        ASSERT_EQ(balances, transposed) << from.at() << " to " << to.at();
                    }
            }
    }
}

TEST(Lattice, TranspositionBackSwapsRowsAndColumns) {
    for (const auto& k_max : shapes()) {
        const Lattice lattice(k_max);
        for (const auto from : Range<Account>(lattice.accounts()))
            for (const auto to : Range<Account>(lattice.accounts())) {
                if (from == to) continue;
                const auto there = lattice.transposition(from, to), back = lattice.transposition(to, from);
                EXPECT_EQ(there.rows, back.columns);
                EXPECT_EQ(there.columns, back.rows);
            }
    }
}

}  // namespace
}  // namespace polykarma
