#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/element_type.hpp"
#include "io/handle.hpp"
#include "io/transfer.hpp"

namespace polykarma::hdf5 {

/// One dimension of an array. Where `name` is that of a coordinate, its dataset becomes the scale of the dimension;
/// otherwise the dimension is only labelled.
struct Axis {
    std::string name;
    std::size_t length = 0;
};
using Axes = std::vector<Axis>;

/// What a dataset says about itself.
struct Meaning {
    std::string name;
    std::string long_name;
    std::string units;
};

/// How arrays lie in a file: in chunks, shuffled and deflated; in one piece as they are in memory; or so, with their place
/// in the file before they have values.
enum class Storage { compressed, plain, placed };

/// Writes described arrays and attributes into one group of a file. Arrays are compressed unless that is changed or
/// they have a single element. Coordinates are to be written before the arrays that lie along them.
///
/// Where several ranks write, all call every function with the same arguments; of arrays that are not brought in
/// stretches, what the root brings is written.
class GroupWriter {
public:
    /// `file` appears in messages.
    GroupWriter(Group group, std::string file, Transfer transfer = Transfer::alone());

    /// A group within this one; shares its coordinates.
    [[nodiscard]] GroupWriter subgroup(const std::string& name) const;
    [[nodiscard]] hid_t id() const { return group_.get(); }
    [[nodiscard]] const Transfer& transfer() const { return transfer_; }
    /// Of the arrays to come, and of groups created from then on.
    void store(Storage storage) { storage_ = storage; }

    void attribute(const std::string& name, const std::string& value);
    void attribute(const std::string& name, double value);
    void attribute(const std::string& name, std::int64_t value);

    template <class T>
    void array(const Meaning& meaning, std::span<const T> values, const Axes& axes) {
        write(meaning, ElementType<T>::file(), ElementType<T>::memory(), of_root(std::as_bytes(values)), axes);
    }
    /// An array that every rank brings a stretch of, perhaps an empty one, the stretches in the order of the ranks.
    /// One of which nobody brings anything is created and not written.
    template <class T>
    void stretch(const Meaning& meaning, std::span<const T> values, const Axes& axes) {
        write(meaning, ElementType<T>::file(), ElementType<T>::memory(), std::as_bytes(values), axes);
    }
    template <class T>
    void scalar(const Meaning& meaning, T value) {
        array(meaning, std::span<const T>(&value, 1), {});
    }
    void strings(const Meaning& meaning, std::span<const std::string> values, const Axes& axes);
    void string(const Meaning& meaning, const std::string& value) { strings(meaning, {&value, 1}, {}); }

    /// Arrays that number or name the positions of an axis of their own name.
    void coordinate(const Meaning& meaning, std::span<const std::string> names);
    void coordinate(const Meaning& meaning, std::span<const std::int32_t> numbers);

    /// A table of any element type, without coordinates.
    void table(const Meaning& meaning, const Datatype& row, std::span<const std::byte> bytes, std::size_t rows);

private:
    using Scales = std::map<std::string, Dataset>;
    GroupWriter(Group group, std::string file, Transfer transfer, std::shared_ptr<Scales> scales, Storage storage);

    [[nodiscard]] std::span<const std::byte> of_root(std::span<const std::byte> values) const {
        return transfer_.ranks().is_root() ? values : std::span<const std::byte>{};
    }
    void write(const Meaning& meaning, hid_t file_type, hid_t memory_type, std::span<const std::byte> values,
               const Axes& axes);
    void attach_scales(const Dataset& dataset, const Meaning& meaning, const Axes& axes) const;
    void make_scale(const std::string& name);

    Group group_;
    std::string file_;
    Transfer transfer_;
    std::shared_ptr<Scales> scales_;
    Storage storage_;
};

/// Text of a given length in bytes, UTF-8, filled with zeros. Text of variable length lies in a part of the file that
/// has no checksum and that HDF5 reads without looking: one damaged byte there ends the process.
[[nodiscard]] Datatype fixed_text(std::size_t length, const std::string& file);

}  // namespace polykarma::hdf5
