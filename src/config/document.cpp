#include "config/document.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <toml++/toml.h>

#include "config/nesting.hpp"

#if TOML_HEADER_ONLY
#error "link the compiled toml++ (target tomlplusplus::tomlplusplus): header-only 3.3 asserts on some malformed files"
#endif

namespace polykarma {
namespace {

SourceLocation location(const toml::source_region& source, const std::string& file) {
    return {file, static_cast<int>(source.begin.line)};
}

/// Copies a parsed tree into ours.
class Conversion {
public:
    explicit Conversion(const std::string& file) : file_(file) {}

    [[nodiscard]] Value operator()(const toml::node& node) const {
        Value value;
        value.where = location(node.source(), file_);
        if (const auto* table = node.as_table())
            value.content = entries(*table);
        else if (const auto* array = node.as_array())
            value.content = elements(*array);
        else if (const auto* text = node.as_string())
            value.content = text->get();
        else if (const auto* integer = node.as_integer())
            value.content = integer->get();
        else if (const auto* number = node.as_floating_point())
            value.content = number->get();
        else if (const auto* truth = node.as_boolean())
            value.content = truth->get();
        else
            throw InputError(value.where, "TOML", "", "dates and times have no use here", "");
        return value;
    }

private:
    [[nodiscard]] ValueArray elements(const toml::array& array) const {
        ValueArray out;
        out.reserve(array.size());
        for (const toml::node& node : array) out.push_back((*this)(node));
        return out;
    }

    /// toml++ sorts keys by name; the file's own order is that of their places.
    [[nodiscard]] ValueTable entries(const toml::table& table) const {
        struct Placed {
            toml::source_position at;
            Entry entry;
        };
        std::vector<Placed> placed;
        placed.reserve(table.size());
        for (auto&& [key, node] : table) {
            Entry entry{std::string(key.str()), location(key.source(), file_), (*this)(node)};
            placed.push_back({key.source().begin, std::move(entry)});
        }
        std::ranges::stable_sort(placed, [](const Placed& a, const Placed& b) { return a.at < b.at; });
        ValueTable out;
        out.reserve(placed.size());
        for (Placed& p : placed) out.push_back(std::move(p.entry));
        return out;
    }

    const std::string& file_;
};

[[noreturn]] void refuse(const std::string& file, const char* why, const char* allowed) {
    throw InputError({file, 0}, "TOML", "", why, allowed);
}

/// Parser messages quote the input, control characters included.
std::string one_line(std::string_view message) {
    std::string out;
    for (const char c : message) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    return out;
}

}  // namespace

Value parse_document(std::string_view text, const std::string& file) {
    if (text.size() > largest_document) refuse(file, "the file is too large", "at most 1 MiB");
    if (text.find('\0') != std::string_view::npos) refuse(file, "the file is binary", "a text file");
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) refuse(file, "the file is empty", "");
    check_nesting(text, file);
    try {
        return Conversion(file)(toml::parse(text));
    } catch (const toml::parse_error& error) {
        throw InputError(location(error.source(), file), "TOML", "", one_line(error.description()), "");
    }
}

std::string read_text(const std::filesystem::path& file) {
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) throw IoError(file.string(), "cannot be read", "is a directory");
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw IoError(file.string(), "cannot be read", std::strerror(errno));
    std::string text(largest_document + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad()) throw IoError(file.string(), "cannot be read", std::strerror(errno));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > largest_document) refuse(file.string(), "the file is too large", "at most 1 MiB");
    return text;
}

}  // namespace polykarma
