#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "io/group_writer.hpp"
#include "io/partial_file.hpp"

namespace polykarma::hdf5 {

/// An HDF5 file for values that come little by little. All of its arrays are there from the beginning, as long as they
/// will ever be, and their room on the disk with them. From then on HDF5 has nothing to do with it: values are written to
/// their places as they come. So a disk without room is found before the first value, a failing one is an error like any
/// other, and whatever ends the program, the file is a sound one: some values are not there yet, and nothing else is amiss.
///
/// Compression would take that away: where a compressed chunk lies is known once it is full.

/// Makes `file` such a file. Throws IoError.
///   fill(root, to_come): creates all arrays, those whose values are to come stored like that and without any. Called twice,
///   first for the sake of their room
void outline(PartialFile& file, const std::function<void(GroupWriter&, Storage to_come)>& fill);

/// Has HDF5 add to a file on the disk.
void add_to(const std::filesystem::path& file, const std::function<void(GroupWriter&)>& fill);

/// Writes values of such a file. Throws IoError.
class PlacedFile {
public:
    explicit PlacedFile(const std::filesystem::path& file);
    ~PlacedFile();
    PlacedFile(const PlacedFile&) = delete;
    PlacedFile& operator=(const PlacedFile&) = delete;

    /// From this element on, in C order.   name: a path in the file, without the first slash
    template <class T>
    void put(const std::string& name, std::size_t element, std::span<const T> values) {
        write(name, element * sizeof(T), std::as_bytes(values));
    }
    /// What has been put survives a power failure.
    void flush();
    /// Copies all that has been put.
    void copy_to(PartialFile& target);

private:
    struct Place {
        std::uint64_t begin = 0, size = 0;  // bytes
    };
    void write(const std::string& name, std::size_t first, std::span<const std::byte> bytes);

    std::string name_;
    std::map<std::string, Place> places_;
    int descriptor_ = -1;
};

}  // namespace polykarma::hdf5
