#include "io/copied_scales.hpp"

#include <vector>

#include <hdf5_hl.h>

#include "io/error_stack.hpp"
#include "io/handle.hpp"

namespace polykarma::hdf5 {
namespace {

struct Link {
    std::string array;
    unsigned axis;
    std::string scale;
};

/// Path of an object below the root group; empty when it has none.
std::string path_of(hid_t object) {
    const auto length = H5Iget_name(object, nullptr, 0);
    if (length <= 1) return {};
    std::string name(static_cast<std::size_t>(length) + 1, '\0');
    H5Iget_name(object, name.data(), name.size());
    name.resize(static_cast<std::size_t>(length));
    return name.substr(1);
}

struct Found {
    std::vector<std::string> datasets;
    std::vector<Link> links;
};

extern "C" herr_t polykarma_note_scale(hid_t array, unsigned axis, hid_t scale, void* found) {
    static_cast<Found*>(found)->links.push_back({path_of(array), axis, path_of(scale)});
    return 0;
}

extern "C" herr_t polykarma_note_dataset(hid_t root, const char* name, const H5O_info_t* info, void* found) {
    if (info->type != H5O_TYPE_DATASET) return 0;
    static_cast<Found*>(found)->datasets.emplace_back(name);
    const Dataset dataset(H5Dopen2(root, name, H5P_DEFAULT));
    const Dataspace space(H5Dget_space(dataset.get()));
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if (H5DSis_scale(dataset.get()) > 0) return 0;
    for (int axis = 0; axis < rank; ++axis)
        if (H5DSiterate_scales(dataset.get(), static_cast<unsigned>(axis), nullptr, polykarma_note_scale, found) < 0)
            return -1;
    return rank < 0 ? -1 : 0;
}

void remove_attribute(hid_t object, const char* name, const std::string& file) {
    if (checked(H5Aexists(object, name), file, "cannot be prepared") > 0)
        checked(H5Adelete(object, name), file, "cannot be prepared");
}

}  // namespace

void restore_scales(hid_t from, hid_t to, const std::string& file) {
    const std::string what = "the axes of a copied array cannot be written";
    Found found;
    checked(H5Ovisit2(from, H5_INDEX_NAME, H5_ITER_INC, polykarma_note_dataset, &found, H5O_INFO_BASIC), file, what);
    for (const auto& name : found.datasets) {
        const Dataset dataset(checked(H5Dopen2(to, name.c_str(), H5P_DEFAULT), file, what));
        remove_attribute(dataset.get(), "DIMENSION_LIST", file);
        remove_attribute(dataset.get(), "REFERENCE_LIST", file);
    }
    for (const auto& link : found.links) {
        const Dataset array(checked(H5Dopen2(to, link.array.c_str(), H5P_DEFAULT), file, what));
        const Dataset scale(checked(H5Dopen2(to, link.scale.c_str(), H5P_DEFAULT), file, what));
        checked(H5DSattach_scale(array.get(), scale.get(), link.axis), file, what);
    }
}

}  // namespace polykarma::hdf5
