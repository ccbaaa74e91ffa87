#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/element_type.hpp"
#include "io/handle.hpp"

namespace polykarma::hdf5 {

/// A group of a file on disk, for reading. Nothing is taken on trust: every array is asked for with the shape and the
/// kind of number it must have, and whatever is otherwise throws an IoError naming file and dataset.
class StoredGroup {
public:
    StoredGroup(const std::filesystem::path& file, const std::string& path);
    /// The root of a file in memory; `name` stands for it in messages.
    StoredGroup(std::span<const std::byte> image, const std::string& name);

    [[nodiscard]] const std::string& file() const { return file_name_; }
    /// Absolute path of something in this group, for messages.
    [[nodiscard]] std::string path(const std::string& name) const;

    [[nodiscard]] bool has_attribute(const std::string& name) const;
    [[nodiscard]] std::string text_attribute(const std::string& name) const;
    [[nodiscard]] std::int64_t integer_attribute(const std::string& name) const;
    [[nodiscard]] double number_attribute(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> attribute_names() const;
    [[nodiscard]] std::vector<std::string> child_names() const;
    [[nodiscard]] StoredGroup child(const std::string& name) const;

    [[nodiscard]] std::vector<std::size_t> shape(const std::string& name) const;
    /// Refuses another shape before anything is allocated.
    template <class T>
    [[nodiscard]] std::vector<T> array(const std::string& name, std::span<const std::size_t> shape) const {
        const Dataset dataset = open(name, ElementType<T>::kind, shape);
        std::size_t count = 1;
        for (const std::size_t length : shape) count *= length;
        std::vector<T> values(count);
        read(dataset, ElementType<T>::memory(), values.data(), name);
        return values;
    }
    /// The elements first..last, in C order, of an array of this shape.
    template <class T>
    [[nodiscard]] std::vector<T> stretch(const std::string& name, std::span<const std::size_t> shape, std::size_t first,
                                         std::size_t last) const {
        const Dataset dataset = open(name, ElementType<T>::kind, shape);
        std::vector<T> values(last - first);
        read(dataset, ElementType<T>::memory(), shape, first, std::as_writable_bytes(std::span(values)), name);
        return values;
    }
    template <class T>
    [[nodiscard]] T scalar(const std::string& name) const {
        return array<T>(name, {}).front();
    }
    [[nodiscard]] std::string text(const std::string& name) const;

    /// Says what is wrong with a dataset.
    [[noreturn]] void refuse(const std::string& name, const std::string& why) const;

private:
    StoredGroup(const StoredGroup& parent, const std::string& name);
    [[nodiscard]] Dataset open(const std::string& name) const;
    [[nodiscard]] Dataset open(const std::string& name, H5T_class_t kind, std::span<const std::size_t> shape) const;
    [[nodiscard]] std::vector<std::size_t> shape_of(const Dataset& dataset, const std::string& name) const;
    void read(const Dataset& dataset, hid_t memory_type, void* values, const std::string& name) const;
    void read(const Dataset& dataset, hid_t memory_type, std::span<const std::size_t> shape, std::size_t first,
              std::span<std::byte> values, const std::string& name) const;
    [[nodiscard]] Attribute open_attribute(const std::string& name, H5T_class_t kind) const;

    std::string file_name_;
    std::string path_;
    Object group_;  // keeps its file open
};

}  // namespace polykarma::hdf5
