#pragma once

namespace polykarma {

/// What whoever keeps the states of a long computation wants of it, between two of its steps.
enum class KeepingWish { nothing, state, state_and_stop };

}  // namespace polykarma
