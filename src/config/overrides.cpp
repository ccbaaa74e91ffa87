#include "config/overrides.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include <fmt/format.h>

#include "config/read_visitor.hpp"
#include "config/suggestion.hpp"

namespace polykarma {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

/// Everything inside was written where the override was.
void place(Value& value, const SourceLocation& where) {
    value.where = where;
    if (ValueArray* items = value.array()) {
        for (Value& item : *items) place(item, where);
    } else if (ValueTable* entries = value.table()) {
        for (Entry& entry : *entries) {
            entry.where = where;
            place(entry.value, where);
        }
    }
}

/// A value that TOML does not know but that cannot be meant as anything but text: a word, a path, a ratio.
bool is_plain_text(std::string_view text) {
    return !text.empty() && text.find_first_of("[]{}\"'=#,\n\r") == std::string_view::npos;
}

Value only_value(const std::string& toml, const std::string& file) {
    Value document = parse_document("value = " + toml, file);
    ValueTable& entries = *document.table();
    if (entries.size() != 1 || entries.front().key != "value") throw InputError("not one value");
    return std::move(entries.front().value);
}

Value parse_value(const std::string& key, const std::string& text, const SourceLocation& where) {
    Value value;
    try {
        value = only_value(text, where.file);
    } catch (const InputError&) {
        const std::string quoted = toml_text(std::string_view(text));
        if (!is_plain_text(text)) throw InputError(where, key, quoted, "not a TOML value", "");
        value = only_value(quoted, where.file);  // refuses what is no UTF-8
    }
    place(value, where);
    return value;
}

/// Walks along the parts of a key, through what is written and what may be written.
class Assignment {
public:
    Assignment(const Value& value, const SourceLocation& where) : value_(value), where_(where) {}

    /// `spec` describes `node`; below a value it stays the value's own.
    void set(Value& node, const KeySpec& spec, std::span<const std::string> parts, const std::string& path) const {
        if (parts.empty())
            node = value_;
        else if (spec.kind == KeySpec::Kind::value)
            set_inside_value(node, spec, parts, path);
        else
            set_in_table(node, spec, parts, path);
    }

private:
    void set_in_table(Value& node, const KeySpec& spec, std::span<const std::string> parts,
                      const std::string& path) const {
        const KeySpec* child = spec.find(parts[0]);
        const std::string name = dotted(path, parts[0]);
        if (child == nullptr) refuse(name, "unknown key", did_you_mean(parts[0], spec.child_names()));
        if (child->kind == KeySpec::Kind::tables && parts.size() > 1) {
            Value* list = node.find(parts[0]);
            if (list == nullptr || list->array() == nullptr) refuse(name, "there is none", "");
            set_elements(*list, *child, parts.subspan(1), name);
        } else {
            set(entry(node, parts[0], path), *child, parts.subspan(1), name);
        }
    }

    void set_inside_value(Value& node, const KeySpec& spec, std::span<const std::string> parts,
                          const std::string& path) const {
        if (node.array() != nullptr)
            set_elements(node, spec, parts, path);
        else if (spec.by.empty())
            refuse(dotted(path, parts[0]), "unknown key", path + " has no parts");
        else if (parts[0] != "*")
            set(entry(node, parts[0], path), spec, parts.subspan(1), dotted(path, parts[0]));
        else if (node.table() != nullptr)
            for (Entry& e : *node.table()) set(e.value, spec, parts.subspan(1), dotted(path, e.key));
    }

    void set_elements(Value& list, const KeySpec& spec, std::span<const std::string> parts,
                      const std::string& path) const {
        ValueArray& items = *list.array();
        std::vector<std::string> names;
        bool found = false;
        for (std::size_t i = 0; i < items.size(); ++i) {
            const Value* name = items[i].find("name");
            names.push_back(name != nullptr && name->text() != nullptr ? *name->text() : std::to_string(i));
            if (parts[0] != "*" && parts[0] != names.back() && parts[0] != std::to_string(i)) continue;
            found = true;
            const std::string element = dotted(path, names.back());
            if (parts.size() == 1)
                items[i] = value_;
            else
                set(items[i], spec.kind == KeySpec::Kind::tables ? element_spec(spec) : spec, parts.subspan(1),
                    element);
        }
        if (!found) refuse(dotted(path, parts[0]), "no such element", did_you_mean(parts[0], names));
    }

    /// One element of a list of tables is described like a table.
    static KeySpec element_spec(const KeySpec& list) {
        KeySpec spec = list;
        spec.kind = KeySpec::Kind::table;
        return spec;
    }

    Value& entry(Value& node, const std::string& key, const std::string& path) const {
        if (node.table() == nullptr) refuse(path, fmt::format("expected a table, found {}", kind_of(node)), "");
        if (Value* found = node.find(key)) return *found;
        // Absent so far: a table until the value is put in its place.
        Entry& added = node.table()->emplace_back(Entry{key, where_, Value{ValueTable{}, where_}});
        return added.value;
    }

    [[noreturn]] void refuse(const std::string& key, const std::string& why, const std::string& allowed) const {
        throw InputError(where_, key, "", why, allowed);
    }

    const Value& value_;
    const SourceLocation& where_;
};

}  // namespace

Override command_line_override(const std::string& assignment) {
    constexpr std::size_t longest = 80;
    std::string shown = assignment.substr(0, longest);
    std::ranges::replace_if(
        shown, [](unsigned char c) { return c < 0x20; }, ' ');
    return {assignment, {"--set " + shown, 0}};
}

std::string key_of(std::string_view assignment) { return trimmed(assignment.substr(0, assignment.find('='))); }

std::vector<std::string> parts_of(std::string_view key) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t dot = key.find('.');
        parts.emplace_back(key.substr(0, dot));
        if (dot == std::string_view::npos) return parts;
        key.remove_prefix(dot + 1);
    }
}

bool keys_meet(std::string_view a, std::string_view b) {
    const auto left = parts_of(a), right = parts_of(b);
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i)
        if (left[i] != right[i] && left[i] != "*" && right[i] != "*") return false;
    return true;
}

void apply_override(Value& document, const KeySpec& spec, const Override& change) {
    const std::size_t equals = change.assignment.find('=');
    if (equals == std::string::npos) throw InputError(change.where, "override", "", "has no '='", "KEY=VALUE");
    const std::string key = key_of(change.assignment);
    const std::vector<std::string> parts = parts_of(key);
    for (const std::string& part : parts)
        if (part != "*" && key_text(part) != part)
            throw InputError(change.where, toml_text(std::string_view(key)), "", "not a key", "names joined by dots");
    const Value value = parse_value(key, trimmed(std::string_view(change.assignment).substr(equals + 1)), change.where);
    Assignment(value, change.where).set(document, spec, parts, "");
}

}  // namespace polykarma
