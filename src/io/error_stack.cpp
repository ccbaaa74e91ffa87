#include "io/error_stack.hpp"

#include "base/error.hpp"

namespace polykarma::hdf5 {
namespace {

extern "C" herr_t polykarma_take_description(unsigned, const H5E_error2_t* error, void* text) {
    *static_cast<std::string*>(text) = error->desc != nullptr ? error->desc : "";
    return 1;  // the first one visited is all that is wanted
}

}  // namespace

QuietErrors::QuietErrors() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

QuietErrors::~QuietErrors() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }

std::string innermost_error() {
    std::string text;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, polykarma_take_description, &text);
    static const std::string mark = "error message = '";
    if (const auto start = text.find(mark); start != std::string::npos) {
        const auto first = start + mark.size();
        return text.substr(first, text.find('\'', first) - first);
    }
    return text;
}

void fail(const std::string& file, const std::string& what_failed) {
    throw IoError(file, what_failed, innermost_error());
}

}  // namespace polykarma::hdf5
