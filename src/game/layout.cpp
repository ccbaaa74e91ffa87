#include "game/layout.hpp"

#include <numeric>

#include "base/error.hpp"

namespace polykarma {

Layout::Layout(Lattice lattice, std::vector<TypeInfo> types, std::vector<ExogenousInfo> exogenous,
               std::vector<StageInfo> stages, CycleEnd end)
    : lattice_(std::move(lattice)),
      types_(std::move(types)),
      exogenous_(std::move(exogenous)),
      stages_(std::move(stages)),
      end_(end) {
    for (const auto& s : stages_) {
        POLYKARMA_EXPECTS(s.row_lengths.size() == lattice_.sites());
        pairs_.push_back(std::accumulate(s.row_lengths.begin(), s.row_lengths.end(), std::size_t{0}));
    }
}

std::size_t Layout::pairs() const {
    return blocks() * std::accumulate(pairs_.begin(), pairs_.end(), std::size_t{0});
}

std::size_t Layout::response_size() const {
    std::size_t size = 0;
    for (const auto& s : stages_)
        for (const std::size_t length : s.row_lengths) size += padded(length);
    return size * blocks();
}

}  // namespace polykarma
