#pragma once

namespace polykarma {

/// States and state-action pairs of an economy, from its file alone: nothing is allocated. Pairs are an estimate
/// (floors of exchanged balances are taken as half a unit each).
struct GameSize {
    double states = 0.0;
    double pairs = 0.0;
    // What parts of it may hold beyond their share:
    double sites = 0.0;          ///< states of a block
    double largest_row = 0.0;    ///< mean row of a stage, the largest
    double poorest_row = 0.0;    ///< mean row of a line, the smallest
    double richest_lines = 0.0;  ///< pairs of the richest line of each stage, with all urgency states, added up
    double sums = 0.0;           ///< numbers that the aggregates derive from, on every rank
};

}  // namespace polykarma
