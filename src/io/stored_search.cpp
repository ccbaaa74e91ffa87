#include "io/stored_search.hpp"

#include <cstdint>
#include <type_traits>

namespace polykarma {
namespace {

using hdf5::GroupWriter;
using hdf5::StoredGroup;

constexpr std::size_t kHistoryColumns = 5, kBranchColumns = 4;

std::vector<double> columns_of(const std::vector<HistoryPoint>& history) {
    std::vector<double> table;
    for (const auto& [iteration, now] : history)
        table.insert(table.end(),
                     {static_cast<double>(iteration), now.stationarity, now.gain, now.bellman, now.value_scale});
    return table;
}
std::vector<HistoryPoint> history_of(const std::vector<double>& table) {
    std::vector<HistoryPoint> history;
    for (std::size_t i = 0; i + kHistoryColumns <= table.size(); i += kHistoryColumns)
        history.push_back({static_cast<long>(table[i]), {table[i + 1], table[i + 2], table[i + 3], table[i + 4]}});
    return history;
}
std::vector<double> columns_of(const std::vector<BranchPoint>& branch) {
    std::vector<double> table;
    for (const auto& point : branch)
        table.insert(table.end(), {point.lambda, point.arclength, point.change, point.jump ? 1.0 : 0.0});
    return table;
}
std::vector<BranchPoint> branch_of(const std::vector<double>& table) {
    std::vector<BranchPoint> branch;
    for (std::size_t i = 0; i + kBranchColumns <= table.size(); i += kBranchColumns)
        branch.push_back({table[i], table[i + 1], table[i + 2], table[i + 3] != 0.0});
    return branch;
}

void write_table(GroupWriter& group, const std::string& name, const std::string& what, std::span<const double> table,
                 std::size_t columns) {
    group.array<double>({name, what, ""}, table, {{"row", table.size() / columns}, {"column", columns}});
}
std::vector<double> read_table(const StoredGroup& group, const std::string& name, std::size_t columns) {
    const auto shape = group.shape(name);
    if (shape.size() != 2 || shape[1] != columns) group.refuse(name, "is not a table of its columns");
    return group.array<double>(name, shape);
}

std::vector<double> largest_balances(const Lattice& lattice) {
    std::vector<double> balances;
    for (const auto a : Range<Account>(lattice.accounts())) balances.push_back(lattice.k_max(a));
    return balances;
}

void write_numbers(GroupWriter& group, const SearchState& state) {
    SearchState::for_each_number(state, [&](const std::string& name, auto number) {
        if constexpr (std::is_same_v<decltype(number), double>)
            group.attribute(name, number);
        else
            group.attribute(name, static_cast<std::int64_t>(number));
    });
}

void read_numbers(const StoredGroup& group, SearchState& state) {
    SearchState::for_each_number(state, [&](const std::string& name, auto& number) {
        using Number = std::remove_reference_t<decltype(number)>;
        if constexpr (std::is_same_v<Number, double>)
            number = group.number_attribute(name);
        else
            number = static_cast<Number>(group.integer_attribute(name));
    });
}

}  // namespace

std::vector<double> tables_of(const SearchState& state) {
    std::vector<double> all;
    for (const auto& table : {columns_of(state.history), columns_of(state.earlier.history),
                              columns_of(state.memory.branch), state.memory.branch_sums})
        all.insert(all.end(), table.begin(), table.end());
    return all;
}

void write_search(GroupWriter& group, const SearchState& state) {
    group.attribute("start", state.start);
    write_numbers(group, state);
    write_table(group, "history", "iteration, stationarity, gain, bellman, value scale", columns_of(state.history),
                kHistoryColumns);
    write_table(group, "earlier_history", "the same of the searches before", columns_of(state.earlier.history),
                kHistoryColumns);
    write_table(group, "branch", "lambda, arclength, change, jump", columns_of(state.memory.branch), kBranchColumns);
    write_table(group, "branch_sums", "what the aggregates derive from, at the last point of the branch",
                state.memory.branch_sums, 1);
    write_table(group, "k_max", "largest balance of every account",
                largest_balances(state.dynamics.mass.part().layout().lattice()), 1);
}

std::vector<int> read_largest_balances(const StoredGroup& group) {
    constexpr double largest = 1e6;
    std::vector<int> balances;
    for (const double k_max : read_table(group, "k_max", 1)) {
        if (!(k_max >= 0.0 && k_max <= largest)) group.refuse("k_max", "is no balance");
        balances.push_back(static_cast<int>(k_max));
    }
    return balances;
}

SearchState read_search(const StoredGroup& group, const Part& part) {
    SearchState state{.memory = {},
                      .rule = {},
                      .history = history_of(read_table(group, "history", kHistoryColumns)),
                      .dynamics = {0.0, 0.0, Field(part), Field(part), SparseResponse(part)},
                      .newton = {},
                      .start = group.text_attribute("start"),
                      .earlier = {.history = history_of(read_table(group, "earlier_history", kHistoryColumns))}};
    state.memory.branch = branch_of(read_table(group, "branch", kBranchColumns));
    state.memory.branch_sums = read_table(group, "branch_sums", 1);
    read_numbers(group, state);
    return state;
}

}  // namespace polykarma
