#pragma once

#include <ostream>
#include <span>

#include "parallel/collective.hpp"

namespace polykarma::test {

/// One promise of Collective, checked on whatever ranks: every rank calls, with expectations of GoogleTest inside.
struct CollectiveCheck {
    const char* name;
    void (*run)(const Collective& ranks);

    friend void PrintTo(const CollectiveCheck& check, std::ostream* out) { *out << check.name; }
};

[[nodiscard]] std::span<const CollectiveCheck> collective_checks();
/// Of groups within groups, and how they share work.
[[nodiscard]] std::span<const CollectiveCheck> team_checks();

}  // namespace polykarma::test
