#include "dynamics/response.hpp"

#include <algorithm>
#include <limits>

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
    take_from(dense, cutoff);
    for (std::size_t state = 0; state + 1 < starts_.size(); ++state) {
        const auto row = std::span(probabilities_).subspan(starts_[state], starts_[state + 1] - starts_[state]);
        double rest = 1.0;  // so that the row sums to one
        for (const double p : row) rest -= p;
        *std::max_element(row.begin(), row.end()) += rest;
    }
}

SparseResponse SparseResponse::all_of(const Response& dense) {
    SparseResponse sparse(dense.part());
    sparse.take_from(dense, std::numeric_limits<double>::denorm_min());
    return sparse;
}

void SparseResponse::take_from(const Response& dense, double cutoff) {
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
            for (std::size_t a = 0; a < row.size(); ++a) {
                if (row[a] < cutoff) continue;
                actions_.push_back(static_cast<std::int32_t>(a));
                probabilities_.push_back(row[a]);
            }
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
