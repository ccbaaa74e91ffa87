#pragma once

#include <mpi.h>

namespace polykarma {

class Collective;

/// The MPI communicator of these ranks, for libraries that need one; valid as long as the collective or a copy of it.
/// MPI_COMM_NULL unless the ranks are MPI's: for one rank, which needs none, and for emulated ones.
[[nodiscard]] MPI_Comm communicator(const Collective& ranks);

}  // namespace polykarma
