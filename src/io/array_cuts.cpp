#include "io/array_cuts.hpp"

#include <algorithm>

namespace polykarma::hdf5 {
namespace {

std::vector<hsize_t> chunk_of(std::vector<hsize_t> shape) {
    for (auto& length : shape) {
        const hsize_t count = elements(shape);
        if (count <= kChunkElements) break;
        length = std::max<hsize_t>(1, length * kChunkElements / count);
    }
    return shape;
}

/// Elements of a row of chunks: from the last axis that is cut on.
std::size_t row_of(std::span<const hsize_t> array, std::span<const hsize_t> chunk) {
    std::size_t axis = array.size();
    while (axis > 0 && array[axis - 1] == chunk[axis - 1]) --axis;
    return elements(array.subspan(axis == 0 ? 0 : axis - 1));
}

}  // namespace

std::size_t elements(std::span<const hsize_t> shape) {
    hsize_t count = 1;
    for (const auto length : shape) count *= length;
    return count;
}

Chunks::Chunks(std::span<const hsize_t> array)
    : shape_(chunk_of({array.begin(), array.end()})), size_(elements(shape_)), row_(row_of(array, shape_)) {
    rows_ = row_ == 0 ? 0 : elements(array) / row_;
    chunks_in_row_ = size_ == 0 ? 0 : (row_ + size_ - 1) / size_;
}

std::size_t Chunks::begin(std::size_t chunk) const {
    if (count() == 0) return 0;
    return chunk / chunks_in_row_ * row_ + chunk % chunks_in_row_ * size_;
}

std::size_t Chunks::last_begin(std::size_t place) const {
    if (count() == 0) return 0;
    return place / row_ * row_ + place % row_ / size_ * size_;
}

std::vector<Box> boxes(std::span<const hsize_t> array, std::size_t first, std::size_t last) {
    std::vector<Box> result;
    while (!array.empty() && first < last) {
        // The slowest axis along which at least one step from `first` is within the stretch.
        std::size_t axis = 0;
        std::size_t step = elements(array.subspan(1));
        while (first % step != 0 || first + step > last) step /= array[++axis];
        const std::size_t subscript = first / step % array[axis];
        const std::size_t count = std::min<std::size_t>(array[axis] - subscript, (last - first) / step);
        Box& box = result.emplace_back();
        std::size_t faster = elements(array);
        for (std::size_t i = 0; i < array.size(); ++i) {
            faster /= array[i];
            box.start.push_back(i <= axis ? first / faster % array[i] : 0);
            box.count.push_back(i < axis ? 1 : i == axis ? count : array[i]);
        }
        first += count * step;
    }
    return result;
}

}  // namespace polykarma::hdf5
