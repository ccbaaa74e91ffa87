// An HDF5 file for values to come is a sound one at any moment, and has room for all of them from the beginning.
#include "io/placed_file.hpp"

#include <filesystem>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "base/error.hpp"
#include "io/sample.hpp"
#include "io/stored_group.hpp"

namespace polykarma::hdf5 {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRows = 40, kColumns = 1000;

void create(GroupWriter& root, Storage to_come) {
    root.array<double>({"known", "from the beginning", ""}, std::vector{1.0, 2.0, 3.0}, {{"three", 3}});
    root.store(to_come);
    static_cast<void>(root.subgroup("group"));
    root.stretch<std::int32_t>({"group/numbers", "that come little by little", ""}, {}, {{"row", kRows}, {"column", kColumns}});
}

class Placed : public testing::Test {
protected:
    [[nodiscard]] std::vector<std::int32_t> numbers(const fs::path& file) const {
        return StoredGroup(file, "/").child("group").array<std::int32_t>("numbers", std::vector{kRows, kColumns});
    }

    test::ScratchDirectory scratch_;
    const fs::path target_ = scratch_ / "out.h5";
};

TEST_F(Placed, ValuesAppearInASoundFile) {
    PartialFile partial(target_);
    outline(partial, create);
    const auto size = fs::file_size(partial.path());
    EXPECT_GE(size, kRows * kColumns * sizeof(std::int32_t));
    PlacedFile file(partial.path());
    std::vector<std::int32_t> expected(kRows * kColumns, 0);
    for (const std::size_t row : {0U, 7U, 39U}) {
        std::vector<std::int32_t> values(kColumns, static_cast<std::int32_t>(row) + 1);
        std::copy(values.begin(), values.end(), expected.begin() + static_cast<std::ptrdiff_t>(row * kColumns));
        file.put("group/numbers", row * kColumns, std::span<const std::int32_t>(values));
        EXPECT_EQ(numbers(partial.path()), expected);  // while others are still to come
    }
    EXPECT_EQ(fs::file_size(partial.path()), size);
    file.flush();
    add_to(partial.path(), [](GroupWriter& root) { root.attribute("more", std::int64_t{5}); });
    EXPECT_FALSE(fs::exists(target_));
    partial.keep();
    EXPECT_EQ(numbers(target_), expected);
    EXPECT_EQ(StoredGroup(target_, "/").integer_attribute("more"), 5);
    EXPECT_EQ(StoredGroup(target_, "/").array<double>("known", std::vector<std::size_t>{3}), (std::vector{1.0, 2.0, 3.0}));
}

TEST_F(Placed, ACopyHasEverything) {
    PartialFile original(target_), copy(scratch_ / "copy.h5");
    outline(original, create);
    PlacedFile file(original.path());
    const std::vector<std::int32_t> values(kRows * kColumns, 3);
    file.put("group/numbers", 0, std::span(values));
    file.copy_to(copy);
    copy.keep();
    EXPECT_EQ(numbers(scratch_ / "copy.h5"), values);
}

TEST_F(Placed, ValuesWithoutAPlaceAreRefused) {
    PartialFile partial(target_);
    outline(partial, create);
    PlacedFile file(partial.path());
    const std::vector<std::int32_t> row(kColumns, 1);
    EXPECT_THROW(file.put("group/others", 0, std::span(row)), IoError);
    EXPECT_THROW(file.put("group/numbers", kRows * kColumns - 1, std::span(row)), IoError);
    EXPECT_EQ(numbers(partial.path()), std::vector<std::int32_t>(kRows * kColumns, 0));
}

// The limit of a file stands for a disk that is full: it is met before anything is written.
TEST_F(Placed, WithoutRoomForAllOfItThereIsNone) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit small{kRows * kColumns, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const UndisturbedWrite undisturbed;
    std::string said;
    try {
        PartialFile partial(target_);
        outline(partial, create);
    } catch (const IoError& error) {
        said = error.what();
    }
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_NE(said.find("out.h5: cannot be written (File too large: needs 1 MB"), std::string::npos) << said;
    EXPECT_TRUE(fs::is_empty(target_.parent_path()));
}

}  // namespace
}  // namespace polykarma::hdf5
