#include <cstdio>

#include <gtest/gtest.h>
#include <mpi.h>

// GoogleTest under MPI: rank 0 reports the tests, any rank reports its own failures, and all ranks agree on the exit
// code so that a failure on one rank is not lost.
namespace {

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

}  // namespace

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    testing::InitGoogleTest(&argc, argv);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank != 0) {
        testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
        delete listeners.Release(listeners.default_result_printer());
        listeners.Append(new FailuresOfOtherRanks(rank));
    }
    const int local = RUN_ALL_TESTS();
    int worst = 0;
    MPI_Allreduce(&local, &worst, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    MPI_Finalize();
    return worst;
}
