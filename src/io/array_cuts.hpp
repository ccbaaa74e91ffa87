#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <hdf5.h>

namespace polykarma::hdf5 {

/// A chunk is read and inflated as a whole, so it should stay in a cache: at most so many elements.
inline constexpr hsize_t kChunkElements = 1 << 16;

/// Number of elements of an array of this shape.
[[nodiscard]] std::size_t elements(std::span<const hsize_t> shape);

/// How an array is cut into the chunks that are compressed and read as a whole: the array itself, cut along its slowest
/// axes where it is too large. So a chunk is a stretch of the array: consecutive elements in C order.
class Chunks {
public:
    explicit Chunks(std::span<const hsize_t> array);

    /// Of one chunk.
    [[nodiscard]] const std::vector<hsize_t>& shape() const { return shape_; }
    [[nodiscard]] std::size_t count() const { return rows_ * chunks_in_row_; }
    /// Where a chunk begins; that of count() is the end of the array.
    [[nodiscard]] std::size_t begin(std::size_t chunk) const;
    /// The last place up to `place` where a chunk begins or the array ends.
    [[nodiscard]] std::size_t last_begin(std::size_t place) const;

private:
    std::vector<hsize_t> shape_;
    std::size_t size_;  // of one chunk
    // Chunks of the same slower subscripts form a row; the last one of a row may be shorter.
    std::size_t row_;
    std::size_t rows_;
    std::size_t chunks_in_row_;
};

/// A part of an array that HDF5 can select.
struct Box {
    std::vector<hsize_t> start;
    std::vector<hsize_t> count;
};

/// The boxes that a stretch of an array consists of, in its order: at most two for every axis. None for an array
/// without axes.
[[nodiscard]] std::vector<Box> boxes(std::span<const hsize_t> array, std::size_t first, std::size_t last);

}  // namespace polykarma::hdf5
