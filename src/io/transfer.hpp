#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/handle.hpp"
#include "parallel/collective.hpp"

namespace polykarma::hdf5 {

/// How the values of an array get into a file: from one rank, or from all at once.
class Transfer {
public:
    /// One rank writes a file of its own.
    static Transfer alone();
    /// All ranks write stretches of the arrays of one file, collectively through MPI-IO. They must be MPI's.
    static Transfer together(const Collective& ranks);

    [[nodiscard]] const Collective& ranks() const { return ranks_; }
    /// The transfer property list: HDF5 notes there how the last transfer was done.
    [[nodiscard]] hid_t properties() const { return properties_ == nullptr ? H5P_DEFAULT : properties_->get(); }

    /// Writes the stretches of all ranks; together they are the whole array, or nothing at all. Every chunk is
    /// compressed by one rank: what lies in a chunk that another rank has the beginning of is sent there before.
    ///   shape: of the array; file, what: for messages
    void write(const Dataset& dataset, hid_t memory_type, std::span<const hsize_t> shape,
               std::span<const std::byte> stretch, const std::string& file, const std::string& what) const;

private:
    explicit Transfer(Collective ranks) : ranks_(std::move(ranks)) {}
    Collective ranks_;
    std::shared_ptr<const Properties> properties_;
};

}  // namespace polykarma::hdf5
