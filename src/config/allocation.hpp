#pragma once

namespace polykarma {

/// Who gets what agents contest: those who bid the most, or, as benchmarks without karma,
enum class Allocation {
    bids,
    uncontrolled,  ///< nobody: all share the whole capacity                                 (capacity contests)
    coin,          ///< one of a pair by a fair coin                                         (contests of pairs)
    turn,          ///< who has won the smaller part of own contests so far, ties by coin    (contests of pairs)
    dictator,      ///< who is more urgent, ties by coin                                     (contests of pairs)
};

}  // namespace polykarma
