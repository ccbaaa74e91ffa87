#include <vector>

#include <gtest/gtest.h>

#include "game/spending_path.hpp"
#include "support/adjoint.hpp"

namespace polykarma {
namespace {

const Account kOwn{std::size_t{0}};

/// Paths of the lines `first` .. `last` - 1 with everything to walk them. The storage of a piece is spelled out by
/// line and position of the whole lattice, so that pieces can be compared.
class Paths {
public:
    Paths(Lattice lattice, Exchange exchange, Account contested, Partition::Lines lines)
        : lattice_(std::move(lattice)),
          contested_(contested),
          piece_(piece(lattice_, exchange, contested, lines)),
          path_(lattice_, exchange, contested, piece_) {}
    Paths(const Lattice& lattice, Exchange exchange, Account contested = kOwn)
        : Paths(lattice, std::move(exchange), contested, {0, lattice.lines(contested)}) {}

    [[nodiscard]] const Piece& piece() const { return piece_; }
    [[nodiscard]] std::size_t length() const { return path_.line_length(); }
    [[nodiscard]] std::size_t site(const std::vector<int>& balances) const {
        return lattice_.site(contested_, balances);
    }
    [[nodiscard]] std::size_t line(const std::vector<int>& balances) const { return site(balances) / length(); }
    [[nodiscard]] std::size_t extra(std::size_t line) const { return path_.extra(line - piece_.lines.first); }
    [[nodiscard]] std::size_t positions(std::size_t line) const { return path_.positions(line - piece_.lines.first); }

