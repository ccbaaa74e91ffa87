#pragma once

#include <span>
#include <vector>

#include "game/concept.hpp"

namespace polykarma {

/// A mixed action for every state of a part, every pair stored, rows padded to cache lines. Only the damped dynamics
/// needs it.
class Response {
public:
    /// All zero; every row is to be filled before use.
    explicit Response(Part part);

    [[nodiscard]] const Part& part() const { return part_; }
    [[nodiscard]] std::span<double> row(Stage r, const Site& site, std::size_t length) {
        return {data_.data() + start(r, site), length};
    }
    [[nodiscard]] Row row(Stage r, const Site& site, std::size_t length) const {
        return {data_.data() + start(r, site), length};
    }

    /// Calls visit(Site, Row) for every state of a stage in storage order.
    template <class Visit>
    void for_each(Stage r, Visit&& visit) const {
        const std::size_t* const starts = starts_.data() + part_.first_state(r);
        part_.for_each_site(r, [&](const Site& site, std::size_t length) {
            visit(site, Row(data_.data() + starts[site.state], length));
        });
    }

private:
    [[nodiscard]] std::size_t start(Stage r, const Site& site) const { return starts_[part_.first_state(r) + site.state]; }
    Part part_;
    std::vector<std::size_t> starts_;  // [state]
    AlignedVector<double> data_;
};

/// A mixed action for every state of a part with only the actions that have weight: what is written to files and
/// certified. Rows in storage order.
class SparseResponse {
public:
    explicit SparseResponse(Part part) : part_(std::move(part)) { starts_.push_back(0); }

    /// Drops weights below `cutoff` and gives what they sum to to the largest of their row.
    SparseResponse(const Response& dense, double cutoff);

    /// Every weight as it is, but those of zero.
    [[nodiscard]] static SparseResponse all_of(const Response& dense);

    /// Appends the next row; call once per state in storage order.
    void append(std::span<const std::int32_t> actions, std::span<const double> probabilities);

    [[nodiscard]] const Part& part() const { return part_; }
    [[nodiscard]] std::span<const std::uint64_t> starts() const { return starts_; }
    [[nodiscard]] std::span<const std::int32_t> actions() const { return actions_; }
    [[nodiscard]] std::span<const double> probabilities() const { return probabilities_; }

    /// Where the entries of a state begin.
    [[nodiscard]] std::size_t first_entry(Stage r, const Site& site) const {
        return starts_[part_.first_state(r) + site.state];
    }
    [[nodiscard]] SparseRow row(Stage r, const Site& site) const {
        const std::size_t state = part_.first_state(r) + site.state;
        const std::size_t first = starts_[state], count = starts_[state + 1] - first;
        return {{actions_.data() + first, count}, {probabilities_.data() + first, count}};
    }
    /// Calls visit(Site, SparseRow) for every state of a stage in storage order.
    template <class Visit>
    void for_each(Stage r, Visit&& visit) const {
        part_.for_each_site(r, [&](const Site& site, std::size_t) { visit(site, row(r, site)); });
    }
    /// sum_a p[a] q[a] of one state.   q: a Row, or ActionValues, of which only the actions with weight are computed
    template <class AnyValues>
    [[nodiscard]] double expected_value(Stage r, const Site& site, const AnyValues& q) const {
        double sum = 0.0;
        for_each_action(row(r, site), [&](std::size_t a, double p) { sum += p * q[a]; });
        return sum;
    }

private:
    void take_from(const Response& dense, double cutoff);

    Part part_;
    std::vector<std::uint64_t> starts_;
    std::vector<std::int32_t> actions_;
    std::vector<double> probabilities_;
};

}  // namespace polykarma
