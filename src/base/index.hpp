#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace polykarma {

/// An integer that cannot be mistaken for another kind of integer. Half-open ranges: `for (auto r : Range<Stage>(n))`.
template <class Tag>
class Index {
public:
    constexpr Index() = default;
    constexpr explicit Index(std::size_t value) : value_(static_cast<std::int32_t>(value)) {}
    constexpr explicit Index(std::int32_t value) : value_(value) {}

    /// As a subscript.
    [[nodiscard]] constexpr std::size_t at() const { return static_cast<std::size_t>(value_); }
    [[nodiscard]] constexpr std::int32_t value() const { return value_; }

    constexpr Index& operator++() { ++value_; return *this; }
    friend constexpr auto operator<=>(Index, Index) = default;

private:
    std::int32_t value_ = 0;
};

using Stage = Index<struct StageTag>;          ///< position in the cycle of contests
using Type = Index<struct TypeTag>;            ///< user type
using Exogenous = Index<struct ExogenousTag>;  ///< exogenous state: urgency
using Account = Index<struct AccountTag>;      ///< axis of the karma lattice
using Block = Index<struct BlockTag>;          ///< (type, exogenous state), type slowest
using Action = Index<struct ActionTag>;        ///< position in a row of action values

template <class I>
class Range {
public:
    constexpr explicit Range(std::size_t count) : count_(count) {}
    struct Iterator {
        I index;
        constexpr I operator*() const { return index; }
        constexpr Iterator& operator++() { ++index; return *this; }
        friend constexpr bool operator==(Iterator, Iterator) = default;
    };
    [[nodiscard]] constexpr Iterator begin() const { return {I{std::size_t{0}}}; }
    [[nodiscard]] constexpr Iterator end() const { return {I{count_}}; }

private:
    std::size_t count_;
};

}  // namespace polykarma
