#pragma once

#include <string>

#include "base/error.hpp"

namespace polykarma {

/// A value of any type that is passed on as it was written.
struct AnyValue {
    std::string text;  ///< TOML
    SourceLocation where;

    friend bool operator==(const AnyValue& a, const AnyValue& b) { return a.text == b.text; }
};

}  // namespace polykarma
