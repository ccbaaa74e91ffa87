#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/joined.hpp"
#include "config/document.hpp"

namespace polykarma {
namespace {

bool is_bare(std::string_view key) {
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return !key.empty() && key.find_first_not_of(allowed) == std::string_view::npos;
}

struct ValueText {
    std::string operator()(bool x) const { return x ? "true" : "false"; }
    std::string operator()(std::int64_t x) const { return std::to_string(x); }
    std::string operator()(double x) const {
        // A whole number keeps its kind: 2.0 stays a number where 2 would be an integer.
        std::string out = toml_text(x);
        return out.find_first_not_of("-0123456789") == std::string::npos ? out + ".0" : out;
    }
    std::string operator()(const std::string& x) const { return toml_text(std::string_view(x)); }
    std::string operator()(const ValueArray& x) const {
        return "[" + joined(x, [](const Value& v) { return toml_text(v); }) + "]";
    }
    std::string operator()(const ValueTable& x) const {
        if (x.empty()) return "{}";
        return "{ " + joined(x, [](const Entry& e) { return key_text(e.key) + " = " + toml_text(e.value); }) + " }";
    }
};

struct KindName {
    std::string_view operator()(bool) const { return "true or false"; }
    std::string_view operator()(std::int64_t) const { return "an integer"; }
    std::string_view operator()(double) const { return "a number"; }
    std::string_view operator()(const std::string&) const { return "a string"; }
    std::string_view operator()(const ValueArray&) const { return "an array"; }
    std::string_view operator()(const ValueTable&) const { return "a table"; }
};

}  // namespace

const Value* Value::find(std::string_view key) const {
    if (const ValueTable* entries = table()) {
        for (const Entry& entry : *entries)
            if (entry.key == key) return &entry.value;
    }
    return nullptr;
}

Value* Value::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

std::string toml_text(const Value& value) { return std::visit(ValueText{}, value.content); }

std::string toml_text(double number) {
    // The shortest digits that read back as the same number.
    return std::isnan(number) ? "nan" : fmt::format("{}", number);
}

std::string toml_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += {'\\', c};
        else if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            out += fmt::format("\\u{:04x}", c);
        else
            out += c;
    }
    return out + '"';
}

std::string short_text(const Value& value) {
    constexpr std::size_t longest = 60;
    std::string out = toml_text(value);
    if (out.size() <= longest) return out;
    std::size_t cut = longest;
    while ((static_cast<unsigned char>(out[cut]) & 0xc0) == 0x80) --cut;  // not inside a UTF-8 sequence
    return out.substr(0, cut) + "...";
}

std::string key_text(std::string_view key) { return is_bare(key) ? std::string(key) : toml_text(key); }

std::string_view kind_of(const Value& value) { return std::visit(KindName{}, value.content); }

}  // namespace polykarma
