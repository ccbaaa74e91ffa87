#pragma once

#include <functional>
#include <optional>
#include <string>

#include "io/record.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// An equilibrium, or why there is none.
struct Attempt {
    std::optional<EquilibriumRecord> record;
    std::string error;  ///< empty with a record
};

/// One of many solves, of which a failing one stops nobody; every rank of a team calls. Throws ContractViolation,
/// Stopped, IoError of whoever keeps its state, and std::bad_alloc where other ranks may be waiting for this one.
[[nodiscard]] Attempt attempt(const std::function<EquilibriumRecord()>& solve,
                              const Collective& ranks = Collective::serial());

}  // namespace polykarma
