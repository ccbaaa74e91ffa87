#pragma once

#include "io/group_writer.hpp"
#include "io/record.hpp"

namespace polykarma::hdf5 {

inline constexpr const char* kEquilibriumFormat = "polykarma-equilibrium";
inline constexpr const char* kStudyFormat = "polykarma-study";
/// Raised when a reader of the present version would misunderstand a file; additions do not raise it.
inline constexpr std::int64_t kFormatVersion = 1;

/// Everything that docs/FILE_FORMAT.md lists for one equilibrium, into an empty group.
void write_record(GroupWriter& group, const EquilibriumRecord& record);

/// The three attributes with which every file begins.
void write_heading(GroupWriter& group, const std::string& format, const std::string& title);

}  // namespace polykarma::hdf5
