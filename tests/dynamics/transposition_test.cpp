// Between a stage and the next on emulated ranks, against a reordering by balances.
#include "dynamics/transposition.hpp"

#include <atomic>
#include <vector>

#include <gtest/gtest.h>

#include "support/partitioned.hpp"
#include "support/random.hpp"
#include "support/shape.hpp"

namespace polykarma {
namespace {

using test::Shape;

Field random_field(const Part& part, std::uint64_t seed) {
    test::Random random(seed);
    Field field(part);
    for (double& x : field.all()) x = random.between(-1.0, 1.0);
    return field;
}

/// Index within its block of the site with the same balances, at the stage after r.
std::size_t same_balances(const Layout& layout, Stage r, std::size_t index) {
    std::vector<int> balances(layout.lattice().accounts());
    layout.lattice().balances(layout.contested(r), index, balances);
    return layout.lattice().site(layout.contested(layout.next(r)), balances);
}

/// check(part, ranks, a field of the whole) on every rank of every deal of every shape.
template <class Check>
void on_every_deal(Check&& check) {
    std::uint64_t seed = 0;
    for (const Shape& shape : test::shapes())
        for (const auto& shares : test::deals()) {
            const Field field = random_field(whole(shape), ++seed);
            test::on_parts(shape, shares,
                           [&](const Part& part, const Collective& ranks) { check(part, ranks, field); });
        }
}

TEST(Transposition, BackwardIsTheReorderingByBalances) {
    on_every_deal([](const Part& part, const Collective& ranks, const Field& everything) {
        const Layout& layout = part.layout();
        const Field own = test::restricted(everything, part);
        Transposition transposition(part, ranks);
        for (const auto r : Range<Stage>(layout.stages())) {
            std::vector<double> here(part.states(r));
            transposition.backward(r, own.stage(layout.next(r)), here);
            std::vector<double> expected;
            part.for_each_site(r, [&](const Site& site, std::size_t) {
                expected.push_back(everything.block(layout.next(r), site.block)[same_balances(layout, r, site.index)]);
            });
            EXPECT_EQ(here, expected) << "stage " << r.at();
        }
    });
}

TEST(Transposition, ForwardIsTheInverseOfBackward) {
    on_every_deal([](const Part& part, const Collective& ranks, const Field& everything) {
        const Layout& layout = part.layout();
        const Field own = test::restricted(everything, part);
        Transposition transposition(part, ranks);
        for (const auto r : Range<Stage>(layout.stages())) {
            const auto next = own.stage(layout.next(r));
            std::vector<double> here(part.states(r)), again(next.size());
            transposition.backward(r, next, here);
            transposition.forward(r, here, again);
            EXPECT_TRUE(std::ranges::equal(again, next)) << "stage " << r.at();
            transposition.forward(r, own.stage(r), again);
            transposition.backward(r, again, here);
            EXPECT_TRUE(std::ranges::equal(here, own.stage(r))) << "stage " << r.at();
        }
    });
}

/// Every state travels that one rank owns at a stage and another one at the next, and nothing else.
TEST(Transposition, SendsWhatItSays) {
    std::atomic<std::size_t> all_sent = 0;
    on_every_deal([&](const Part& part, const Collective& ranks, const Field& everything) {
        const Layout& layout = part.layout();
        const Field own = test::restricted(everything, part);
        Transposition transposition(part, ranks);
        for (const auto r : Range<Stage>(layout.stages())) {
            const Stage next = layout.next(r);
            std::size_t leaving = 0, coming = 0;
            everything.part().for_each_site(r, [&](const Site& site, std::size_t) {
                const Type t = layout.type(site.block);
                const int before = part.partition().owner(r, t, site.line);
                const int after =
                    part.partition().owner(next, t, same_balances(layout, r, site.index) / layout.line_length(next));
                if (before == after) return;
                leaving += before == part.rank() ? 1 : 0;
                coming += after == part.rank() ? 1 : 0;
            });
            EXPECT_EQ(transposition.sent_forward(r), leaving);
            EXPECT_EQ(transposition.sent_backward(r), coming);
            std::vector<double> here(part.states(r)), there(part.states(next));
            ranks.reset_traffic();
            transposition.forward(r, own.stage(r), there);
            EXPECT_EQ(ranks.traffic().bytes, sizeof(double) * leaving);
            ranks.reset_traffic();
            transposition.backward(r, own.stage(next), here);
            EXPECT_EQ(ranks.traffic().bytes, sizeof(double) * coming);
            EXPECT_LE(ranks.traffic().messages, static_cast<std::uint64_t>(ranks.size() - 1));
            EXPECT_EQ(ranks.traffic().reductions, 0U);
            all_sent += leaving;
        }
    });
    EXPECT_GT(all_sent, 1000U);
}

}  // namespace
}  // namespace polykarma
