#pragma once

#include <span>
#include <vector>

#include "game/concept.hpp"

namespace polykarma {

/// A mixed action for every state, every pair stored, rows padded to cache lines. Only the damped dynamics needs it.
class Response {
public:
    /// All zero; every row is to be filled before use.
    explicit Response(const Layout& layout);

    [[nodiscard]] std::span<double> row(Stage r, const Site& site, std::size_t length) {
        return {data_.data() + offset(r, site), length};
    }
    [[nodiscard]] Row row(Stage r, const Site& site, std::size_t length) const {
        return {data_.data() + offset(r, site), length};
    }

    /// Calls visit(Site, Row) for every state of a stage in storage order.
    template <class Visit>
    void for_each(Stage r, Visit&& visit) const {
        layout_->for_each_site(
            r, [&](const Site& site, std::size_t length) { visit(site, row(r, site, length)); });
    }
    [[nodiscard]] const Layout& layout() const { return *layout_; }

private:
    [[nodiscard]] std::size_t offset(Stage r, const Site& site) const {
        const auto& starts = row_starts_[r.at()];
        return stage_starts_[r.at()] + site.block.at() * starts.back() + starts[site.index];
    }
    const Layout* layout_;
    std::vector<std::vector<std::size_t>> row_starts_;  // [stage][site], within a block; last: size of a block
    std::vector<std::size_t> stage_starts_;
    AlignedVector<double> data_;
};

/// A mixed action for every state with only the actions that have weight: what is written to files and certified.
/// Rows in storage order: stage, block, site.
class SparseResponse {
public:
    explicit SparseResponse(const Layout& layout) : layout_(&layout) { starts_.push_back(0); }

    /// Drops weights below `cutoff` and gives what they sum to to the largest of their row.
    SparseResponse(const Response& dense, double cutoff);

    /// Appends the next row; call once per state in storage order.
    void append(std::span<const std::int32_t> actions, std::span<const double> probabilities);

    [[nodiscard]] const Layout& layout() const { return *layout_; }
    [[nodiscard]] std::span<const std::uint64_t> starts() const { return starts_; }
    [[nodiscard]] std::span<const std::int32_t> actions() const { return actions_; }
    [[nodiscard]] std::span<const double> probabilities() const { return probabilities_; }

    /// Calls visit(Site, Row) with every row spelled out, in storage order.
    template <class Visit>
    void for_each(Stage r, Visit&& visit) const {
        AlignedVector<double> row(padded(layout_->stage(r).actions.size()), 0.0);
        std::size_t state = r.at() * layout_->blocks() * layout_->sites();
        layout_->for_each_site(r, [&](const Site& site, std::size_t length) {
            for (auto i = starts_[state]; i < starts_[state + 1]; ++i)
                row[static_cast<std::size_t>(actions_[i])] = probabilities_[i];
            visit(site, Row(row.data(), length));
            for (auto i = starts_[state]; i < starts_[state + 1]; ++i) row[static_cast<std::size_t>(actions_[i])] = 0.0;
            ++state;
        });
    }
    /// sum_a p[a] q[a] of one state, given its position in storage order.
    [[nodiscard]] double expected_value(std::size_t state, Row q) const {
        double sum = 0.0;
        for (auto i = starts_[state]; i < starts_[state + 1]; ++i)
            sum += probabilities_[i] * q[static_cast<std::size_t>(actions_[i])];
        return sum;
    }

private:
    const Layout* layout_;
    std::vector<std::uint64_t> starts_;
    std::vector<std::int32_t> actions_;
    std::vector<double> probabilities_;
};

}  // namespace polykarma
