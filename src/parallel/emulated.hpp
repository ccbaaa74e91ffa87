#pragma once

#include <functional>
#include <stdexcept>

#include "parallel/collective.hpp"

namespace polykarma {

/// An operation of emulated ranks cannot end because one of them has left.
class RankLost : public std::runtime_error {
public:
    RankLost() : std::runtime_error("a rank has left, and the others cannot go on without it") {}
};

/// Runs body(ranks) as that many ranks, each a thread of this process with its own Collective; a single rank is serial
/// and runs on the caller's thread. Returns when all have ended.
/// When one throws, the others leave their next (or present) operation with RankLost, and the first exception is thrown
/// on. A rank that returns while others wait for it is lost as well.
/// Stricter than MPI, to find bugs: ranks that are not in the same operation with the same sizes, messages that do not
/// match and sums of doubles that are not exact are a std::logic_error.
void emulate_ranks(int size, const std::function<void(const Collective&)>& body);

}  // namespace polykarma
