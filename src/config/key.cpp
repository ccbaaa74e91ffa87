#include "config/key.hpp"

#include <cmath>

#include <fmt/format.h>

namespace polykarma {

std::string Bounds::text(std::string_view name) const {
    std::string out;
    if (std::isfinite(low) && !std::isfinite(high))
        return fmt::format("{} {} {}", name, low_excluded ? ">" : ">=", low);
    if (std::isfinite(low)) out += fmt::format("{} {} ", low, low_excluded ? "<" : "<=");
    if (std::isfinite(low) || std::isfinite(high)) out += name;
    if (std::isfinite(high)) out += fmt::format(" {} {}", high_excluded ? "<" : "<=", high);
    return out;
}

}  // namespace polykarma
