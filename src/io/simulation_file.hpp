#pragma once

#include <filesystem>

#include "io/equilibrium_file.hpp"
#include "io/simulation_record.hpp"

namespace polykarma {

/// Writes runs of a finite population as docs/FILE_FORMAT.md describes it. The file appears whole or not at all.
/// Collective; the root has what agents were traced, everything else is the same on all ranks, and the root writes.
/// Throws IoError, the same on all ranks; then a former file of that name is as it was, and nothing else is left.
void write_simulation(const std::filesystem::path& file, const SimulationRecord& record, const Provenance& provenance,
                      const Collective& ranks = Collective::serial());

}  // namespace polykarma
