#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace polykarma {

/// The numbers a key may take.
struct Bounds {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    bool low_excluded = false;
    bool high_excluded = false;

    [[nodiscard]] constexpr bool contains(double x) const {
        return (low_excluded ? x > low : x >= low) && (high_excluded ? x < high : x <= high);
    }
    /// "0 < capacity <= 1"; empty when every number is allowed.
    [[nodiscard]] std::string text(std::string_view name) const;
};

[[nodiscard]] constexpr Bounds positive() { return {.low = 0.0, .low_excluded = true}; }
[[nodiscard]] constexpr Bounds positive_below(double high) {
    return {.low = 0.0, .high = high, .low_excluded = true, .high_excluded = true};
}
[[nodiscard]] constexpr Bounds positive_up_to(double high) { return {.low = 0.0, .high = high, .low_excluded = true}; }
[[nodiscard]] constexpr Bounds between(double low, double high) { return {.low = low, .high = high}; }

/// Declaration of one key whose value has type T (for arrays and tables of numbers, bounds are those of the entries).
/// Every key is declared once, in a `describe` function; reader, writer, schema and help all follow from it.
template <class T>
struct Key {
    std::string_view name = {};
    std::optional<T> standard = {};       ///< value when the key is absent; without one the key is required
    std::string_view standard_text = {};  ///< the default in words, where it is no constant
    Bounds range = {};
    std::string_view unit = {};
    std::string_view help = {};
    bool identifier = false;          ///< text that names something: letters, digits, _ and -
    bool rational = false;            ///< numbers may also be written like "3/2"
    bool used = true;                 ///< false: the key is forbidden beside the keys described before it
    std::string_view used_when = {};  ///< the condition behind `used`, in words
    std::size_t max_size = 4096;      ///< of an array
};

/// Declaration of a list of named tables, `[[name]]`.
struct ListKey {
    std::string_view name = {};
    std::string_view help = {};
    std::size_t min_size = 0;
    std::size_t max_size = 0;
    bool used = true;                 ///< false: the list is forbidden beside the keys described before it
    std::string_view used_when = {};  ///< the condition behind `used`, in words
};

/// Declaration of a table, `[name]`.
struct TableKey {
    std::string_view name = {};
    std::string_view help = {};
    bool used = true;                 ///< false: the table is forbidden beside the keys described before it
    std::string_view used_when = {};  ///< the condition behind `used`, in words
};

}  // namespace polykarma
