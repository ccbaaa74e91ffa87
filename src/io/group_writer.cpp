#include "io/group_writer.hpp"

#include <algorithm>

#include <hdf5_hl.h>

#include "io/array_cuts.hpp"
#include "io/error_stack.hpp"
#include "io/memory_file.hpp"

namespace polykarma::hdf5 {
namespace {

constexpr unsigned kDeflateLevel = 4;

std::vector<hsize_t> lengths(const Axes& axes) {
    std::vector<hsize_t> result;
    for (const auto& axis : axes) result.push_back(axis.length);
    return result;
}

template <class T>
void write_attribute(hid_t object, const std::string& name, hid_t file_type, hid_t memory_type, const T* value,
                     const std::string& file) {
    const std::string what = "attribute " + name + " cannot be written";
    const Dataspace space(checked(H5Screate(H5S_SCALAR), file, what));
    const Attribute attribute(
        checked(H5Acreate2(object, name.c_str(), file_type, space.get(), H5P_DEFAULT, H5P_DEFAULT), file, what));
    checked(H5Awrite(attribute.get(), memory_type, value), file, what);
}

void write_text_attribute(hid_t object, const std::string& name, const std::string& value, const std::string& file) {
    const Datatype type = fixed_text(value.size(), file);
    write_attribute(object, name, type.get(), type.get(), value.c_str(), file);
}

Properties creation_properties(Storage storage, const std::vector<hsize_t>& shape, const std::string& file,
                               const std::string& what) {
    Properties creation(checked(H5Pcreate(H5P_DATASET_CREATE), file, what));
    checked(H5Pset_obj_track_times(creation.get(), false), file, what);
    if (storage != Storage::compressed) {
        checked(H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER), file, what);
        if (storage == Storage::placed) checked(H5Pset_alloc_time(creation.get(), H5D_ALLOC_TIME_EARLY), file, what);
    } else if (elements(shape) > 1) {
        const std::vector<hsize_t> chunk = Chunks(shape).shape();
        checked(H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data()), file, what);
        checked(H5Pset_shuffle(creation.get()), file, what);
        checked(H5Pset_deflate(creation.get(), kDeflateLevel), file, what);
    }
    return creation;
}

}  // namespace

Datatype fixed_text(std::size_t length, const std::string& file) {
    Datatype type(checked(H5Tcopy(H5T_C_S1), file, "cannot be prepared"));
    checked(H5Tset_size(type.get(), std::max<std::size_t>(1, length)), file, "cannot be prepared");
    checked(H5Tset_strpad(type.get(), H5T_STR_NULLPAD), file, "cannot be prepared");
    checked(H5Tset_cset(type.get(), H5T_CSET_UTF8), file, "cannot be prepared");
    return type;
}

GroupWriter::GroupWriter(Group group, std::string file, Transfer transfer)
    : GroupWriter(std::move(group), std::move(file), std::move(transfer), std::make_shared<Scales>(),
                  Storage::compressed) {}

GroupWriter::GroupWriter(Group group, std::string file, Transfer transfer, std::shared_ptr<Scales> scales,
                         Storage storage)
    : group_(std::move(group)),
      file_(std::move(file)),
      transfer_(std::move(transfer)),
      scales_(std::move(scales)),
      storage_(storage) {}

GroupWriter GroupWriter::subgroup(const std::string& name) const {
    return {create_group(group_.get(), name, file_), file_, transfer_, scales_, storage_};
}

void GroupWriter::attribute(const std::string& name, const std::string& value) {
    write_text_attribute(group_.get(), name, value, file_);
}

void GroupWriter::attribute(const std::string& name, double value) {
    write_attribute(group_.get(), name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value, file_);
}

void GroupWriter::attribute(const std::string& name, std::int64_t value) {
    write_attribute(group_.get(), name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value, file_);
}

void GroupWriter::strings(const Meaning& meaning, std::span<const std::string> values, const Axes& axes) {
    std::size_t longest = 1;
    for (const auto& value : values) longest = std::max(longest, value.size());
    std::string bytes(longest * values.size(), '\0');
    for (std::size_t i = 0; i < values.size(); ++i) values[i].copy(bytes.data() + i * longest, longest);
    const Datatype type = fixed_text(longest, file_);
    write(meaning, type.get(), type.get(), of_root(std::as_bytes(std::span(bytes))), axes);
}

void GroupWriter::coordinate(const Meaning& meaning, std::span<const std::string> names) {
    strings(meaning, names, {{meaning.name, names.size()}});
    make_scale(meaning.name);
}

void GroupWriter::coordinate(const Meaning& meaning, std::span<const std::int32_t> numbers) {
    array(meaning, numbers, {{meaning.name, numbers.size()}});
    make_scale(meaning.name);
}

void GroupWriter::table(const Meaning& meaning, const Datatype& row, std::span<const std::byte> bytes,
                        std::size_t rows) {
    write(meaning, row.get(), row.get(), of_root(bytes), {{"row", rows}});
}

void GroupWriter::write(const Meaning& meaning, hid_t file_type, hid_t memory_type, std::span<const std::byte> values,
                        const Axes& axes) {
    const std::string what = "dataset " + meaning.name + " cannot be written";
    const auto shape = lengths(axes);
    const Dataspace space(checked(
        axes.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
        file_, what));
    const Properties creation = creation_properties(storage_, shape, file_, what);
    const Dataset dataset(checked(H5Dcreate2(group_.get(), meaning.name.c_str(), file_type, space.get(), H5P_DEFAULT,
                                             creation.get(), H5P_DEFAULT),
                                  file_, what));
    transfer_.write(dataset, memory_type, shape, values, file_, what);
    write_text_attribute(dataset.get(), "long_name", meaning.long_name, file_);
    write_text_attribute(dataset.get(), "units", meaning.units, file_);
    attach_scales(dataset, meaning, axes);
}

void GroupWriter::attach_scales(const Dataset& dataset, const Meaning& meaning, const Axes& axes) const {
    for (unsigned i = 0; i < axes.size(); ++i) {
        const std::string what = "axis " + axes[i].name + " of dataset " + meaning.name + " cannot be written";
        if (const auto scale = scales_->find(axes[i].name); scale != scales_->end())
            checked(H5DSattach_scale(dataset.get(), scale->second.get(), i), file_, what);
        else if (axes[i].name != meaning.name)
            checked(H5DSset_label(dataset.get(), i, axes[i].name.c_str()), file_, what);
    }
}

void GroupWriter::make_scale(const std::string& name) {
    const std::string what = "coordinate " + name + " cannot be written";
    Dataset dataset(checked(H5Dopen2(group_.get(), name.c_str(), H5P_DEFAULT), file_, what));
    checked(H5DSset_scale(dataset.get(), name.c_str()), file_, what);
    scales_->emplace(name, std::move(dataset));
}

}  // namespace polykarma::hdf5
