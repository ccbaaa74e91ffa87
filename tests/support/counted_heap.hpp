#pragma once

#include <cstddef>

// What operator new gives out: linking polykarma_counted_heap replaces it in the whole program.
namespace polykarma::test::heap {

/// Calls of operator new by all threads, and by the calling one: an emulated rank is a thread.
[[nodiscard]] long calls();
[[nodiscard]] long calls_of_this_thread();

/// Bytes given out and not yet given back.
[[nodiscard]] std::size_t live();

/// The most bytes that were live at once, and the largest single piece, since the last reset.
[[nodiscard]] std::size_t peak();
[[nodiscard]] std::size_t largest();
void reset();

}  // namespace polykarma::test::heap
