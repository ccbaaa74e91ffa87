#pragma once

#include <cstdint>

namespace polykarma::test {

/// How many of so many random economies a test goes through. Sanitizers are after what the code does on the way, not
/// after rare numbers, and take ten times as long for each.
constexpr std::uint64_t economies(std::uint64_t all) {
#ifdef __SANITIZE_ADDRESS__
    return (all + 3) / 4;
#else
    return all;
#endif
}

}  // namespace polykarma::test
