#pragma once

#include <utility>

#include <hdf5.h>

namespace polykarma::hdf5 {

/// Owner of an HDF5 identifier; closes it with `Close`.
///
/// A failing close is not reported: a file in memory has its image taken, checked, before its identifiers are closed,
/// and a file on the disk is released to be closed with a check.
template <herr_t (*Close)(hid_t)>
class Handle {
public:
    Handle() = default;
    explicit Handle(hid_t id) : id_(id) {}
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, hid_t{-1})) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(id_, other.id_);
        return *this;
    }
    ~Handle() {
        if (id_ >= 0) Close(id_);
    }

    [[nodiscard]] hid_t get() const { return id_; }
    /// Leaves the identifier to the caller.
    [[nodiscard]] hid_t release() { return std::exchange(id_, hid_t{-1}); }

private:
    hid_t id_ = -1;
};

using File = Handle<H5Fclose>;
using Group = Handle<H5Gclose>;
using Dataset = Handle<H5Dclose>;
using Dataspace = Handle<H5Sclose>;
using Datatype = Handle<H5Tclose>;
using Attribute = Handle<H5Aclose>;
using Properties = Handle<H5Pclose>;
using Object = Handle<H5Oclose>;

}  // namespace polykarma::hdf5
