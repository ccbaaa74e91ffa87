#include "config/schema.hpp"

#include <cmath>

#include <fmt/format.h>

#include "config/describe.hpp"
#include "config/json_text.hpp"
#include "config/study_keys.hpp"

namespace polykarma {
namespace {

std::string description(const KeySpec& spec) {
    std::string out = spec.help;
    if (!spec.used_when.empty()) out += "; allowed when " + spec.used_when;
    if (!spec.standard_text.empty()) out += "; default: " + spec.standard_text;
    return out;
}

void add_bounds(JsonObject& json, const Bounds& range) {
    if (std::isfinite(range.low)) json.add(range.low_excluded ? "exclusiveMinimum" : "minimum", toml_text(range.low));
    if (std::isfinite(range.high))
        json.add(range.high_excluded ? "exclusiveMaximum" : "maximum", toml_text(range.high));
}

void add_scalar(JsonObject& json, const KeySpec& spec) {
    switch (spec.scalar) {
        case KeySpec::Scalar::text:
            json.add_text("type", "string");
            if (spec.identifier) json.add_text("pattern", "^[A-Za-z_][A-Za-z0-9_-]{0,63}$");
            break;
        case KeySpec::Scalar::number:
            // Bounds and patterns bind only values of their own type.
            if (spec.rational)
                json.add("type", json_array({"number", "string"})).add_text("pattern", "^[0-9]+(/[0-9]+)?$");
            else
                json.add_text("type", "number");
            break;
        case KeySpec::Scalar::integer:
            json.add_text("type", "integer");
            break;
        case KeySpec::Scalar::boolean:
            json.add_text("type", "boolean");
            break;
        case KeySpec::Scalar::choice:
            json.add("enum", json_array(spec.choices));
            break;
        case KeySpec::Scalar::anything:
            break;
    }
    add_bounds(json, spec.range);
}

void add_type(JsonObject& json, const KeySpec& spec, std::size_t array_depth) {
    if (array_depth == 0) {
        add_scalar(json, spec);
        return;
    }
    JsonObject items;
    add_type(items, spec, array_depth - 1);
    json.add_text("type", "array").add("maxItems", std::to_string(spec.max_size)).add("items", items);
}

void add_properties(JsonObject& json, const KeySpec& spec);

JsonObject property(const KeySpec& spec) {
    JsonObject json;
    json.add_text("description", description(spec));
    if (spec.kind == KeySpec::Kind::table) {
        add_properties(json, spec);
    } else if (spec.kind == KeySpec::Kind::tables) {
        JsonObject items;
        add_properties(items, spec);
        json.add_text("type", "array").add("minItems", std::to_string(spec.min_size));
        json.add("maxItems", std::to_string(spec.max_size)).add("items", items);
    } else {
        json.add_text("unit", spec.unit);
        if (!spec.standard.empty()) json.add("default", spec.standard);
        if (spec.by.empty()) {
            add_type(json, spec, spec.array_depth);
        } else {
            JsonObject entry;
            add_type(entry, spec, spec.array_depth);
            json.add_text("type", "object").add("additionalProperties", entry);
        }
    }
    return json;
}

bool is_required(const KeySpec& spec) {
    if (!spec.used_when.empty()) return false;
    if (spec.kind == KeySpec::Kind::value) return spec.required;
    if (spec.kind == KeySpec::Kind::tables) return spec.min_size > 0;
    for (const KeySpec& child : spec.children)
        if (is_required(child)) return true;
    return false;
}

void add_properties(JsonObject& json, const KeySpec& spec) {
    JsonObject properties;
    std::vector<std::string> required;
    for (const KeySpec& child : spec.children) {
        properties.add(child.name, property(child));
        if (is_required(child)) required.push_back(child.name);
    }
    json.add_text("type", "object").add("additionalProperties", "false").add("properties", properties);
    if (!required.empty()) json.add("required", json_array(required));
}

std::string schema_text(const KeySpec& spec, std::string_view title) {
    JsonObject json;
    json.add_text("$schema", "https://json-schema.org/draft/2020-12/schema").add_text("title", title);
    add_properties(json, spec);
    return json.text() + "\n";
}

/// used_when: the condition on the table that the keys stand in
void add_keys(std::vector<KeyHelp>& out, const KeySpec& spec, const std::string& path, const std::string& used_when) {
    for (const KeySpec& child : spec.children) {
        const std::string key = path + child.name;
        const std::string& condition = child.used_when.empty() ? used_when : child.used_when;
        if (child.kind != KeySpec::Kind::value) {
            add_keys(out, child, key + (child.kind == KeySpec::Kind::tables ? ".*." : "."), condition);
            continue;
        }
        const std::string help = child.help + (condition.empty() ? "" : "; allowed when " + condition);
        out.push_back({key, child.type_text(), child.standard_text.empty() ? child.standard : child.standard_text,
                       child.scalar == KeySpec::Scalar::choice ? "" : child.allowed_text(), child.unit, help});
    }
}

std::vector<KeyHelp> keys_of(const KeySpec& spec) {
    std::vector<KeyHelp> out;
    add_keys(out, spec, "", "");
    return out;
}

}  // namespace

const KeySpec& economy_spec() {
    static const KeySpec spec = spec_of<EconomyConfig>("economy");
    return spec;
}

const KeySpec& study_spec() {
    static const KeySpec spec = spec_of<StudyConfig>("study");
    return spec;
}

std::vector<KeyHelp> economy_keys() { return keys_of(economy_spec()); }

std::vector<KeyHelp> study_keys() { return keys_of(study_spec()); }

std::string economy_schema() { return schema_text(economy_spec(), "polykarma economy"); }

std::string study_schema() { return schema_text(study_spec(), "polykarma study"); }

std::string keys_text(const std::vector<KeyHelp>& keys) {
    std::string out;
    for (const KeyHelp& key : keys) {
        out += fmt::format("{:32} {}", key.key, key.type);
        if (!key.standard.empty()) out += ", default " + key.standard;
        if (!key.range.empty()) out += ", " + key.range;
        if (!key.unit.empty()) out += " [" + key.unit + "]";
        out += fmt::format("\n{:32}   {}\n", "", key.help);
    }
    return out;
}

}  // namespace polykarma
