#include "config/economy_numbers.hpp"

#include <fmt/format.h>

#include "config/document.hpp"
#include "config/overrides.hpp"
#include "config/reader.hpp"
#include "config/schema.hpp"
#include "config/suggestion.hpp"
#include "config/value_text.hpp"

namespace polykarma {
namespace {

/// Adds every number below a value that the parts lead to.
void collect(const Value& value, std::span<const std::string> parts, std::vector<double>& found) {
    if (parts.empty()) {
        if (const auto* integer = std::get_if<std::int64_t>(&value.content))
            found.push_back(static_cast<double>(*integer));
        else if (const auto* number = std::get_if<double>(&value.content))
            found.push_back(*number);
        else if (const auto* text = value.text())
            if (const auto ratio = parse_rational(*text)) found.push_back(*ratio);
    } else if (const ValueTable* entries = value.table()) {
        for (const Entry& entry : *entries)
            if (parts[0] == "*" || parts[0] == entry.key) collect(entry.value, parts.subspan(1), found);
    } else if (const ValueArray* items = value.array()) {
        for (std::size_t i = 0; i < items->size(); ++i) {
            const Value* name = (*items)[i].find("name");
            const bool named = name != nullptr && name->text() != nullptr && *name->text() == parts[0];
            if (named || parts[0] == "*" || parts[0] == std::to_string(i))
                collect((*items)[i], parts.subspan(1), found);
        }
    }
}

/// What a key names, elements of lists and `*` included. Calls refuse(why, allowed) unless that is a scalar.
template <class Refuse>
const KeySpec& scalar_of(std::string_view key, const Refuse& refuse) {
    const auto parts = parts_of(key);
    const KeySpec* node = &economy_spec();
    std::size_t at = 0;
    while (at < parts.size() && node->kind != KeySpec::Kind::value) {
        const KeySpec* child = node->find(parts[at]);
        if (child == nullptr) refuse(parts[at] + " is an unknown key", did_you_mean(parts[at], node->child_names()));
        node = child;
        at += node->kind == KeySpec::Kind::tables ? 2 : 1;
    }
    const std::size_t depth = node->array_depth + (node->by.empty() ? 0 : 1);
    if (node->kind != KeySpec::Kind::value || parts.size() != at + depth)
        refuse("is no single value: " + node->type_text(), "a key such as resource.*.capacity or exchange.worth.1");
    return *node;
}

std::string assignment(std::string_view key, double number) { return fmt::format("{}={}", key, number); }

}  // namespace

void require_number_key(std::string_view key, const SourceLocation& where, const std::string& what) {
    const auto refuse = [&](const std::string& why, const std::string& allowed) {
        throw InputError(where, what, toml_text(key), why, allowed);
    };
    const KeySpec& spec = scalar_of(key, refuse);
    if (spec.scalar != KeySpec::Scalar::number)
        refuse("is no real number: " + spec.type_text(), "a key whose values are real numbers");
    if (parts_of(key).front() == "solver")
        refuse("says how the equilibrium is searched for", "a number of the economy itself");
}

std::vector<double> numbers_at(const EconomyConfig& economy, std::string_view key) {
    std::vector<double> found;
    collect(parse_document(to_toml(economy), "economy"), parts_of(key), found);
    return found;
}

std::string type_of_share(std::string_view key) {
    const auto parts = parts_of(key);
    return parts.size() == 3 && parts[0] == "type" && parts[2] == "share" ? parts[1] : std::string();
}

EconomyConfig with_number(const EconomyConfig& economy, std::string_view key, double number,
                          const SourceLocation& where) {
    std::vector<Override> changes{{assignment(key, number), where}};
    if (const std::string changed = type_of_share(key); !changed.empty()) {
        const double before = numbers_at(economy, key).at(0);
        for (const TypeConfig& type : economy.types) {
            if (type.name == changed) continue;
            const double share = type.share * (1.0 - number) / (1.0 - before);
            changes.push_back({assignment("type." + type.name + ".share", share), where});
        }
    }
    return parse_economy_with(to_toml(economy), where.file, changes);
}

}  // namespace polykarma
