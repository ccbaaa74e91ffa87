#include "io/file_order.hpp"

#include <algorithm>

namespace polykarma {
namespace {

/// The lattice stored with its last account fastest is in the order of files: the first account is slowest then.
Account fastest_in_file(const Layout& layout) {
    return Account{std::max<std::size_t>(1, layout.lattice().accounts()) - 1};
}

/// [file state] -> state in storage order
std::vector<std::size_t> stored_states(const Layout& layout) {
    std::vector<std::size_t> stored(layout.states());
    std::size_t state = 0;
    for_each_state_in_file(layout, [&](std::size_t in_file, Stage, std::size_t) { stored[in_file] = state++; });
    return stored;
}

void append_row(SparseResponse& to, const SparseRows& from, std::size_t state) {
    const auto first = static_cast<std::size_t>(from.starts[state]);
    const auto count = static_cast<std::size_t>(from.starts[state + 1]) - first;
    to.append(std::span(from.actions).subspan(first, count), std::span(from.probabilities).subspan(first, count));
}

}  // namespace

std::vector<std::size_t> sites_in_file(const Layout& layout, Stage r) {
    const Lattice& lattice = layout.lattice();
    std::vector<int> balances(lattice.accounts());
    std::vector<std::size_t> sites(layout.sites());
    for (std::size_t site = 0; site < sites.size(); ++site) {
        lattice.balances(layout.contested(r), site, balances);
        sites[site] = lattice.site(fastest_in_file(layout), balances);
    }
    return sites;
}

std::vector<double> to_file_order(const Layout& layout, const Field& field) {
    std::vector<double> values(layout.states());
    auto rest = std::span(values);
    for (const auto r : Range<Stage>(layout.stages()))
        for (const auto b : Range<Block>(layout.blocks())) {
            layout.lattice().transpose(layout.contested(r), fastest_in_file(layout), field.block(r, b),
                                       rest.first(layout.sites()));
            rest = rest.subspan(layout.sites());
        }
    return values;
}

Field from_file_order(const Layout& layout, std::span<const double> values) {
    Field field(layout);
    for (const auto r : Range<Stage>(layout.stages()))
        for (const auto b : Range<Block>(layout.blocks())) {
            layout.lattice().transpose(fastest_in_file(layout), layout.contested(r), values.first(layout.sites()),
                                       field.block(r, b));
            values = values.subspan(layout.sites());
        }
    return field;
}

SparseRows to_file_order(const Layout& layout, const SparseResponse& response) {
    SparseRows rows;
    rows.starts.reserve(layout.states() + 1);
    rows.actions.reserve(response.actions().size());
    rows.probabilities.reserve(response.probabilities().size());
    for (const std::size_t state : stored_states(layout)) {
        const auto first = static_cast<std::ptrdiff_t>(response.starts()[state]);
        const auto last = static_cast<std::ptrdiff_t>(response.starts()[state + 1]);
        const auto actions = response.actions().begin();
        const auto probabilities = response.probabilities().begin();
        rows.actions.insert(rows.actions.end(), actions + first, actions + last);
        rows.probabilities.insert(rows.probabilities.end(), probabilities + first, probabilities + last);
        rows.starts.push_back(rows.actions.size());
    }
    return rows;
}

SparseResponse from_file_order(const Layout& layout, const SparseRows& rows) {
    SparseResponse response(layout);
    for_each_state_in_file(layout, [&](std::size_t state, Stage, std::size_t) { append_row(response, rows, state); });
    return response;
}

}  // namespace polykarma
