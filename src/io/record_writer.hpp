#pragma once

#include "io/file_order.hpp"
#include "io/group_writer.hpp"
#include "io/record.hpp"

namespace polykarma::hdf5 {

inline constexpr const char* kEquilibriumFormat = "polykarma-equilibrium";
inline constexpr const char* kStudyFormat = "polykarma-study";
inline constexpr const char* kSimulationFormat = "polykarma-simulation";
/// Raised when a reader of the present version would misunderstand a file; additions do not raise it.
inline constexpr std::int64_t kFormatVersion = 2;

/// Everything that docs/FILE_FORMAT.md lists for one equilibrium, into an empty group.
///   states: this rank's share of the record's d, V and pi. When no rank brings any, these arrays are created only.
void write_record(GroupWriter& group, const EquilibriumRecord& record, const StatesInFile& states);

/// pi alone, as a subgroup.   states: of all ranks
void write_policy(GroupWriter& group, const StatesInFile& share, std::size_t states);

/// The three attributes with which every file begins.
void write_heading(GroupWriter& group, const std::string& format, const std::string& title);

}  // namespace polykarma::hdf5
