#pragma once

#include <vector>

#include "dynamics/response.hpp"
#include "game/layout.hpp"

namespace polykarma {

// In memory every stage is stored with its contested account fastest. In files the karma axes are in the order of the
// resources at every stage: C order of [stage][type][urgency][karma of the first account]...[karma of the last].

/// Values of a field in the order of files, and back.
[[nodiscard]] std::vector<double> to_file_order(const Layout& layout, const Field& field);
[[nodiscard]] Field from_file_order(const Layout& layout, std::span<const double> values);

/// Rows of a sparse response in some order of the states.
struct SparseRows {
    std::vector<std::uint64_t> starts{0};  ///< [state + 1]
    std::vector<std::int32_t> actions;
    std::vector<double> probabilities;
};

[[nodiscard]] SparseRows to_file_order(const Layout& layout, const SparseResponse& response);

/// `rows` must have one row per state, with actions that its state offers. The result refers to `layout`.
[[nodiscard]] SparseResponse from_file_order(const Layout& layout, const SparseRows& rows);

/// Calls visit(state in file order, stage, row length) for every state, in storage order.
template <class Visit>
void for_each_state_in_file(const Layout& layout, Visit&& visit);

/// Number of the site in files, [site] as stored at a stage.
[[nodiscard]] std::vector<std::size_t> sites_in_file(const Layout& layout, Stage r);

template <class Visit>
void for_each_state_in_file(const Layout& layout, Visit&& visit) {
    for (const auto r : Range<Stage>(layout.stages())) {
        const auto site_in_file = sites_in_file(layout, r);
        layout.for_each_site(r, [&](const Site& site, std::size_t row_length) {
            const std::size_t block = r.at() * layout.blocks() + site.block.at();
            visit(block * layout.sites() + site_in_file[site.index], r, row_length);
        });
    }
}

}  // namespace polykarma
