#include "config/spec.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace polykarma {
namespace {

std::string scalar_text(const KeySpec& spec) {
    switch (spec.scalar) {
        case KeySpec::Scalar::text:
            return spec.identifier ? "name" : "string";
        case KeySpec::Scalar::number:
            return spec.rational ? "number or \"p/q\"" : "number";
        case KeySpec::Scalar::integer:
            return "integer";
        case KeySpec::Scalar::boolean:
            return "true or false";
        case KeySpec::Scalar::choice:
            return fmt::format("{}", fmt::join(spec.choices, " | "));
        case KeySpec::Scalar::anything:
            return "any value";
    }
    return {};
}

}  // namespace

const KeySpec* KeySpec::find(std::string_view child) const {
    const auto it = std::ranges::find(children, child, &KeySpec::name);
    return it == children.end() ? nullptr : &*it;
}

std::vector<std::string> KeySpec::child_names() const {
    std::vector<std::string> names;
    for (const KeySpec& child : children) names.push_back(child.name);
    return names;
}

std::string KeySpec::type_text() const {
    if (kind != Kind::value) return kind == Kind::table ? "table" : "list of tables";
    std::string out = scalar_text(*this);
    for (std::size_t i = 0; i < array_depth; ++i) out = "array of " + out;
    return by.empty() ? out : "table by " + by + ": " + out;
}

std::string KeySpec::allowed_text() const {
    if (scalar == Scalar::choice) return "one of " + fmt::format("{}", fmt::join(choices, ", "));
    if (identifier) return "a letter, then up to 63 letters, digits, _ or -";
    return range.text(array_depth > 0 || !by.empty() ? "each number" : name);
}

KeySpec& SpecBuilder::add(std::string_view name, KeySpec::Kind kind, std::string_view help) {
    KeySpec& spec = parent_.children.emplace_back();
    spec.name = name;
    spec.kind = kind;
    spec.help = help;
    return spec;
}

}  // namespace polykarma
