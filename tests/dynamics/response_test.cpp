#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "dynamics/response.hpp"
#include "support/random_economy.hpp"
#include "support/small_economy.hpp"

namespace polykarma {
namespace {

MultiKarma game() {
    return MultiKarma(test::small_economy({3, 2}, {1.0, 1.0}, Exchange::from_worth({1.0, 1.5}), Redistribution::all));
}

/// A row of a sparse response with every action.
std::vector<double> spelled_out(const SparseRow& row, std::size_t length) {
    std::vector<double> result(length, 0.0);
    for_each_action(row, [&](std::size_t a, double p) { result.at(a) = p; });
    return result;
}

TEST(Response, RowsStartCacheLinesAndDoNotOverlap) {
    const MultiKarma g = game();
    Response response(whole(g));
    double mark = 0.0;
    for (const auto r : Range<Stage>(g.layout().stages()))
        whole(g).for_each_site(r, [&](const Site& site, std::size_t length) {
            const auto row = response.row(r, site, length);
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(row.data()) % 64, 0U);
            for (double& p : row) p = ++mark;
        });
    EXPECT_EQ(static_cast<std::size_t>(mark), whole(g).pairs());
    double expected = 0.0;
    for (const auto r : Range<Stage>(g.layout().stages()))
        response.for_each(r, [&](const Site&, Row row) {
            for (const double p : row) EXPECT_EQ(p, ++expected);
            for (std::size_t a = row.size(); a < padded(row.size()); ++a) EXPECT_EQ(row.data()[a], 0.0);
        });
}

TEST(SparseResponse, RoundTripKeepsWhatHasWeight) {
    const MultiKarma g = game();
    test::Random random(12);
    const Response dense = test::random_response(whole(g), random);
    const SparseResponse sparse(dense, 1e-15);
    EXPECT_EQ(sparse.starts().size(), g.layout().states() + 1);
    for (const auto r : Range<Stage>(g.layout().stages()))
        dense.for_each(r, [&](const Site& site, Row original) {
            const auto row = spelled_out(sparse.row(r, site), original.size());
            double sum = 0.0;
            for (std::size_t a = 0; a < row.size(); ++a) {
                EXPECT_NEAR(row[a], original[a], 1e-15);
                sum += row[a];
            }
            EXPECT_NEAR(sum, 1.0, 2.3e-16);
        });
}

TEST(SparseResponse, DroppedWeightGoesToTheLargest) {
    const MultiKarma g = game();
    Response dense(whole(g));
    for (const auto r : Range<Stage>(g.layout().stages()))
        whole(g).for_each_site(r, [&](const Site& site, std::size_t length) {
            const auto row = dense.row(r, site, length);
            row[0] = 0.3;
            row[1] = 0.7 - 1e-6;
            row[length - 1] += 1e-6;
        });
    const SparseResponse sparse(dense, 1e-5);
    for (const auto r : Range<Stage>(g.layout().stages()))
        dense.for_each(r, [&](const Site& site, Row original) {
            const SparseRow row = sparse.row(r, site);
            ASSERT_EQ(row.actions.size(), 2U);
            EXPECT_EQ(row.actions[1], 1);
            EXPECT_NEAR(row.probabilities[1], 0.7, 1e-15);
            EXPECT_NEAR(sparse.expected_value(r, site, spelled_out(row, original.size())), 0.09 + 0.49, 1e-15);
        });
}

TEST(SparseResponse, AppendedRowsAreTheRows) {
    const MultiKarma g = game();
    SparseResponse sparse(whole(g));
    for (std::size_t state = 0; state < g.layout().states(); ++state)
        sparse.append(std::vector<std::int32_t>{1}, std::vector<double>{1.0});
    for (const auto r : Range<Stage>(g.layout().stages()))
        sparse.for_each(r, [&](const Site&, const SparseRow& row) {
            EXPECT_EQ(spelled_out(row, 2), (std::vector<double>{0.0, 1.0}));
        });
}

}  // namespace
}  // namespace polykarma
