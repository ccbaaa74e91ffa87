// Files of economies that are dealt to emulated ranks: the root writes and reads for all.
#include <functional>

#include <gtest/gtest.h>

#include "io/partitioned_checks.hpp"
#include "io/sample.hpp"
#include "support/partitioned.hpp"

namespace polykarma {
namespace {

using Check = void (*)(const test::Sample&, const std::vector<double>&, const Collective&,
                       const std::filesystem::path&);

class Emulated : public testing::TestWithParam<std::vector<int>> {
protected:
    /// On one rank, even shares, and with a rank that owns nothing.
    void check(Check check) const {
        for (const auto& shares : test::deals()) {
            const test::ScratchDirectory scratch;
            test::on_ranks(static_cast<int>(shares.size()),
                           [&](const Collective& ranks) { check(sample_, shares, ranks, scratch.path()); });
        }
    }

    test::Sample sample_{GetParam()};
};

TEST_P(Emulated, RanksWriteWhatOneRankWrites) { check(test::check_writing); }
TEST_P(Emulated, RanksReadWhatOneRankWrote) { check(test::check_reading); }
TEST_P(Emulated, RanksRefuseWhatOneRankRefuses) { check(test::check_refusals); }
TEST_P(Emulated, RanksFailAlikeAndLeaveNothingBehind) { check(test::check_failures); }

INSTANTIATE_TEST_SUITE_P(Resources, Emulated,
                         testing::Values(std::vector{5}, std::vector{4, 2}, std::vector{2, 3, 4}));

}  // namespace
}  // namespace polykarma
