#pragma once

#include <string>

namespace polykarma {

/// The first lines in which two texts differ, for messages: "a line" there, "another one" here.
[[nodiscard]] std::string first_difference(const std::string& there, const std::string& here);

}  // namespace polykarma
