#include "dynamics/response.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace polykarma {

Response::Response(Part part) : part_(std::move(part)) {
    starts_.reserve(part_.states());
    std::size_t total = 0;
    for (const auto r : Range<Stage>(part_.layout().stages()))
        part_.for_each_site(r, [&](const Site&, std::size_t length) {
            starts_.push_back(total);
            total += padded(length);
        });
    data_.resize(total, 0.0);
}

SparseResponse::SparseResponse(const Response& dense, double cutoff) : SparseResponse(dense.part()) {
    const Range<Stage> stages(part_.layout().stages());
    std::size_t entries = 0;
    for (const auto r : stages)
        dense.for_each(r, [&](const Site&, Row row) {
            entries += static_cast<std::size_t>(std::count_if(row.begin(), row.end(), [&](double p) { return p >= cutoff; }));
        });
    starts_.reserve(part_.states() + 1);
    actions_.reserve(entries);
    probabilities_.reserve(entries);
    for (const auto r : stages)
        dense.for_each(r, [&](const Site&, Row row) {
            const auto first = static_cast<std::ptrdiff_t>(actions_.size());
            double rest = 1.0;  // so that the row sums to one
            for (std::size_t a = 0; a < row.size(); ++a) {
                if (row[a] < cutoff) continue;
                actions_.push_back(static_cast<std::int32_t>(a));
                probabilities_.push_back(row[a]);
                rest -= row[a];
            }
            *std::max_element(probabilities_.begin() + first, probabilities_.end()) += rest;
            starts_.push_back(actions_.size());
        });
}

void SparseResponse::append(std::span<const std::int32_t> actions, std::span<const double> probabilities) {
    POLYKARMA_EXPECTS(actions.size() == probabilities.size());
    actions_.insert(actions_.end(), actions.begin(), actions.end());
    probabilities_.insert(probabilities_.end(), probabilities.begin(), probabilities.end());
    starts_.push_back(actions_.size());
}

}  // namespace polykarma
