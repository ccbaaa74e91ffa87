#pragma once

#include "parallel/collective.hpp"

namespace polykarma {

/// From now on SIGUSR1 and SIGTERM, which end a program that does not ask for them, are a request to stop at the next
/// good moment. The handler sets a flag and does nothing else.
void heed_stop_signals();

/// Whether this rank was asked to stop.
[[nodiscard]] bool stop_signalled();

/// Whether any of the ranks was: a launcher may tell one of them, or some before others. Collective, one maximum.
[[nodiscard]] bool stop_requested(const Collective& ranks);

}  // namespace polykarma
