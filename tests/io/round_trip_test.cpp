// What is written is read back bit for bit, and does not depend on when it was written.
#include <bit>
#include <fstream>

#include <gtest/gtest.h>

#include "config/reader.hpp"
#include "game/multi_karma.hpp"
#include "io/file_order.hpp"
#include "io/sample.hpp"
#include "io/stored_equilibrium.hpp"
#include "io/stored_fields.hpp"
#include "io/stored_group.hpp"

namespace polykarma {
namespace {

using test::sample_record;
using test::ScratchDirectory;

template <class A, class B>
void expect_same_bits(const A& a, const B& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        ASSERT_EQ(std::bit_cast<std::uint64_t>(a[i]), std::bit_cast<std::uint64_t>(b[i])) << "at " << i;
}

template <class A, class B>
void expect_equal(const A& a, const B& b) {
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
}

void expect_stored(const EquilibriumRecord& record, const std::filesystem::path& file, const std::string& group) {
    // Whoever reads builds an equal game, and does not share it.
    const MultiKarma game(rules_of(parse_economy(record.economy, "record")));
    const SocialState state = read_social_state(file, group, whole(game));
    expect_same_bits(state.mass.all(), record.mass.all());
    expect_same_bits(read_value(file, group, whole(game)).all(), record.value.all());
    expect_equal(state.response.starts(), record.response.starts());
    expect_equal(state.response.actions(), record.response.actions());
    expect_same_bits(state.response.probabilities(), record.response.probabilities());
    EXPECT_EQ(read_stored_economy(file, group), parse_economy(record.economy, "record"));

    const Certificate certificate = read_certificate(file, group);
    for (const auto& field : kCertificateFields)
        EXPECT_EQ(certificate.*field.member, record.certificate.*field.member) << field.name;
    const Tolerance tolerance = read_tolerance(file, group);
    for (const auto& field : kToleranceFields)
        EXPECT_EQ(tolerance.*field.member, record.tolerance.*field.member) << field.name;
}

class RoundTrip : public testing::TestWithParam<std::vector<int>> {};

TEST_P(RoundTrip, KeepsEveryBitOfAnEquilibrium) {
    const ScratchDirectory scratch;
    const auto record = sample_record(GetParam());
    write_equilibrium(scratch / "a.h5", record, {"polykarma solve", 1});
    expect_stored(record, scratch / "a.h5", "/");
    EXPECT_EQ(read_title(scratch / "a.h5"), "Sample");
}

TEST_P(RoundTrip, KeepsEveryBitOfAPoint) {
    const ScratchDirectory scratch;
    const auto record = sample_record(GetParam());
    test::write_sample_study(scratch / "study.h5", record);
    expect_stored(record, scratch / "study.h5", "/points/0000");
}

TEST_P(RoundTrip, StoresKarmaInTheOrderOfTheResources) {
    const ScratchDirectory scratch;
    const auto record = sample_record(GetParam());
    const Layout& layout = *record.layout;
    write_equilibrium(scratch / "a.h5", record, {});
    std::vector<std::size_t> shape{layout.stages(), layout.types(), layout.exogenous_states()};
    for (const int k : GetParam()) shape.push_back(static_cast<std::size_t>(k) + 1);
    const auto d = hdf5::StoredGroup(scratch / "a.h5", "/").array<double>("d", shape);

    // Every entry of the array, by its subscripts, against the state with these balances.
    std::vector<int> balances(GetParam().size(), 0);
    std::size_t position = 0;
    for (const auto r : Range<Stage>(layout.stages()))
        for (const auto b : Range<Block>(layout.blocks()))
            for (std::size_t i = 0; i < layout.sites(); ++i, ++position) {
                ASSERT_EQ(d[position], record.mass.block(r, b)[layout.lattice().site(layout.contested(r), balances)]);
                for (std::size_t a = balances.size(); a-- > 0;) {
                    if (++balances[a] <= GetParam()[a]) break;
                    balances[a] = 0;
                }
            }
}

TEST_P(RoundTrip, EqualRecordsGiveEqualBytes) {
    EXPECT_EQ(to_image(sample_record(GetParam())), to_image(sample_record(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Resources, RoundTrip,
                         testing::Values(std::vector{5}, std::vector{4, 2}, std::vector{2, 3, 4}));

TEST(StoredEquilibrium, RemembersTheSearchAndTheWelfare) {
    const ScratchDirectory scratch;
    const auto record = sample_record({3, 2});
    write_equilibrium(scratch / "a.h5", record, {});
    const SearchRecord search = read_search(scratch / "a.h5");
    EXPECT_EQ(search.method, record.search.method);
    EXPECT_EQ(search.start, record.search.start);
    EXPECT_EQ(search.karma_start, record.search.karma_start);
    EXPECT_EQ(search.lambda, record.search.lambda);
    EXPECT_EQ(search.reason, record.search.reason);
    EXPECT_EQ(search.iterations, record.search.iterations);
    const Welfare welfare = read_welfare(scratch / "a.h5", "/", 2);
    EXPECT_EQ(welfare.payoffs[1].exogenous, record.welfare.payoffs[1].exogenous);
    EXPECT_EQ(welfare.benchmark[0].endogenous, record.welfare.benchmark[0].endogenous);
    EXPECT_EQ(welfare.utilitarian.endogenous, record.welfare.utilitarian.endogenous);
    EXPECT_EQ(welfare.everyone_gains, record.welfare.everyone_gains);
}

TEST(StoredEquilibrium, ListsWhatAFileHolds) {
    const ScratchDirectory scratch;
    const auto record = sample_record({3, 2});
    write_equilibrium(scratch / "a.h5", record, {});
    const auto alone = list_equilibria(scratch / "a.h5");
    ASSERT_EQ(alone.size(), 1U);
    EXPECT_EQ(alone[0].group, "/");
    EXPECT_EQ(alone[0].reason, to_string(record.search.reason));

    test::write_sample_study(scratch / "study.h5", record);
    const auto points = list_equilibria(scratch / "study.h5");
    ASSERT_EQ(points.size(), 2U);
    EXPECT_EQ(points[0].group, "/points/0000");
    EXPECT_EQ(points[0].labels.at(0), (std::pair<std::string, std::string>("exchange", "none")));
    EXPECT_EQ(points[0].start, "even");
    EXPECT_EQ(points[0].error, "");
    EXPECT_EQ(points[1].group, "/points/0001");
    EXPECT_EQ(points[1].error, "no equilibrium: the economy is too large");
}

TEST(FileOrder, HasEveryStateOnce) {
    const auto record = sample_record({2, 3, 4});
    std::vector<int> seen(record.layout->states(), 0);
    for (const auto r : Range<Stage>(record.layout->stages()))
        for_each_state_in_file(record.mass.part(), r,
                               [&](std::size_t state, const Site&, std::size_t) { ++seen.at(state); });
    EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), static_cast<std::ptrdiff_t>(seen.size()));
}

}  // namespace
}  // namespace polykarma
