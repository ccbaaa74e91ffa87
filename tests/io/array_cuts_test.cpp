// Arrays cut into chunks, stretches into boxes, and stretches moved between ranks.
#include <cstring>
#include <numeric>

#include <gtest/gtest.h>

#include "io/array_cuts.hpp"
#include "io/regrouped.hpp"
#include "support/ranks.hpp"

namespace polykarma {
namespace {

using Shape = std::vector<hsize_t>;
using hdf5::Chunks;

constexpr std::size_t kMost = 65536;

std::size_t position(const Shape& shape, const Shape& subscripts) {
    std::size_t place = 0;
    for (std::size_t i = 0; i < shape.size(); ++i) place = place * shape[i] + subscripts[i];
    return place;
}

/// Elements of a box in its order.
std::vector<std::size_t> positions(const Shape& shape, const hdf5::Box& box) {
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < hdf5::elements(box.count); ++i) {
        Shape subscripts(shape.size());
        std::size_t rest = i;
        for (std::size_t axis = shape.size(); axis-- > 0; rest /= box.count[axis])
            subscripts[axis] = box.start[axis] + rest % box.count[axis];
        result.push_back(position(shape, subscripts));
    }
    return result;
}

class Cut : public testing::TestWithParam<Shape> {};

TEST_P(Cut, EveryElementIsInTheChunkThatItsSubscriptsSay) {
    const Shape shape = GetParam();
    const Chunks chunks(shape);
    std::size_t grid = 1;
    for (std::size_t i = 0; i < shape.size(); ++i) grid *= (shape[i] + chunks.shape()[i] - 1) / chunks.shape()[i];
    EXPECT_EQ(chunks.count(), grid);
    EXPECT_LE(hdf5::elements(chunks.shape()), kMost);
    EXPECT_EQ(chunks.begin(chunks.count()), hdf5::elements(shape));
    EXPECT_EQ(chunks.last_begin(hdf5::elements(shape)), hdf5::elements(shape));
    for (std::size_t place = 0; place < hdf5::elements(shape); ++place) {
        std::size_t chunk = 0, rest = place, size = hdf5::elements(shape);
        for (std::size_t i = 0; i < shape.size(); ++i) {
            size /= shape[i];
            chunk = chunk * ((shape[i] + chunks.shape()[i] - 1) / chunks.shape()[i]) + rest / size / chunks.shape()[i];
            rest %= size;
        }
        ASSERT_LE(chunks.begin(chunk), place);
        ASSERT_GT(chunks.begin(chunk + 1), place);
        ASSERT_EQ(chunks.last_begin(place), chunks.begin(chunk));
    }
}

TEST_P(Cut, BoxesAreTheElementsOfTheStretchInOrder) {
    const Shape shape = GetParam();
    const std::size_t size = hdf5::elements(shape);
    for (const auto& [first, last] : {std::pair<std::size_t, std::size_t>{0, size}, {0, size / 2}, {size / 3, size},
                                      {size / 7, size / 7 + 1}, {size / 5, size - size / 11}, {size / 2, size / 2}}) {
        const auto boxes = hdf5::boxes(shape, first, last);
        EXPECT_LE(boxes.size(), 2 * shape.size());
        std::vector<std::size_t> found;
        for (const auto& box : boxes) {
            const auto part = positions(shape, box);
            found.insert(found.end(), part.begin(), part.end());
        }
        std::vector<std::size_t> expected(last - first);
        std::iota(expected.begin(), expected.end(), first);
        ASSERT_EQ(found, expected) << first << " to " << last;
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Cut,
                         testing::Values(Shape{1}, Shape{70000}, Shape{200000}, Shape{2, 2, 3, 60, 61},
                                         Shape{3, 2, 3, 17, 16, 15}, Shape{2, 3, 66001}, Shape{4, 1, 1, 40000},
                                         Shape{7, 30001}));

TEST(Chunks, OfAnArrayWithoutElementsThereAreNone) {
    const Chunks chunks(Shape{0});
    EXPECT_EQ(chunks.count(), 0U);
    EXPECT_EQ(chunks.last_begin(0), 0U);
    EXPECT_TRUE(hdf5::boxes(Shape{0}, 0, 0).empty());
}

TEST(Regrouped, EveryRankHasItsNewStretch) {
    const Cuts all{0, 3, 3, 10, 11, 20};
    const Cuts other{0, 0, 9, 9, 20, 20};
    test::on_ranks(5, [&](const Collective& ranks) {
        const auto rank = static_cast<std::size_t>(ranks.rank());
        std::vector<int> own(all[rank + 1] - all[rank]);
        std::iota(own.begin(), own.end(), static_cast<int>(all[rank]));
        EXPECT_EQ(cuts_of(ranks, own.size()), all);
        const auto moved = regrouped(ranks, std::as_bytes(std::span(own)), sizeof(int), all, other);
        std::vector<int> expected(other[rank + 1] - other[rank]);
        std::iota(expected.begin(), expected.end(), static_cast<int>(other[rank]));
        ASSERT_EQ(moved.size(), expected.size() * sizeof(int));
        EXPECT_TRUE(expected.empty() || std::memcmp(moved.data(), expected.data(), moved.size()) == 0);
    });
}

}  // namespace
}  // namespace polykarma
