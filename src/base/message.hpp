#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace polykarma {

template <class T>
struct IsList : std::false_type {};
template <class T>
struct IsList<std::vector<T>> : std::true_type {};

/// Values one behind the other as bytes, for another rank of the same program.
class MessageWriter {
public:
    void put(double value) { append(&value, sizeof value); }
    void put(std::int64_t value) { append(&value, sizeof value); }
    void put(bool value) { put(std::int64_t{value}); }
    void put(std::span<const double> values) {
        put(static_cast<std::int64_t>(values.size()));
        append(values.data(), values.size_bytes());
    }
    void put(const std::string& text) { put(std::as_bytes(std::span(text))); }
    void put(std::span<const std::byte> bytes) {
        put(static_cast<std::int64_t>(bytes.size()));
        append(bytes.data(), bytes.size());
    }
    /// A number, text, a list of what can be put, or a struct whose static for_each_member(self, visit) visits them.
    template <class T>
    void put_all(const T& value) {
        if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, double> || std::is_same_v<T, bool>) {
            put(value);
        } else if constexpr (std::is_integral_v<T>) {
            put(static_cast<std::int64_t>(value));
        } else if constexpr (IsList<T>::value) {
            put(static_cast<std::int64_t>(value.size()));
            for (const auto& element : value) put_all(element);
        } else {
            T::for_each_member(value, [&](const auto& member) { put_all(member); });
        }
    }
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
    [[nodiscard]] std::vector<std::byte> release() && { return std::move(bytes_); }

private:
    void append(const void* data, std::size_t size) {
        const auto* const first = static_cast<const std::byte*>(data);
        bytes_.insert(bytes_.end(), first, first + size);
    }
    std::vector<std::byte> bytes_;
};

/// Takes them out again, in the same order.
class MessageReader {
public:
    explicit MessageReader(std::span<const std::byte> bytes) : rest_(bytes) {}

    [[nodiscard]] double number() { return value<double>(); }
    [[nodiscard]] std::int64_t integer() { return value<std::int64_t>(); }
    [[nodiscard]] bool truth() { return integer() != 0; }
    [[nodiscard]] std::vector<double> numbers() {
        std::vector<double> values(length());
        take(values.data(), values.size() * sizeof(double));
        return values;
    }
    [[nodiscard]] std::string text() {
        std::string text(length(), '\0');
        take(text.data(), text.size());
        return text;
    }
    /// What put_all put.
    template <class T>
    void take_all(T& value) {
        if constexpr (std::is_same_v<T, std::string>) {
            value = text();
        } else if constexpr (std::is_same_v<T, double>) {
            value = number();
        } else if constexpr (std::is_integral_v<T>) {
            value = static_cast<T>(integer());
        } else if constexpr (IsList<T>::value) {
            value.resize(length());
            for (auto& element : value) take_all(element);
        } else {
            T::for_each_member(value, [&](auto& member) { take_all(member); });
        }
    }
    [[nodiscard]] std::vector<std::byte> bytes() {
        std::vector<std::byte> bytes(length());
        take(bytes.data(), bytes.size());
        return bytes;
    }

private:
    [[nodiscard]] std::size_t length() { return static_cast<std::size_t>(integer()); }
    template <class T>
    [[nodiscard]] T value() {
        T value;
        take(&value, sizeof value);
        return value;
    }
    void take(void* out, std::size_t size) {
        POLYKARMA_EXPECTS(size <= rest_.size());
        if (size > 0) std::memcpy(out, rest_.data(), size);
        rest_ = rest_.subspan(size);
    }
    std::span<const std::byte> rest_;
};

}  // namespace polykarma
