#pragma once

#include <exception>

namespace polykarma {

/// What whoever keeps the states of a long computation wants of it, between two of its steps.
enum class KeepingWish { nothing, state, state_and_stop };

/// Thrown through a computation that was asked to stop, on all ranks, once its state is kept.
struct Stopped : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return "asked to stop"; }
};

}  // namespace polykarma
