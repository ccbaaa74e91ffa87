#include "io/stored_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace polykarma::hdf5 {
namespace {

/// Rows of a share of the states, and which entry of the file is their first one.
struct StoredRows {
    SparseRows rows;
    std::size_t first_entry = 0;
};

void check_row(const StoredGroup& pi, const StoredRows& stored, std::size_t state, std::size_t row_length,
               std::size_t first_state) {
    const auto in_state = " in state " + std::to_string(first_state + state);
    const auto entry = [&](std::size_t i) { return "entry " + std::to_string(stored.first_entry + i); };
    const SparseRows& rows = stored.rows;
    std::int32_t previous = -1;
    for (auto i = static_cast<std::size_t>(rows.starts[state]); i < rows.starts[state + 1]; ++i) {
        const std::int32_t action = rows.actions[i];
        if (action <= previous || static_cast<std::size_t>(action) >= row_length)
            pi.refuse("action", entry(i) + " is action " + std::to_string(action) + in_state + ", which offers 0 to " +
                                    std::to_string(row_length - 1) + " in increasing order");
        if (!std::isfinite(rows.probabilities[i])) pi.refuse("probability", entry(i) + in_state + " is not finite");
        previous = action;
    }
}

StoredRows read_unchecked(const StoredGroup& pi, const FileShares& shares, std::size_t pairs) {
    const std::array<std::size_t, 1> states{shares.states() + 1};
    const auto shape = pi.shape("action");
    if (shape.size() != 1 || shape[0] > pairs)
        pi.refuse("action", "more entries than the economy has state-action pairs, or not a list");
    StoredRows stored;
    auto& starts = stored.rows.starts;
    starts = pi.stretch<std::uint64_t>("row_start", states, shares.first(), shares.last() + 1);
    if ((shares.first() == 0 && starts.front() != 0) || starts.back() > shape[0] ||
        (shares.last() == shares.states() && starts.back() != shape[0]) ||
        !std::is_sorted(starts.begin(), starts.end()))
        pi.refuse("row_start", "does not rise from 0 to the number of entries");
    stored.first_entry = starts.front();
    stored.rows.actions = pi.stretch<std::int32_t>("action", shape, starts.front(), starts.back());
    stored.rows.probabilities = pi.stretch<double>("probability", shape, starts.front(), starts.back());
    for (auto& start : starts) start -= stored.first_entry;
    return stored;
}

}  // namespace

SparseRows read_rows(const StoredGroup& pi, const FileShares& shares, std::span<const std::uint32_t> lengths,
                     std::size_t pairs) {
    StoredRows stored = read_unchecked(pi, shares, pairs);
    for (std::size_t state = 0; state < lengths.size(); ++state)
        check_row(pi, stored, state, lengths[state], shares.first());
    return std::move(stored.rows);
}

}  // namespace polykarma::hdf5
