// A collective on one rank without MPI, and on as many as mpirun starts.
#include "parallel/collective.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "parallel/collective_checks.hpp"
#include "parallel/communicator.hpp"
#include "support/ranks.hpp"

namespace polykarma {
namespace {

const MpiSession* session = nullptr;
std::optional<Collective> world;

class Check : public testing::TestWithParam<test::CollectiveCheck> {};

TEST_P(Check, Serial) { GetParam().run(Collective::serial()); }
TEST_P(Check, World) { GetParam().run(*world); }

INSTANTIATE_TEST_SUITE_P(Collective, Check, testing::ValuesIn(test::collective_checks()),
                         [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(Teams, Check, testing::ValuesIn(test::team_checks()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(World, HasTheRanksOfMpi) {
    int rank = 0;
    int size = 1;
    if (session->active()) {
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        MPI_Comm_size(MPI_COMM_WORLD, &size);
    }
    EXPECT_EQ(world->rank(), rank);
    EXPECT_EQ(world->size(), size);
}

// What is sent first is not what is heard first: the messages are small enough to wait.
TEST(World, MessagesOfAnotherGroupAreNotTakenForItsOwn) {
    const Collective other = Collective::world(*session);
    const std::vector<std::byte> first(3, std::byte{1});
    const std::vector<std::byte> second(5, std::byte{2});
    if (!world->is_root()) {
        world->send_to_root(first);
        other.send_to_root(second);
        return;
    }
    for (int rank = 1; rank < world->size(); ++rank) {
        EXPECT_EQ(other.receive(rank), second);
        EXPECT_EQ(world->receive(rank), first);
    }
}

TEST(World, HasACommunicatorOfItsOwnUnlessItIsOneRank) {
    const MPI_Comm own = communicator(*world);
    if (world->size() == 1) {
        EXPECT_EQ(own, MPI_COMM_NULL);
        return;
    }
    ASSERT_NE(own, MPI_COMM_NULL);
    int relation = MPI_UNEQUAL;
    MPI_Comm_compare(own, MPI_COMM_WORLD, &relation);
    EXPECT_EQ(relation, MPI_CONGRUENT);
}

TEST(Communicator, IsNullWithoutMpi) {
    EXPECT_EQ(communicator(Collective::serial()), MPI_COMM_NULL);
    test::on_ranks(2, [](const Collective& ranks) { EXPECT_EQ(communicator(ranks), MPI_COMM_NULL); });
}

}  // namespace
}  // namespace polykarma

int main(int argc, char** argv) {
    const polykarma::MpiSession session(argc, argv);
    testing::InitGoogleTest(&argc, argv);
    polykarma::session = &session;
    polykarma::world = polykarma::Collective::world(session);
    // A rank that fails ends with 1, and mpirun with it.
    const int result = RUN_ALL_TESTS();
    polykarma::world.reset();
    return result;
}
