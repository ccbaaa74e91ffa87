#include "support/world.hpp"

#include <array>
#include <cstdio>
#include <optional>

#include <gtest/gtest.h>

// GoogleTest under MPI: rank 0 reports the tests, any rank reports its own failures, and all ranks agree on the exit
// code so that a failure on one rank is not lost.
namespace polykarma::test {
namespace {

std::optional<Collective> all_ranks;

/// Prints nothing but failed assertions, with the rank on which they happened.
class FailuresOfOtherRanks : public testing::EmptyTestEventListener {
public:
    explicit FailuresOfOtherRanks(int rank) : rank_(rank) {}

    void OnTestPartResult(const testing::TestPartResult& result) override {
        if (result.failed()) {
            const char* file = result.file_name() != nullptr ? result.file_name() : "unknown file";
            std::fprintf(stderr, "rank %d: %s:%d: %s\n", rank_, file, result.line_number(), result.summary());
        }
    }

private:
    int rank_;
};

int run_all_tests() {
    if (!world().is_root()) {
        testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
        delete listeners.Release(listeners.default_result_printer());
        listeners.Append(new FailuresOfOtherRanks(world().rank()));
    }
    std::array<double, 1> worst{static_cast<double>(RUN_ALL_TESTS())};
    world().maximum(worst);
    return static_cast<int>(worst.front());
}

}  // namespace

const Collective& world() { return *all_ranks; }

}  // namespace polykarma::test

int main(int argc, char** argv) {
    const polykarma::MpiSession session(argc, argv);
    testing::InitGoogleTest(&argc, argv);
    polykarma::test::all_ranks = polykarma::Collective::world(session);
    const int result = polykarma::test::run_all_tests();
    polykarma::test::all_ranks.reset();
    return result;
}
