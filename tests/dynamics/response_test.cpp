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

TEST(Response, RowsStartCacheLinesAndDoNotOverlap) {
    const MultiKarma g = game();
    Response response(g.layout());
    double mark = 0.0;
    for (const auto r : Range<Stage>(g.layout().stages()))
        g.layout().for_each_site(r, [&](const Site& site, std::size_t length) {
            const auto row = response.row(r, site, length);
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(row.data()) % 64, 0U);
            for (double& p : row) p = ++mark;
        });
    EXPECT_EQ(static_cast<std::size_t>(mark), g.layout().pairs());
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
    const Response dense = test::random_response(g.layout(), random);
    const SparseResponse sparse(dense, 1e-15);
    EXPECT_EQ(sparse.starts().size(), g.layout().states() + 1);
    for (const auto r : Range<Stage>(g.layout().stages()))
        sparse.for_each(r, [&](const Site& site, Row row) {
            const Row original = dense.row(r, site, row.size());
            double sum = 0.0;
            for (std::size_t a = 0; a < row.size(); ++a) {
                EXPECT_NEAR(row[a], original[a], 1e-15);
                sum += row[a];
            }
            for (std::size_t a = row.size(); a < padded(row.size()); ++a) EXPECT_EQ(row.data()[a], 0.0);
            EXPECT_NEAR(sum, 1.0, 2.3e-16);
        });
}

TEST(SparseResponse, DroppedWeightGoesToTheLargest) {
    const MultiKarma g = game();
    Response dense(g.layout());
    for (const auto r : Range<Stage>(g.layout().stages()))
        g.layout().for_each_site(r, [&](const Site& site, std::size_t length) {
            const auto row = dense.row(r, site, length);
            row[0] = 0.3;
            row[1] = 0.7 - 1e-6;
            row[length - 1] += 1e-6;
        });
    const SparseResponse sparse(dense, 1e-5);
    std::size_t state = 0;
    for (const auto r : Range<Stage>(g.layout().stages()))
        sparse.for_each(r, [&](const Site&, Row row) {
            EXPECT_NEAR(row[1], 0.7, 1e-15);
            EXPECT_EQ(sparse.starts()[state + 1] - sparse.starts()[state], 2U);
            EXPECT_NEAR(sparse.expected_value(state, row), 0.09 + 0.49, 1e-15);
            ++state;
        });
}

TEST(SparseResponse, AppendedRowsAreTheRows) {
    const MultiKarma g = game();
    SparseResponse sparse(g.layout());
    for (std::size_t state = 0; state < g.layout().states(); ++state)
        sparse.append(std::vector<std::int32_t>{1}, std::vector<double>{1.0});
    for (const auto r : Range<Stage>(g.layout().stages()))
        sparse.for_each(r, [&](const Site&, Row row) {
            for (std::size_t a = 0; a < row.size(); ++a) EXPECT_EQ(row[a], a == 1 ? 1.0 : 0.0);
        });
}

}  // namespace
}  // namespace polykarma
