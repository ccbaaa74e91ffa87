#pragma once

#include <string_view>

namespace polykarma {

/// What this library was built from and with; recorded as the provenance of every result.
/// An entry that could not be determined reads "unknown".
struct BuildInfo {
    std::string_view version;     ///< version of polykarma, such as "0.1.0"
    std::string_view commit;      ///< full git commit, followed by "-dirty" when tracked files differed from it
    std::string_view compiler;    ///< name and version, such as "GNU 12.2.0"
    std::string_view build_type;  ///< CMake build type
    std::string_view flags;       ///< compiler flags, the target architecture included
    std::string_view hdf5;        ///< version of HDF5 found by the configure step
    std::string_view mpi;         ///< MPI library and version found by the configure step
};

const BuildInfo& build_info();

}  // namespace polykarma