    /// path [positions] from values [site].
    void pull(std::size_t line, std::span<const double> values, std::span<double> path) const {
        std::vector<double> entry;
        for (std::size_t slot = 0; slot < piece_.slots(); ++slot) entry.push_back(values[line_of(slot) * length()]);
        path_.pull(line - piece_.lines.first, values.subspan(line * length(), length()), entry, path);
    }
    /// Adds path [positions] to mass [site].
    void push(std::size_t line, std::span<const double> path, std::span<double> mass) const {
        std::vector<double> high(piece_.slots(), 0.0), low(piece_.slots(), 0.0);
        const EnteringMass::Block entering{high, low};
        path_.push(line - piece_.lines.first, path, mass.subspan(line * length(), length()), entering);
        for (std::size_t slot = 0; slot < piece_.slots(); ++slot)
            mass[line_of(slot) * length()] += entering.value(slot);
    }
    /// The distribution reached from a full own account by paying `spent`, [site].
    [[nodiscard]] std::vector<double> reached(std::size_t line, std::size_t spent) const {
        std::vector<double> path(positions(line), 0.0), mass(lattice_.sites(), 0.0);
        path[spent] = 1.0;
        push(line, path, mass);
        return mass;
    }

private:
    static Piece piece(const Lattice& lattice, const Exchange& exchange, Account contested, Partition::Lines lines) {
        Piece piece{Type{}, lines};
        std::vector<std::size_t> entered;
        for (std::size_t line = lines.first; line < lines.last; ++line)
            SpendingPath::entered_lines(lattice, exchange, contested, line, entered);
        piece.keep_ghosts(std::move(entered));
        return piece;
    }
    [[nodiscard]] std::size_t line_of(std::size_t slot) const {
        const std::size_t own = piece_.lines.size();
        return slot < own ? piece_.lines.first + slot : piece_.ghosts[slot - own];
    }
    Lattice lattice_;
    Account contested_;
    Piece piece_;
    SpendingPath path_;
};

TEST(SpendingPath, OwnKarmaFirstThenTheOthersInCyclicOrder) {
    const Paths paths(Lattice({2, 2, 2}), Exchange::from_worth({1.0, 1.0, 1.0}));
    const std::size_t line = paths.line({0, 2, 1});
    EXPECT_EQ(paths.extra(line), 3U);
    EXPECT_EQ(paths.extra(paths.line({0, 2, 2})), 4U);
    const std::vector<std::vector<int>> expected{{2, 2, 1}, {1, 2, 1}, {0, 2, 1}, {0, 1, 1}, {0, 0, 1}, {0, 0, 0}};
    for (std::size_t spent = 0; spent < expected.size(); ++spent)
        EXPECT_EQ(paths.reached(line, spent)[paths.site(expected[spent])], 1.0) << spent;
}

TEST(SpendingPath, FractionalDebitsAreTwoSitesWithTheRightMean) {
    const Paths paths(Lattice({1, 4}), Exchange::from_worth({1.0, 1.5}));  // one unit pays 3/2
    const std::size_t line = paths.line({0, 4});
    EXPECT_EQ(paths.extra(line), 6U);
    const auto after_one = paths.reached(line, 2);  // 2/3 of a unit
    EXPECT_NEAR(after_one[paths.site({0, 4})], 1.0 / 3.0, 1e-15);
    EXPECT_NEAR(after_one[paths.site({0, 3})], 2.0 / 3.0, 1e-15);
    EXPECT_EQ(paths.reached(line, 4)[paths.site({0, 2})], 1.0);  // 3 units are exactly 2
    EXPECT_EQ(paths.reached(line, 7)[paths.site({0, 0})], 1.0);
}

TEST(SpendingPath, WorthThatRoundsBelowAnIntegerIsThatInteger) {
    const Paths paths(Lattice({1, 3}), Exchange::from_worth({1.0, 2.0 / 3.0}));
    const std::size_t line = paths.line({0, 3});
    EXPECT_EQ(paths.extra(line), 2U);  // 2/3 * 3
    EXPECT_EQ(paths.reached(line, 3)[paths.site({0, 0})], 1.0);
}

/// 1/5 + 3 * 3/5 is 2, and comes out just below it.
TEST(SpendingPath, SumsThatRoundBelowAnIntegerAreThatInteger) {
    const Paths paths(Lattice({1, 1, 3}), Exchange::from_worth({1.0, 1.0 / 5.0, 3.0 / 5.0}));
    const std::size_t line = paths.line({0, 1, 3});
    EXPECT_EQ(paths.extra(line), 2U);
    EXPECT_EQ(paths.reached(line, 3)[paths.site({0, 0, 0})], 1.0);
}

TEST(SpendingPath, SkipsAccountsThatCannotBeUsedHere) {
    const Lattice lattice({1, 2, 2});
    const Paths paths(lattice, Exchange({{1.0, 0.0, 1.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}}));
    const std::size_t line = paths.line({0, 2, 2});
    EXPECT_EQ(paths.extra(line), 2U);
    EXPECT_EQ(paths.reached(line, 3)[paths.site({0, 2, 0})], 1.0);
    const Paths last_unusable(lattice, Exchange({{1.0, 1.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}}));
    EXPECT_EQ(last_unusable.extra(line), 2U);
    EXPECT_EQ(last_unusable.reached(line, 3)[last_unusable.site({0, 0, 2})], 1.0);
}

TEST(SpendingPath, WithoutExchangeEndsAtTheOwnAccount) {
    const Paths paths(Lattice({3, 5}), Exchange::none(2));
    for (std::size_t line = 0; line < paths.piece().lines.last; ++line) {
        EXPECT_EQ(paths.extra(line), 0U);
        EXPECT_EQ(paths.positions(line), 4U);
    }
}

const std::vector<std::vector<double>> kWorths{{1.0, 1.0, 1.0}, {1.0, 1.5, 2.0 / 3.0}, {3.0, 4.0, 2.0}};

TEST(SpendingPath, PushIsTheAdjointOfPull) {
    test::Random random(4);
    const Lattice lattice({3, 4, 2});
    for (const auto& worth : kWorths)
        for (const auto own : Range<Account>(3)) {
            const Paths paths(lattice, Exchange::from_worth(worth), own);
            for (std::size_t line = 0; line < lattice.lines(own); ++line)
                test::expect_adjoint(
                    {paths.positions(line), lattice.sites()},
                    [&](std::span<const double> in, std::span<double> out) { paths.pull(line, in, out); },
                    [&](std::span<const double> in, std::span<double> out) { paths.push(line, in, out); }, random);
        }
}

/// Every line beyond the own balance is an earlier one, entered at own balance 0.
TEST(SpendingPath, EntersEarlierLinesOnly) {
    const Lattice lattice({3, 4, 2});
    for (const auto& worth : kWorths)
        for (const auto own : Range<Account>(3)) {
            const Paths paths(lattice, Exchange::from_worth(worth), own);
            for (std::size_t line = 0; line < lattice.lines(own); ++line)
                for (std::size_t spent = paths.length(); spent < paths.positions(line); ++spent) {
                    const auto mass = paths.reached(line, spent);
                    for (std::size_t site = 0; site < mass.size(); ++site) {
                        if (mass[site] == 0.0) continue;
                        EXPECT_EQ(site % paths.length(), 0U);
                        // Less than one unit more of a richer account leaves the line with a part of the mass.
                        EXPECT_LE(site / paths.length(), line);
                    }
                }
        }
}

/// A piece with ghosts walks the paths of the whole lattice, bit by bit.
TEST(SpendingPath, PiecesWithGhostsLeadWhereTheWholeDoes) {
    test::Random random(5);
    const Lattice lattice({3, 4, 2});
    std::size_t ghosts = 0;
    for (const auto& worth : kWorths)
        for (const auto own : Range<Account>(3)) {
            const Exchange exchange = Exchange::from_worth(worth);
            const Paths whole(lattice, exchange, own);
            const std::size_t lines = lattice.lines(own);
            for (const Partition::Lines stretch :
                 {Partition::Lines{0, lines / 2}, {lines / 3, lines}, {lines / 2, lines / 2 + 1}, {lines - 1, lines}}) {
                const Paths piece(lattice, exchange, own, stretch);
                ghosts += piece.piece().ghosts.size();
                for (std::size_t line = stretch.first; line < stretch.last; ++line) {
                    const std::size_t positions = whole.positions(line);
                    ASSERT_EQ(piece.positions(line), positions);
                    const auto values = random.numbers(lattice.sites(), -5.0, 5.0);
                    std::vector<double> pulled(positions), expected(positions);
                    piece.pull(line, values, pulled);
                    whole.pull(line, values, expected);
                    EXPECT_EQ(pulled, expected);
                    const auto mass = random.law(positions, 0.3);
                    std::vector<double> pushed(lattice.sites(), 0.0), reached(lattice.sites(), 0.0);
                    piece.push(line, mass, pushed);
                    whole.push(line, mass, reached);
                    EXPECT_EQ(pushed, reached);
                }
            }
        }
    EXPECT_GT(ghosts, 50U);
}

}  // namespace
}  // namespace polykarma
