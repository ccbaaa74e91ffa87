#pragma once

#include <stdexcept>

namespace polykarma {

/// A set of rules without a well-defined meaning. Whoever knows the input file adds key, file and line.
class RuleError : public std::invalid_argument {
public:
    using std::invalid_argument::invalid_argument;
};

}  // namespace polykarma
