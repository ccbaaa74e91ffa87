#include "config/json_text.hpp"

#include <fmt/format.h>

#include "base/joined.hpp"

namespace polykarma {

std::string json_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += {'\\', c};
        else if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("\\u{:04x}", c);
        else
            out += c;
    }
    return out + '"';
}

std::string json_array(const std::vector<std::string>& texts) {
    return "[" + joined(texts, json_string) + "]";
}

JsonObject& JsonObject::add(std::string_view name, std::string json) {
    members_.push_back({std::string(name), std::move(json), {}});
    return *this;
}

JsonObject& JsonObject::add(std::string_view name, const JsonObject& object) {
    members_.push_back({std::string(name), {}, {object}});
    return *this;
}

JsonObject& JsonObject::add_text(std::string_view name, std::string_view text) {
    return text.empty() ? *this : add(name, json_string(text));
}

std::string JsonObject::text(std::size_t indent) const {
    if (members_.empty()) return "{}";
    const std::string inside(indent + 2, ' ');
    std::string out = "{";
    for (const Member& member : members_) {
        const std::string value = member.object.empty() ? member.json : member.object.front().text(indent + 2);
        out +=
            fmt::format("{}\n{}{}: {}", &member == members_.data() ? "" : ",", inside, json_string(member.name), value);
    }
    return out + "\n" + std::string(indent, ' ') + "}";
}

}  // namespace polykarma
