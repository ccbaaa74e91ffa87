// A collective on one rank without MPI, and on as many as mpirun starts.
#include "parallel/collective.hpp"

#include <algorithm>
#include <optional>

#include <gtest/gtest.h>

namespace polykarma {
namespace {

std::optional<Collective> world;

std::vector<std::byte> bytes(std::size_t size, int seed) {
    std::vector<std::byte> message(size);
    for (std::size_t i = 0; i < size; ++i)
        message[i] = static_cast<std::byte>((i * 31 + static_cast<std::size_t>(seed)) % 251);
    return message;
}

TEST(Serial, OwnsEverythingAndIsTheRoot) {
    const Collective serial = Collective::serial();
    EXPECT_EQ(serial.rank(), 0);
    EXPECT_EQ(serial.size(), 1);
    EXPECT_TRUE(serial.is_root());
    for (const std::size_t item : {0u, 1u, 7u, 1000u}) EXPECT_EQ(serial.owner(item), 0);
    EXPECT_EQ(serial.broadcast(42), 42);
}

TEST(World, EveryItemHasOneOwnerAndRanksDifferByOneAtMost) {
    constexpr std::size_t kItems = 17;
    std::vector<int> owned(static_cast<std::size_t>(world->size()), 0);
    for (std::size_t item = 0; item < kItems; ++item) {
        ASSERT_GE(world->owner(item), 0);
        ASSERT_LT(world->owner(item), world->size());
        ++owned[static_cast<std::size_t>(world->owner(item))];
    }
    const auto [least, most] = std::minmax_element(owned.begin(), owned.end());
    EXPECT_LE(*most - *least, 1);
    EXPECT_EQ(world->owner(0), 0);
}

// The root hears the ranks in the order of the items, whoever is ready first; large messages do not fit any buffer.
TEST(World, MessagesOfARankArriveInOrderWhateverTheirSize) {
    const std::size_t sizes[] = {0, 1, 4096, std::size_t{3} << 20, 5};
    constexpr std::size_t kItems = 23;
    const auto content = [&](std::size_t item) { return bytes(sizes[item % 5], static_cast<int>(item)); };
    if (!world->is_root()) {
        for (std::size_t item = 0; item < kItems; ++item)
            if (world->owner(item) == world->rank()) world->send_to_root(content(item));
        return;
    }
    for (std::size_t item = 0; item < kItems; ++item)
        if (world->owner(item) != 0) {
            EXPECT_EQ(world->receive(world->owner(item)), content(item)) << "item " << item;
        }
}

TEST(World, TheLastRankCanBeHeardFirst) {
    if (!world->is_root()) return world->send_to_root(bytes(100, world->rank()));
    for (int rank = world->size(); --rank > 0;) EXPECT_EQ(world->receive(rank), bytes(100, rank));
}

TEST(World, TheValueOfTheRootIsEverybodys) { EXPECT_EQ(world->broadcast(world->is_root() ? 17 : -world->rank()), 17); }

}  // namespace
}  // namespace polykarma

int main(int argc, char** argv) {
    polykarma::MpiSession session(argc, argv);
    testing::InitGoogleTest(&argc, argv);
    polykarma::world = polykarma::Collective::world(session);
    // A rank that fails ends with 1, and mpirun with it.
    return RUN_ALL_TESTS();
}
