// What passes between the owner of a line and the ranks that have it as a ghost.
#include "dynamics/entry_exchange.hpp"

#include <atomic>
#include <vector>

#include <gtest/gtest.h>

#include "support/partitioned.hpp"
#include "support/random.hpp"
#include "support/shape.hpp"

namespace polykarma {
namespace {

using test::Shape;

/// check(part, ranks) on every rank of every deal of every shape.
template <class Check>
void on_every_deal(Check&& check) {
    for (const Shape& shape : test::shapes())
        for (const auto& shares : test::deals()) test::on_parts(shape, shares, check);
}

/// The same with the parts of all ranks: check(part, ranks, parts).
template <class Check>
void on_every_deal_with_all_parts(Check&& check) {
    for (const Shape& shape : test::shapes())
        for (const auto& shares : test::deals()) {
            const auto dealt = partition(shape, shares);
            std::vector<Part> parts;
            for (int rank = 0; rank < dealt->ranks(); ++rank) parts.emplace_back(shape, dealt, rank);
            test::on_parts(shape, shares, [&](const Part& part, const Collective& ranks) { check(part, ranks, parts); });
        }
}

/// visit(piece, line, slot) for the own lines, and for the ghosts, of a part at a stage.
template <class Visit>
void for_each_own_line(const Part& part, Stage r, Visit&& visit) {
    for (const Piece& piece : part.pieces(r))
        for (std::size_t line = piece.lines.first; line < piece.lines.last; ++line)
            visit(piece, line, piece.slot(line));
}
template <class Visit>
void for_each_ghost(const Part& part, Stage r, Visit&& visit) {
    for (const Piece& piece : part.pieces(r))
        for (const std::size_t line : piece.ghosts) visit(piece, line, piece.slot(line));
}

/// A number that no other entry has.
double value_of(Stage r, Type t, Exogenous u, std::size_t line) {
    return static_cast<double>(1 + r.at() + 10 * t.at() + 100 * u.at() + 1000 * line);
}

TEST(EntryExchange, FetchBringsGhostsTheValuesOfTheirOwners) {
    std::atomic<std::size_t> ghosts = 0;
    on_every_deal([&](const Part& part, const Collective& ranks) {
        const Range<Exogenous> exogenous(part.layout().exogenous_states());
        EntryExchange exchange(part, ranks);
        Entries entries(part);
        for (const auto r : Range<Stage>(part.layout().stages())) {
            std::ranges::fill(entries.all(), -1.0);
            exchange.fetch(r, entries, [&](const Piece& piece, std::size_t line, std::span<double> out) {
                ASSERT_GE(line, piece.lines.first);
                ASSERT_LT(line, piece.lines.last);
                ASSERT_EQ(out.size(), part.layout().exogenous_states());
                for (const auto u : exogenous) out[u.at()] = value_of(r, piece.type, u, line);
            });
            for_each_ghost(part, r, [&](const Piece& piece, std::size_t line, std::size_t slot) {
                for (const auto u : exogenous) {
                    EXPECT_EQ(entries.of(piece, u)[slot], value_of(r, piece.type, u, line));
                }
                ++ghosts;
            });
            for_each_own_line(part, r, [&](const Piece& piece, std::size_t, std::size_t slot) {
                for (const auto u : exogenous) EXPECT_EQ(entries.of(piece, u)[slot], -1.0);
            });
        }
    });
    EXPECT_GT(ghosts, 300U);
}

/// Mass that a rank sees entering a line: its own part of it, large and tiny alike.
double mass_of(int rank, Stage r, Type t, Exogenous u, std::size_t line) {
    test::Random random(static_cast<std::uint64_t>(rank) + 100 * static_cast<std::uint64_t>(value_of(r, t, u, line)));
    return random.chance(0.5) ? 0.1 * random.unit() : 1e-18 * random.unit();
}

/// Whether a rank has a line, as its own or as a ghost.
bool has(const Part& part, Stage r, Type t, std::size_t line) {
    for (const Piece& piece : part.pieces(r))
        if (piece.type == t)
            return (line >= piece.lines.first && line < piece.lines.last) ||
                   std::ranges::binary_search(piece.ghosts, line);
    return false;
}

TEST(EntryExchange, DeliverAddsWhatEnteredAnywhere) {
    on_every_deal_with_all_parts([&](const Part& part, const Collective& ranks, const std::vector<Part>& parts) {
        const Range<Exogenous> exogenous(part.layout().exogenous_states());
        EntryExchange exchange(part, ranks);
        EnteringMass mass(part);
        for (const auto r : Range<Stage>(part.layout().stages())) {
            mass.clear();
            const auto add = [&](const Piece& piece, std::size_t line, std::size_t slot) {
                for (const auto u : exogenous)
                    mass.of(piece, u).add(slot, mass_of(part.rank(), r, piece.type, u, line));
            };
            for_each_own_line(part, r, add);
            for_each_ghost(part, r, add);
            exchange.deliver(r, mass);
            for_each_own_line(part, r, [&](const Piece& piece, std::size_t line, std::size_t slot) {
                for (const auto u : exogenous) {
                    SplitShare expected;
                    for (const Part& other : parts)
                        if (has(other, r, piece.type, line))
                            expected += split(mass_of(other.rank(), r, piece.type, u, line));
                    EXPECT_EQ(mass.of(piece, u).high[slot], expected.high);
                    EXPECT_EQ(mass.of(piece, u).low[slot], expected.low);
                }
            });
            for_each_ghost(part, r, [&](const Piece& piece, std::size_t line, std::size_t slot) {
                for (const auto u : exogenous)
                    EXPECT_EQ(mass.of(piece, u).value(slot),
                              split(mass_of(part.rank(), r, piece.type, u, line)).value());
            });
        }
    });
}

TEST(EntryExchange, SendsWhatItSays) {
    std::atomic<std::size_t> all_sent = 0;
    on_every_deal_with_all_parts([&](const Part& part, const Collective& ranks, const std::vector<Part>& parts) {
        const std::size_t exogenous = part.layout().exogenous_states();
        EntryExchange exchange(part, ranks);
        Entries entries(part);
        EnteringMass mass(part);
        for (const auto r : Range<Stage>(part.layout().stages())) {
            std::size_t borrowed = 0, lent = 0;
            for (const Part& other : parts)
                for_each_ghost(other, r, [&](const Piece& piece, std::size_t line, std::size_t) {
                    if (other.rank() == part.rank()) ++borrowed;
                    if (part.partition().owner(r, piece.type, line) == part.rank()) ++lent;
                });
            EXPECT_EQ(exchange.fetched(r), exogenous * lent);
            EXPECT_EQ(exchange.delivered(r), 2 * exogenous * borrowed);
            ranks.reset_traffic();
            exchange.fetch(r, entries, [](const Piece&, std::size_t, std::span<double>) {});
            EXPECT_EQ(ranks.traffic().bytes, sizeof(double) * exchange.fetched(r));
            ranks.reset_traffic();
            exchange.deliver(r, mass);
            EXPECT_EQ(ranks.traffic().bytes, sizeof(double) * exchange.delivered(r));
            all_sent += exchange.delivered(r);
        }
    });
    EXPECT_GT(all_sent, 1000U);
}

}  // namespace
}  // namespace polykarma
