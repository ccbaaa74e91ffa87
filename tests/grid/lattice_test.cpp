#include <algorithm>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "grid/lattice.hpp"
#include "support/adjoint.hpp"

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

TEST(Lattice, ContestedAccountIsContiguousAndTheNextOneSlowest) {
    const Lattice lattice({2, 3, 4});
    const Account own{std::size_t{1}};
    EXPECT_EQ(lattice.stride(own, own), 1U);
    EXPECT_EQ(lattice.stride(own, Account{std::size_t{0}}), 4U);
    EXPECT_EQ(lattice.stride(own, Account{std::size_t{2}}), 12U);
    EXPECT_EQ(lattice.line_length(own), 4U);
    EXPECT_EQ(lattice.lines(own), 15U);
}

TEST(Lattice, NoAccountIsOneSite) {
    const Lattice lattice({});
    EXPECT_EQ(lattice.sites(), 1U);
    EXPECT_EQ(lattice.line_length(Account{}), 1U);
    EXPECT_EQ(lattice.lines(Account{}), 1U);
    std::vector<double> in{3.0}, out{0.0};
    lattice.transpose(Account{}, Account{}, in, out);
    EXPECT_EQ(out, in);
}

TEST(Lattice, TransposeKeepsBalances) {
    for (const auto& k_max : shapes()) {
        const Lattice lattice(k_max);
        std::vector<double> in(lattice.sites()), out(lattice.sites());
        std::vector<int> balances(k_max.size());
        for (const auto from : Range<Account>(lattice.accounts()))
            for (const auto to : Range<Account>(lattice.accounts())) {
                for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<double>(i);
                lattice.transpose(from, to, in, out);
                for (std::size_t i = 0; i < out.size(); ++i) {
                    lattice.balances(to, i, balances);
                    EXPECT_EQ(out[i], static_cast<double>(lattice.site(from, balances)));
                }
            }
    }
}

TEST(Lattice, TransposeBackIsItsAdjoint) {
    test::Random random(1);
    for (const auto& k_max : shapes()) {
        const Lattice lattice(k_max);
        for (const auto from : Range<Account>(lattice.accounts()))
            for (const auto to : Range<Account>(lattice.accounts()))
                test::expect_adjoint(
                    {lattice.sites(), lattice.sites()},
                    [&](std::span<const double> in, std::span<double> out) { lattice.transpose(to, from, in, out); },
                    [&](std::span<const double> in, std::span<double> out) { lattice.transpose(from, to, in, out); },
                    random);
    }
}

}  // namespace
}  // namespace polykarma
