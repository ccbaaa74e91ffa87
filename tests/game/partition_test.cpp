// Who owns which lines, and what a rank stores of a game.
#include <algorithm>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "game/partition.hpp"
#include "support/random.hpp"
#include "support/shape.hpp"

namespace polykarma {
namespace {

using test::Shape;

/// What to deal by: even and uneven shares, ranks without any, more ranks than there are lines.
std::vector<std::vector<double>> shares() {
    std::vector<std::vector<double>> shares{{1.0}, {0.0, 1.0}, {1.0, 0.0, 2.0}, {0.0, 0.0, 1e-6, 0.0}};
    shares.emplace_back(300, 1.0);
    test::Random random(21);
    for (const std::size_t ranks : {2U, 3U, 5U, 8U, 13U})
        for (const double zero : {0.0, 0.4}) shares.push_back(random.law(ranks, zero));
    return shares;
}

/// Calls check(shape, shares, partition) for everything there is to deal.
template <class Check>
void for_each_deal(Check&& check) {
    for (const Shape& shape : test::shapes())
        for (const auto& by : shares()) {
            const auto dealt = partition(shape, by);
            ASSERT_EQ(dealt->ranks(), static_cast<int>(by.size()));
            check(shape, by, dealt);
        }
}

/// visit(stage, type, line) for every line of a game.
template <class Visit>
void for_each_line(const Layout& layout, Visit&& visit) {
    for (const auto r : Range<Stage>(layout.stages()))
        for (const auto t : Range<Type>(layout.types()))
            for (std::size_t line = 0; line < layout.lines(r); ++line) visit(r, t, line);
}

TEST(Partition, EveryLineHasExactlyOneOwner) {
    for_each_deal([](const Shape& shape, const std::vector<double>&, const auto& dealt) {
        for_each_line(shape.layout(), [&](Stage r, Type t, std::size_t line) {
            std::vector<int> owners;
            for (int rank = 0; rank < dealt->ranks(); ++rank) {
                const auto lines = dealt->lines(r, t, rank);
                if (line >= lines.first && line < lines.last) owners.push_back(rank);
            }
            ASSERT_EQ(owners, std::vector{dealt->owner(r, t, line)});
        });
    });
}

TEST(Partition, RanksFollowOneAnotherTypeByType) {
    for_each_deal([](const Shape& shape, const std::vector<double>&, const auto& dealt) {
        Stage stage{};
        int last = 0;
        for_each_line(shape.layout(), [&](Stage r, Type t, std::size_t line) {
            if (r != stage) last = 0;
            stage = r;
            ASSERT_GE(dealt->owner(r, t, line), last);
            last = dealt->owner(r, t, line);
        });
    });
}

TEST(Partition, IsBalancedWithinOneLine) {
    for_each_deal([](const Shape& shape, const std::vector<double>& by, const auto& dealt) {
        const Layout& layout = shape.layout();
        const double all_shares = std::accumulate(by.begin(), by.end(), 0.0);
        for (const auto r : Range<Stage>(layout.stages())) {
            std::vector<double> weights(layout.lines(r), 0.0), owned(by.size(), 0.0);
            std::vector<std::uint32_t> lengths(layout.line_length(r));
            for (std::size_t line = 0; line < weights.size(); ++line) {
                shape.row_lengths(r, line, lengths);
                weights[line] = std::accumulate(lengths.begin(), lengths.end(), 0.0);
            }
            for (const auto t : Range<Type>(layout.types()))
                for (std::size_t line = 0; line < weights.size(); ++line)
                    owned[static_cast<std::size_t>(dealt->owner(r, t, line))] += weights[line];
            const double all = std::accumulate(owned.begin(), owned.end(), 0.0);
            const double heaviest = *std::ranges::max_element(weights);
            for (std::size_t rank = 0; rank < by.size(); ++rank) {
                // Either end of a stretch is off by half a line at most. Weights are integers up to 1e4, shares sums of
                // up to 300 roundings of 1e-16: 1e-9 is far above what they can be off by.
                EXPECT_LE(std::abs(owned[rank] - all * by[rank] / all_shares), heaviest + 1e-9);
                if (by[rank] == 0.0) {
                    EXPECT_EQ(owned[rank], 0.0);
                }
            }
        }
    });
}

TEST(Part, StatesAndPairsOfAllRanksAreTheWhole) {
    for_each_deal([](const Shape& shape, const std::vector<double>&, const auto& dealt) {
        const Part everything = whole(shape);
        ASSERT_EQ(everything.states(), shape.layout().states());
        std::size_t states = 0, pairs = 0;
        std::vector<std::size_t> of_stage(shape.layout().stages(), 0);
        for (int rank = 0; rank < dealt->ranks(); ++rank) {
            const Part part(shape, dealt, rank);
            states += part.states();
            pairs += part.pairs();
            for (const auto r : Range<Stage>(of_stage.size())) of_stage[r.at()] += part.states(r);
        }
        EXPECT_EQ(states, everything.states());
        EXPECT_EQ(pairs, everything.pairs());
        for (const auto r : Range<Stage>(of_stage.size())) EXPECT_EQ(of_stage[r.at()], everything.states(r));
    });
}

/// Sites are visited in storage order, say where they are, have the game's row lengths, and are the owner's.
TEST(Part, SitesDescribeThemselves) {
    for_each_deal([](const Shape& shape, const std::vector<double>&, const auto& dealt) {
        const Layout& layout = shape.layout();
        for (int rank = 0; rank < dealt->ranks(); ++rank) {
            const Part part(shape, dealt, rank);
            std::size_t before = 0, most = 0, pairs = 0;
            for (const auto r : Range<Stage>(layout.stages())) {
                ASSERT_EQ(part.first_state(r), before);
                const std::size_t length = layout.line_length(r);
                std::vector<std::uint32_t> lengths(length);
                std::size_t state = 0;
                part.for_each_site(r, [&](const Site& site, std::size_t row_length) {
                    ASSERT_EQ(site.state, state++);
                    ASSERT_EQ(site.index, site.line * length + site.position);
                    ASSERT_LT(site.position, length);
                    ASSERT_EQ(dealt->owner(r, layout.type(site.block), site.line), rank);
                    shape.row_lengths(r, site.line, lengths);
                    ASSERT_EQ(row_length, lengths[site.position]);
                    const auto block = part.block(r, site.block);
                    ASSERT_GE(site.state, block.first);
                    ASSERT_LT(site.state, block.first + block.size);
                    pairs += row_length;
                });
                ASSERT_EQ(state, part.states(r));
                before += state;
                most = std::max(most, state);
            }
            EXPECT_EQ(part.states(), before);
            EXPECT_EQ(part.most_states(), most);
            EXPECT_EQ(part.pairs(), pairs);
        }
    });
}

TEST(Part, BlocksAndEntriesFillTheStorageWithoutOverlap) {
    for_each_deal([](const Shape& shape, const std::vector<double>&, const auto& dealt) {
        const Layout& layout = shape.layout();
        for (int rank = 0; rank < dealt->ranks(); ++rank) {
            const Part part(shape, dealt, rank);
            for (const auto r : Range<Stage>(layout.stages())) {
                std::vector<int> used(part.states(r), 0);
                for (const auto b : Range<Block>(layout.blocks())) {
                    const auto [first, size] = part.block(r, b);
                    ASSERT_EQ(size, dealt->lines(r, layout.type(b), rank).size() * layout.line_length(r));
                    for (std::size_t x = first; x < first + size; ++x) ++used.at(x);
                }
                EXPECT_EQ(std::ranges::count(used, 1), static_cast<std::ptrdiff_t>(used.size()));
                std::vector<int> entries(part.entries(r), 0);
                ASSERT_LE(part.entries(r), part.most_entries());
                for (const Piece& piece : part.pieces(r)) {
                    ASSERT_FALSE(piece.lines.empty());
                    const std::size_t size = piece.slots() * layout.exogenous_states();
                    for (std::size_t i = 0; i < size; ++i) ++entries.at(piece.first_entry + i);
                }
                EXPECT_EQ(std::ranges::count(entries, 1), static_cast<std::ptrdiff_t>(entries.size()));
            }
        }
    });
}

/// visit(shape, stage, piece) for every piece of every rank.
template <class Visit>
void for_each_piece(Visit&& visit) {
    for_each_deal([&](const Shape& shape, const std::vector<double>&, const auto& dealt) {
        for (int rank = 0; rank < dealt->ranks(); ++rank) {
            const Part part(shape, dealt, rank);
            for (const auto r : Range<Stage>(shape.layout().stages()))
                for (const Piece& piece : part.pieces(r)) visit(shape, r, piece);
        }
    });
}

TEST(Piece, SlotsAreOwnLinesThenGhostsInOrder) {
    for_each_piece([](const Shape& shape, Stage r, const Piece& piece) {
        std::size_t slot = 0;
        for (std::size_t line = piece.lines.first; line < piece.lines.last; ++line) ASSERT_EQ(piece.slot(line), slot++);
        for (const std::size_t ghost : piece.ghosts) {
            ASSERT_LT(ghost, shape.layout().lines(r));
            ASSERT_FALSE(ghost >= piece.lines.first && ghost < piece.lines.last);
            ASSERT_EQ(piece.slot(ghost), slot++);
        }
        EXPECT_TRUE(std::ranges::is_sorted(piece.ghosts));
        EXPECT_EQ(slot, piece.slots());
    });
}

/// Which lines are ghosts is for the enumeration to say (tests/oracle); here, how few they are. A line that is entered
/// from a stretch without being in it has the accounts before some account a empty and those after a as the first line
/// of the stretch has them, as long as every account can be used: that leaves the balance of a, for each a.
TEST(Piece, GhostsAreFew) {
    std::size_t ghosts = 0;
    for_each_piece([&](const Shape& shape, Stage r, const Piece& piece) {
        if (!shape.exchanges()) {
            EXPECT_TRUE(piece.ghosts.empty());
        }
        if (!shape.exchanges_all()) return;
        const Lattice& lattice = shape.layout().lattice();
        std::size_t most = 0;
        for (const auto a : Range<Account>(lattice.accounts()))
            if (a != shape.layout().contested(r)) most += static_cast<std::size_t>(lattice.k_max(a)) + 1;
        EXPECT_LE(piece.ghosts.size(), most);
        ghosts += piece.ghosts.size();
    });
    EXPECT_GT(ghosts, 1000U);
}

}  // namespace
}  // namespace polykarma
