// Ghosts against the enumeration: paying with every bid, unit by unit and in exact fractions.
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "oracle/dense_economy.hpp"
#include "support/random_economy.hpp"

namespace polykarma {
namespace {

using oracle::DenseEconomy;

/// Lines that agents of a type on a line of stage r can be on once they have won and paid, credit aside.
std::set<std::size_t> lines_after_paying(const DenseEconomy& dense, const Layout& layout, Stage r, Type t,
                                         std::size_t line) {
    const Lattice& lattice = layout.lattice();
    const Account own = layout.contested(r);
    std::set<std::size_t> lines;
    DenseEconomy::State from{t.at(), 0, {}};
    lattice.balances(own, line * lattice.line_length(own), std::span(from.karma).first(lattice.accounts()));
    DenseEconomy::Aggregates everybody_wins;
    everybody_wins.psi.assign(layout.stage(r).actions.size(), 1.0L);
    for (std::size_t bid = 0; bid <= dense.bid_limit(r.at(), from); ++bid)
        for (const auto& [to, probability] : dense.transitions(r.at(), everybody_wins, dense.index(from), 1 + bid)) {
            if (probability == 0.0L) continue;
            const auto& state = dense.states()[to];
            lines.insert(lattice.site(own, std::span(state.karma).first(lattice.accounts())) /
                         lattice.line_length(own));
        }
    return lines;
}

class GhostsOracle : public testing::TestWithParam<std::uint64_t> {};

TEST_P(GhostsOracle, AreTheLinesThatOwnPathsEnterAndOthersOwn) {
    const auto economy = test::random_economy(GetParam());
    const MultiKarma game(economy.rules);
    const Layout& layout = game.layout();
    const DenseEconomy dense(oracle::describe(economy.rules, economy.rates));
    test::Random random(GetParam());
    const auto shares = random.law(2 + random.below(5), 0.2);
    const auto dealt = partition(game, shares);
    for (int rank = 0; rank < dealt->ranks(); ++rank) {
        const Part part(game, dealt, rank);
        for (const auto r : Range<Stage>(layout.stages()))
            for (const Piece& piece : part.pieces(r)) {
                std::set<std::size_t> ghosts;
                for (std::size_t line = piece.lines.first; line < piece.lines.last; ++line)
                    for (const std::size_t entered : lines_after_paying(dense, layout, r, piece.type, line))
                        if (dealt->owner(r, piece.type, entered) != rank) ghosts.insert(entered);
                EXPECT_EQ(piece.ghosts, std::vector<std::size_t>(ghosts.begin(), ghosts.end()))
                    << "stage " << r.at() << " rank " << rank;
            }
    }
}

INSTANTIATE_TEST_SUITE_P(RandomEconomies, GhostsOracle, testing::Range<std::uint64_t>(0, 200));

}  // namespace
}  // namespace polykarma
