#pragma once

#include <cstddef>
#include <exception>
#include <filesystem>
#include <functional>

#include "io/group_writer.hpp"
#include "io/handle.hpp"
#include "parallel/collective.hpp"

namespace polykarma::hdf5 {

/// Makes `target` the file that `fill` writes on all ranks, which are MPI's, into the root group; as a whole or not at
/// all, as replace_file does. Collective.
///
/// HDF5 can neither abandon a file whose last flush failed nor tell the other ranks about it. So `room` [bytes] is
/// reserved on the disk before HDF5 writes anything: what a full disk or a limit, of any rank, refuses is an IoError
/// then, the same on all ranks; that of the disk says how much was asked for. `room` counts on the root. Should a write
/// fail in spite of that, the program ends: with one message, the exit code of the error and no file left behind.
void write_together(const std::filesystem::path& target, const Collective& ranks, std::size_t room,
                    const std::function<void(GroupWriter&)>& fill);

/// What is left when HDF5 fails on a file on the disk, which it can neither close nor forget: removes it and ends all
/// ranks. Whoever removes the file speaks for all, since others may have met the same trouble; they wait for the end.
[[noreturn]] void give_up(const std::string& partial, const std::exception& error);

/// Bytes that suffice for a file with these datasets, whatever their values.
[[nodiscard]] std::size_t room_for(const File& file, const std::string& name);

}  // namespace polykarma::hdf5
