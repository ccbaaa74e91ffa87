// HDF5 files that the ranks of mpirun write together: on several ranks only.
#include <algorithm>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "io/array_cuts.hpp"
#include "io/shared_file.hpp"
#include "io/stored_group.hpp"
#include "io/world.hpp"

namespace polykarma {
namespace {

namespace fs = std::filesystem;
using test::SharedDirectory;
using test::world;

/// How HDF5 says that it did the last transfer of this rank.
void expect_collective(hid_t transfer, const std::string& name) {
    H5D_mpio_actual_io_mode_t mode{};
    H5D_mpio_actual_chunk_opt_mode_t chunks{};
    std::uint32_t local = 0, global = 0;
    ASSERT_GE(H5Pget_mpio_actual_io_mode(transfer, &mode), 0);
    ASSERT_GE(H5Pget_mpio_actual_chunk_opt_mode(transfer, &chunks), 0);
    ASSERT_GE(H5Pget_mpio_no_collective_cause(transfer, &local, &global), 0);
    EXPECT_EQ(mode, H5D_MPIO_CHUNK_COLLECTIVE) << name;
    EXPECT_NE(chunks, H5D_MPIO_NO_CHUNK_OPTIMIZATION) << name;
    EXPECT_EQ(local, 0U) << name;
    EXPECT_EQ(global, 0U) << name;
}

/// Element i of some array.
template <class T>
T value_at(std::size_t i) {
    return static_cast<T>(i * 2654435761U % 100003U);
}

/// Writes an array in stretches that are as even as elements allow, whatever the chunks; the last ones, `idle` of
/// them, have none.
template <class T>
void write_array(hdf5::GroupWriter& group, const std::string& name, const std::vector<std::size_t>& shape, int idle) {
    hdf5::Axes axes;
    for (const std::size_t length : shape) axes.push_back({"axis" + std::to_string(axes.size()), length});
    const std::vector<hsize_t> lengths(shape.begin(), shape.end());
    const auto size = hdf5::elements(lengths);
    const auto busy = static_cast<std::size_t>(std::max(1, world->size() - idle));
    const auto rank = static_cast<std::size_t>(world->rank());
    std::vector<T> stretch;
    for (std::size_t i = size * std::min(rank, busy) / busy; i < size * std::min(rank + 1, busy) / busy; ++i)
        stretch.push_back(value_at<T>(i));
    group.stretch<T>({name, name, ""}, stretch, axes);
    expect_collective(group.transfer().properties(), name);
}

template <class T>
void expect_array(const fs::path& file, const std::string& name, const std::vector<std::size_t>& shape) {
    const auto values = hdf5::StoredGroup(file, "/").array<T>(name, shape);
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], value_at<T>(i)) << name << " at " << i;
}

// d and V have the first shape; of pi, row_start has the second and the entries the others.
TEST(Together, EveryTransferIsCollectiveWithAndWithoutIdleRanks) {
    const std::vector<std::vector<std::size_t>> shapes{{3, 2, 3, 24, 25, 26}, {2, 3, 40001}, {280801}, {70000}, {12}};
    const SharedDirectory shared;
    for (const int idle : {0, 1}) {
        hdf5::write_together(shared / "a.h5", *world, std::size_t{1} << 25, [&](hdf5::GroupWriter& root) {
            for (std::size_t i = 0; i < shapes.size(); ++i) {
                write_array<double>(root, "double" + std::to_string(i), shapes[i], idle);
                write_array<std::int32_t>(root, "int" + std::to_string(i), shapes[i], idle);
            }
        });
        if (!world->is_root()) continue;
        for (std::size_t i = 0; i < shapes.size(); ++i) {
            expect_array<double>(shared / "a.h5", "double" + std::to_string(i), shapes[i]);
            expect_array<std::int32_t>(shared / "a.h5", "int" + std::to_string(i), shapes[i]);
        }
        EXPECT_LT(fs::file_size(shared / "a.h5"), std::size_t{1} << 23) << "the room was not given back";
    }
}

TEST(Together, ADirectoryThatVanishesIsTheSameErrorOnAllRanks) {
    const SharedDirectory shared;
    const fs::path target = shared / "vanishing" / "a.h5";
    if (world->is_root()) fs::create_directory(target.parent_path());
    world->barrier();
    std::string message;
    try {
        hdf5::write_together(target, *world, 1 << 16, [&](hdf5::GroupWriter& root) {
            write_array<double>(root, "values", {1000}, 0);
            if (world->is_root()) fs::remove_all(target.parent_path());
        });
    } catch (const IoError& error) {
        message = error.what();
    }
    EXPECT_EQ(message, target.string() + ": cannot be replaced (No such file or directory)");
}

}  // namespace
}  // namespace polykarma

int main(int argc, char** argv) { return polykarma::test::run_tests(argc, argv); }
