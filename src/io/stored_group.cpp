#include "io/stored_group.hpp"

#include <algorithm>
#include <memory>
#include <system_error>

#include "base/error.hpp"
#include "io/array_cuts.hpp"
#include "io/error_stack.hpp"
#include "io/memory_file.hpp"

namespace polykarma::hdf5 {
namespace {

/// Longer than any economy that can be read; a damaged length must not become an allocation.
constexpr std::size_t kLongestText = std::size_t{16} << 20;

File open_file(const std::filesystem::path& path) {
    const std::string name = path.string();
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (error) throw IoError(name, "cannot be opened", error.message());
    // Opening a pipe would wait for its other end.
    if (!std::filesystem::is_regular_file(status)) throw IoError(name, "cannot be opened", "not a regular file");
    Properties access(checked(H5Pcreate(H5P_FILE_ACCESS), name, "cannot be opened"));
#if H5_VERSION_GE(1, 10, 7)
    // Files are replaced as a whole, never changed, and some shared file systems do not know locks.
    checked(H5Pset_file_locking(access.get(), false, true), name, "cannot be opened");
#endif
    return File(checked(H5Fopen(name.c_str(), H5F_ACC_RDONLY, access.get()), name, "is not a readable HDF5 file"));
}

bool is_group(const Object& object) { return H5Iget_type(object.get()) == H5I_GROUP; }

struct FreeText {
    void operator()(char* text) const { H5free_memory(text); }
};

extern "C" herr_t polykarma_note_attribute(hid_t, const char* name, const H5A_info_t*, void* names) {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
}

extern "C" herr_t polykarma_note_link(hid_t, const char* name, const H5L_info_t*, void* names) {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
}

std::string without_padding(const std::string& text) { return text.substr(0, text.find('\0')); }

std::string spelled(std::span<const std::size_t> shape) {
    std::string text = "[";
    for (const std::size_t length : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(length);
    return text + "]";
}

}  // namespace

StoredGroup::StoredGroup(const std::filesystem::path& file, const std::string& path)
    : file_name_(file.string()), path_(path) {
    const File opened = open_file(file);
    group_ = Object(checked(H5Oopen(opened.get(), path.c_str(), H5P_DEFAULT), file_name_, "has no group " + path));
    if (!is_group(group_)) throw IoError(file_name_, path + " cannot be read", "not a group");
}

StoredGroup::StoredGroup(std::span<const std::byte> image, const std::string& name) : file_name_(name), path_("/") {
    const File opened = open_image(image, name);
    group_ = Object(checked(H5Oopen(opened.get(), "/", H5P_DEFAULT), file_name_, "cannot be read"));
}

StoredGroup::StoredGroup(const StoredGroup& parent, const std::string& name)
    : file_name_(parent.file_name_), path_(parent.path(name)) {
    group_ = Object(
        checked(H5Oopen(parent.group_.get(), name.c_str(), H5P_DEFAULT), file_name_, "has no group " + path_));
    if (!is_group(group_)) throw IoError(file_name_, path_ + " cannot be read", "not a group");
}

std::string StoredGroup::path(const std::string& name) const { return (path_ == "/" ? "" : path_) + "/" + name; }

StoredGroup StoredGroup::child(const std::string& name) const { return {*this, name}; }

void StoredGroup::refuse(const std::string& name, const std::string& why) const {
    throw IoError(file_name_, path(name) + " cannot be used", why);
}

bool StoredGroup::has_attribute(const std::string& name) const {
    return checked(H5Aexists(group_.get(), name.c_str()), file_name_, path_ + " cannot be read") > 0;
}

Attribute StoredGroup::open_attribute(const std::string& name, H5T_class_t kind) const {
    const std::string what = "attribute " + name + " of " + path_ + " cannot be read";
    if (!has_attribute(name)) throw IoError(file_name_, what, "missing");
    Attribute attribute(checked(H5Aopen(group_.get(), name.c_str(), H5P_DEFAULT), file_name_, what));
    const Datatype type(checked(H5Aget_type(attribute.get()), file_name_, what));
    const Dataspace space(checked(H5Aget_space(attribute.get()), file_name_, what));
    if (H5Tget_class(type.get()) != kind || H5Sget_simple_extent_npoints(space.get()) != 1)
        throw IoError(file_name_, what, "not a single value of the expected kind");
    return attribute;
}

std::string StoredGroup::text_attribute(const std::string& name) const {
    const std::string what = "attribute " + name + " of " + path_ + " cannot be read";
    const Attribute attribute = open_attribute(name, H5T_STRING);
    const Datatype type(checked(H5Aget_type(attribute.get()), file_name_, what));
    if (checked(H5Tis_variable_str(type.get()), file_name_, what) > 0) {
        char* text = nullptr;
        checked(H5Aread(attribute.get(), type.get(), &text), file_name_, what);
        const std::unique_ptr<char, FreeText> owner(text);
        return text != nullptr ? text : "";
    }
    const std::size_t length = H5Tget_size(type.get());
    if (length > kLongestText) throw IoError(file_name_, what, "too long");
    std::string text(length, '\0');
    checked(H5Aread(attribute.get(), type.get(), text.data()), file_name_, what);
    return without_padding(text);
}

std::int64_t StoredGroup::integer_attribute(const std::string& name) const {
    std::int64_t value = 0;
    checked(H5Aread(open_attribute(name, H5T_INTEGER).get(), H5T_NATIVE_INT64, &value), file_name_,
            "attribute " + name + " of " + path_ + " cannot be read");
    return value;
}

double StoredGroup::number_attribute(const std::string& name) const {
    double value = 0.0;
    checked(H5Aread(open_attribute(name, H5T_FLOAT).get(), H5T_NATIVE_DOUBLE, &value), file_name_,
            "attribute " + name + " of " + path_ + " cannot be read");
    return value;
}

std::vector<std::string> StoredGroup::attribute_names() const {
    std::vector<std::string> names;
    checked(H5Aiterate2(group_.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, polykarma_note_attribute, &names),
            file_name_, "the attributes of " + path_ + " cannot be read");
    return names;
}

std::vector<std::string> StoredGroup::child_names() const {
    std::vector<std::string> names;
    checked(H5Literate(group_.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, polykarma_note_link, &names), file_name_,
            "the members of " + path_ + " cannot be read");
    return names;
}

Dataset StoredGroup::open(const std::string& name) const {
    return Dataset(checked(H5Dopen2(group_.get(), name.c_str(), H5P_DEFAULT), file_name_,
                           "dataset " + path(name) + " cannot be opened"));
}

Dataset StoredGroup::open(const std::string& name, H5T_class_t kind, std::span<const std::size_t> shape) const {
    Dataset dataset = open(name);
    const Datatype type(checked(H5Dget_type(dataset.get()), file_name_, path(name) + " cannot be read"));
    if (H5Tget_class(type.get()) != kind) refuse(name, kind == H5T_FLOAT ? "not real numbers" : "not integers");
    const auto found = shape_of(dataset, name);
    if (!std::equal(found.begin(), found.end(), shape.begin(), shape.end()))
        refuse(name, "shape " + spelled(found) + " instead of " + spelled(shape));
    return dataset;
}

std::vector<std::size_t> StoredGroup::shape(const std::string& name) const { return shape_of(open(name), name); }

std::vector<std::size_t> StoredGroup::shape_of(const Dataset& dataset, const std::string& name) const {
    const std::string what = path(name) + " cannot be read";
    const Dataspace space(checked(H5Dget_space(dataset.get()), file_name_, what));
    const int rank = checked(H5Sget_simple_extent_ndims(space.get()), file_name_, what);
    std::vector<hsize_t> lengths(static_cast<std::size_t>(rank));
    checked(H5Sget_simple_extent_dims(space.get(), lengths.data(), nullptr), file_name_, what);
    return {lengths.begin(), lengths.end()};
}

void StoredGroup::read(const Dataset& dataset, hid_t memory_type, void* values, const std::string& name) const {
    checked(H5Dread(dataset.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), file_name_,
            path(name) + " cannot be read");
}

void StoredGroup::read(const Dataset& dataset, hid_t memory_type, std::span<const std::size_t> shape,
                       std::size_t first, std::span<std::byte> values, const std::string& name) const {
    const std::string what = path(name) + " cannot be read";
    const std::size_t element_size = H5Tget_size(memory_type);
    const std::vector<hsize_t> lengths(shape.begin(), shape.end());
    for (const auto& [start, count] : boxes(lengths, first, first + values.size() / element_size)) {
        const Dataspace in_file(checked(H5Dget_space(dataset.get()), file_name_, what));
        checked(H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
                file_name_, what);
        const Dataspace in_memory(
            checked(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), file_name_, what));
        checked(H5Dread(dataset.get(), memory_type, in_memory.get(), in_file.get(), H5P_DEFAULT, values.data()),
                file_name_, what);
        values = values.subspan(elements(count) * element_size);
    }
}

std::string StoredGroup::text(const std::string& name) const {
    const Dataset dataset = open(name);
    const Datatype type(checked(H5Dget_type(dataset.get()), file_name_, path(name) + " cannot be read"));
    if (H5Tget_class(type.get()) != H5T_STRING || !shape_of(dataset, name).empty()) refuse(name, "not a single text");
    if (checked(H5Tis_variable_str(type.get()), file_name_, path(name) + " cannot be read") > 0) {
        char* value = nullptr;
        read(dataset, type.get(), &value, name);
        const std::unique_ptr<char, FreeText> owner(value);
        return value != nullptr ? value : "";
    }
    const std::size_t length = H5Tget_size(type.get());
    if (length > kLongestText) refuse(name, "too long");
    std::string value(length, '\0');
    read(dataset, type.get(), value.data(), name);
    return without_padding(value);
}

}  // namespace polykarma::hdf5
