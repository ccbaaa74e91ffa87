#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace polykarma {

struct Entry;
class Value;
using ValueArray = std::vector<Value>;
using ValueTable = std::vector<Entry>;

/// A value of a TOML document together with the place it was written at. Tables keep the order of the file, so that
/// the first problem reported is the first one in it.
class Value {
public:
    std::variant<bool, std::int64_t, double, std::string, ValueArray, ValueTable> content;
    SourceLocation where;

    [[nodiscard]] const ValueTable* table() const { return std::get_if<ValueTable>(&content); }
    [[nodiscard]] ValueTable* table() { return std::get_if<ValueTable>(&content); }
    [[nodiscard]] const ValueArray* array() const { return std::get_if<ValueArray>(&content); }
    [[nodiscard]] ValueArray* array() { return std::get_if<ValueArray>(&content); }
    [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&content); }

    /// The entry of a table; null when this is no table or has no such entry.
    [[nodiscard]] const Value* find(std::string_view key) const;
    [[nodiscard]] Value* find(std::string_view key);
};

struct Entry {
    std::string key;
    SourceLocation where;
    Value value;
};

/// Largest file that is read. An economy of 64 types with full chains over three urgencies has some 100 KiB.
inline constexpr std::size_t largest_document = std::size_t{1} << 20;

/// Parses a TOML document; `file` appears in messages.
/// Throws InputError with file and line: syntax, no text, more than `largest_document` bytes, nested too deeply.
[[nodiscard]] Value parse_document(std::string_view text, const std::string& file);

/// The text of a file. Throws IoError when it cannot be read, InputError when it is larger than `largest_document`.
[[nodiscard]] std::string read_text(const std::filesystem::path& file);

/// TOML for one value on one line, tables as inline tables.
[[nodiscard]] std::string toml_text(const Value& value);
[[nodiscard]] std::string toml_text(std::string_view text);
[[nodiscard]] std::string toml_text(double number);

/// The same, cut to the length of a message.
[[nodiscard]] std::string short_text(const Value& value);

/// A key as it is written in TOML: quoted unless it is bare.
[[nodiscard]] std::string key_text(std::string_view key);

/// "a number", "an array", ...
[[nodiscard]] std::string_view kind_of(const Value& value);

}  // namespace polykarma
