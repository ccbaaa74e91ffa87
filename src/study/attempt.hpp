#pragma once

#include <functional>
#include <optional>
#include <string>

#include "io/record.hpp"

namespace polykarma {

/// An equilibrium, or why there is none.
struct Attempt {
    std::optional<EquilibriumRecord> record;
    std::string error;  ///< empty with a record
};

/// One of many solves, of which a failing one stops nobody. Throws ContractViolation only.
[[nodiscard]] Attempt attempt(const std::function<EquilibriumRecord()>& solve);

}  // namespace polykarma
