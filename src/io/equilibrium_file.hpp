#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "io/record.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// What made a file, beside the program itself (see build_info).
struct Provenance {
    std::string command_line;
    int ranks = 1;
};

/// Writes one equilibrium as docs/FILE_FORMAT.md describes it. The file appears whole or not at all. Collective: of
/// `mass`, `value` and `response` every rank of `ranks` brings its part, everything else is the same on all. Under MPI
/// all ranks write, each a share of the states; else the root does. What is written does not depend on the ranks.
/// Throws IoError, the same on all ranks; then a former file of that name is as it was, and nothing else is left.
void write_equilibrium(const std::filesystem::path& file, const EquilibriumRecord& record,
                       const Provenance& provenance, const Collective& ranks = Collective::serial());

/// The same content, without provenance and clocks, as the bytes of an HDF5 file: for sending to another rank and for
/// StudyFile::add_point. Equal records give equal bytes, on any number of ranks. Collective; the root has it, and needs
/// the memory for all states.
[[nodiscard]] std::vector<std::byte> to_image(const EquilibriumRecord& record,
                                              const Collective& ranks = Collective::serial());

}  // namespace polykarma
