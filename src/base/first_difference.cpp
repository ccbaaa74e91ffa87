#include "base/first_difference.hpp"

#include <algorithm>

namespace polykarma {

std::string first_difference(const std::string& there, const std::string& here) {
    const auto [a, b] = std::mismatch(there.begin(), there.end(), here.begin(), here.end());
    const auto line_of = [](const std::string& text, std::string::const_iterator at) {
        const auto place = static_cast<std::size_t>(at - text.begin());
        const std::size_t begin = place == 0 ? 0 : text.rfind('\n', place - 1) + 1;
        return text.substr(begin, text.find('\n', place) - begin);
    };
    return '"' + line_of(there, a) + "\" there, \"" + line_of(here, b) + "\" here";
}

}  // namespace polykarma
