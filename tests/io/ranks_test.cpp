// Files of economies that are dealt to the ranks of mpirun.
#include <gtest/gtest.h>

#include "io/partitioned_checks.hpp"
#include "io/world.hpp"

namespace polykarma {
namespace {

using test::Sample;
using test::SharedDirectory;
using test::world;

/// Even shares, and where there are several ranks, one in the middle or at the end that owns nothing.
std::vector<std::vector<double>> deals() {
    const auto size = static_cast<std::size_t>(world->size());
    std::vector<std::vector<double>> deals(size > 1 ? 2 : 1, std::vector<double>(size, 1.0));
    if (size > 1) deals[1][size / 2] = 0.0;
    return deals;
}

class Ranks : public testing::TestWithParam<std::vector<int>> {
protected:
    template <class Check>
    void check(Check check) const {
        for (const auto& shares : deals()) {
            const SharedDirectory shared;
            check(sample_, shares, *world, shared.path());
        }
    }

    Sample sample_{GetParam()};
};

TEST_P(Ranks, WriteWhatOneRankWrites) { check(test::check_writing); }
TEST_P(Ranks, ReadWhatOneRankWrote) { check(test::check_reading); }

// Three small accounts are one chunk: all ranks but one have nothing to write. Large ones are several.
INSTANTIATE_TEST_SUITE_P(Resources, Ranks,
                         testing::Values(std::vector{5}, std::vector{4, 2}, std::vector{2, 3, 4},
                                         std::vector{15, 15, 15}));

TEST(Ranks, RefuseWhatOneRankRefuses) {
    const Sample sample({15, 15, 15});
    const SharedDirectory shared;
    test::check_refusals(sample, deals().front(), *world, shared.path());
}

TEST(Ranks, FailAlikeAndLeaveNothingBehind) {
    const Sample sample({4, 5, 3});
    const SharedDirectory shared;
    test::check_failures(sample, deals().front(), *world, shared.path());
}

}  // namespace
}  // namespace polykarma

int main(int argc, char** argv) { return polykarma::test::run_tests(argc, argv); }
