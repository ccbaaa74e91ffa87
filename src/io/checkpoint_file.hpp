#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dynamics/search_state.hpp"
#include "game/partition.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// What a state is a state of: it is of no use to another search, nor to another program.
struct CheckpointIdentity {
    std::string economy;  ///< resolved TOML
    std::string start;    ///< what was asked for beside the economy: a file to start from, or nothing
};

/// Makes the state of a search the content of a file, as a whole or not at all, as docs/FILE_FORMAT.md describes it.
/// Collective; under MPI all ranks write, each a share of the states. Throws IoError, the same on all ranks.
///   sequence: number of the checkpoint, from 1
void write_checkpoint(const std::filesystem::path& file, const CheckpointIdentity& identity, long sequence,
                      SearchState state, const Collective& ranks);

/// The number of a checkpoint. Throws IoError with the reason when the file is none of this identity and program.
/// Not collective.
[[nodiscard]] long read_sequence(const std::filesystem::path& file, const CheckpointIdentity& identity);

/// The start that its identity names. Throws IoError. Not collective.
[[nodiscard]] std::string read_start(const std::filesystem::path& file);

/// Largest balance of every account in its state. Throws IoError. Not collective.
[[nodiscard]] std::vector<int> read_balances(const std::filesystem::path& file);

/// The state of a checkpoint whose number has been read, on any number of ranks. Collective. Throws IoError, the same
/// on all ranks, when it cannot be used.
[[nodiscard]] SearchState read_checkpoint(const std::filesystem::path& file, const Part& part, const Collective& ranks);

}  // namespace polykarma
