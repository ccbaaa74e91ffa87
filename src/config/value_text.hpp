#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/any_value.hpp"
#include "config/choices.hpp"
#include "config/document.hpp"
#include "config/study_start.hpp"

namespace polykarma {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

/// A ratio of small integers, quoted, where it is exact and the digits would be long ("2/3"); else the digits.
[[nodiscard]] std::string rational_text(double number);

/// A ratio of small integers, or one of them; nothing for any other text.
[[nodiscard]] std::optional<double> parse_rational(std::string_view text);

/// TOML of a member as the reader takes it back, bit for bit.
template <class T>
[[nodiscard]] std::string value_text(const T& value, bool rational) {
    if constexpr (IsVector<T>::value) {
        std::string out;
        for (const auto& item : value) out += (out.empty() ? "" : ", ") + value_text(item, rational);
        return "[" + out + "]";
    } else if constexpr (std::is_enum_v<T>) {
        return toml_text(name_of(value));
    } else if constexpr (std::is_same_v<T, std::string>) {
        return toml_text(std::string_view(value));
    } else if constexpr (std::is_same_v<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::is_same_v<T, AnyValue>) {
        return value.text;
    } else if constexpr (std::is_same_v<T, StudyStart>) {
        return toml_text(std::string_view(value.name));
    } else if constexpr (std::is_integral_v<T>) {
        return std::to_string(value);
    } else {
        return rational ? rational_text(value) : toml_text(value);
    }
}

}  // namespace polykarma
