#pragma once

#include <string>

#include <hdf5.h>

namespace polykarma::hdf5 {

/// While alive, HDF5 prints nothing of its own: every failure becomes an IoError. Each entry point of this library
/// holds one, so that an application that uses HDF5 for itself keeps its settings.
class QuietErrors {
public:
    QuietErrors();
    ~QuietErrors();
    QuietErrors(const QuietErrors&) = delete;
    QuietErrors& operator=(const QuietErrors&) = delete;

private:
    H5E_auto2_t function_ = nullptr;
    void* data_ = nullptr;
};

/// The innermost message of the last failure; where it carries the system's own reason, only that.
[[nodiscard]] std::string innermost_error();

/// Throws IoError with HDF5's reason.
[[noreturn]] void fail(const std::string& file, const std::string& what_failed);

/// The result of an HDF5 call, unless it reports a failure.
template <class Result>
Result checked(Result result, const std::string& file, const std::string& what) {
    if (result < 0) fail(file, what);
    return result;
}

}  // namespace polykarma::hdf5
