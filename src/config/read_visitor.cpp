#include "config/read_visitor.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "config/suggestion.hpp"

namespace polykarma {
namespace {

[[noreturn]] void wrong_type(const Value& value, const std::string& name, std::string_view expected,
                             const std::string& allowed) {
    throw InputError(value.where, name, short_text(value),
                     fmt::format("expected {}, found {}", expected, kind_of(value)), allowed);
}

void check_range(const Value& value, const std::string& name, const KeySpec& spec, double number) {
    if (!std::isfinite(number))
        throw InputError(value.where, name, short_text(value), "not a finite number", spec.allowed_text());
    if (!spec.range.contains(number))
        throw InputError(value.where, name, short_text(value), "out of range", spec.allowed_text());
}

bool is_identifier(std::string_view text) {
    constexpr std::size_t longest = 64;
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return !text.empty() && text.size() <= longest && is_letter(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

/// A nonnegative integer of at most nine digits: larger ones lose nothing but meaning.
std::optional<int> whole_number(std::string_view digits) {
    int number = 0;
    const char* end = digits.data() + digits.size();
    if (digits.empty() || digits.size() > 9 || digits.front() == '-') return std::nullopt;
    const auto [at, error] = std::from_chars(digits.data(), end, number);
    return error == std::errc{} && at == end ? std::optional(number) : std::nullopt;
}

}  // namespace

void throw_at(const ReadState& state, const std::string& written, const std::string& key, const std::string& why,
              const std::string& allowed) {
    const auto found = state.sources.find(written);
    throw InputError(found == state.sources.end() ? state.sources.at("") : found->second, key, "", why, allowed);
}

std::string dotted(std::string_view path, std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

std::optional<double> parse_rational(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto top = whole_number(text.substr(0, slash));
    const auto bottom = slash == std::string_view::npos ? std::optional(1) : whole_number(text.substr(slash + 1));
    if (!top || !bottom || *bottom == 0) return std::nullopt;
    return static_cast<double>(*top) / *bottom;
}

std::string rational_text(double number) {
    constexpr int largest_denominator = 64;
    constexpr std::size_t short_digits = 8;
    const std::string digits = toml_text(number);
    if (digits.size() <= short_digits || !(number > 0.0) || number > 1e6) return digits;
    for (int q = 2; q <= largest_denominator; ++q) {
        const double p = std::round(number * q);
        if (p > 0.0 && p / q == number) return fmt::format("\"{}/{}\"", p, q);
    }
    return digits;
}

Reader::Reader(const Value& table, const KeySpec& spec, std::string path, ReadState& state, SourceLocation where)
    : table_(table), spec_(spec), path_(std::move(path)), state_(state), where_(std::move(where)) {
    const ValueTable* entries = table.table();
    if (entries == nullptr) wrong_type(table, path_, "a table", "");
    for (const Entry& entry : *entries) {
        if (spec.find(entry.key) != nullptr) continue;
        throw InputError(entry.where, dotted(path_, key_text(entry.key)), "", "unknown key",
                         did_you_mean(entry.key, spec.child_names()));
    }
}

void Reader::refuse_presence(const KeySpec& spec) const {
    if (const Value* value = table_.find(spec.name))
        throw InputError(value->where, dotted(path_, spec.name), short_text(*value), "has no effect here",
                         "allowed when " + spec.used_when);
}

const Value* Reader::take(const KeySpec& spec, const std::string& name, bool used, bool required) {
    const Value* value = table_.find(spec.name);
    if (!used) refuse_presence(spec);
    if (value == nullptr) {
        if (used && required) missing(where_, name, spec);
        return nullptr;
    }
    state_.sources[name] = value->where;
    return value;
}

std::vector<Reader::Element> Reader::elements(const KeySpec& spec) {
    const std::string path = dotted(path_, spec.name);
    const Value* list = table_.find(spec.name);
    const std::string allowed = fmt::format("{} to {} tables [[{}]]", spec.min_size, spec.max_size, path);
    if (list == nullptr) {
        if (spec.min_size > 0) throw InputError(where_, path, "", "is missing", allowed);
        return {};
    }
    const ValueArray* items = list->array();
    if (items == nullptr) wrong_type(*list, path, "a list of tables", fmt::format("[[{}]]", path));
    if (items->size() < spec.min_size || items->size() > spec.max_size)
        throw InputError(list->where, path, "", fmt::format("has {} elements", items->size()), allowed);
    state_.sources[path] = list->where;
    std::vector<Element> out;
    for (std::size_t i = 0; i < items->size(); ++i) {
        const Value& item = (*items)[i];
        const Value* name = item.find("name");
        const std::string* text = name == nullptr ? nullptr : name->text();
        out.push_back({&item, dotted(path, text != nullptr && is_identifier(*text) ? *text : std::to_string(i))});
        state_.sources[out.back().path] = item.where;
    }
    return out;
}

void Reader::add_name(const KeySpec& spec, const Element& element, const std::string& name) {
    std::vector<std::string>& names = state_.names[spec.name];
    if (std::ranges::find(names, name) != names.end())
        throw InputError(element.table->where, dotted(element.path, "name"), toml_text(std::string_view(name)),
                         fmt::format("another {} has this name", spec.name), "names are unique");
    names.push_back(name);
}

Reader Reader::inner(std::string_view name) {
    static const Value nothing{ValueTable{}, {}};
    const Value* value = table_.find(name);
    const std::string path = dotted(path_, name);
    if (value == nullptr) return {nothing, *spec_.find(name), path, state_, where_};
    state_.sources[path] = value->where;
    return {*value, *spec_.find(name), path, state_, value->where};
}

void Reader::check_names(const Value& value, const std::string& path, const std::vector<std::string>& names,
                         std::string_view list) {
    if (value.table() == nullptr) wrong_type(value, path, "a table", fmt::format("one entry per {}", list));
    for (const Entry& entry : *value.table())
        if (std::ranges::find(names, entry.key) == names.end())
            throw InputError(entry.where, dotted(path, key_text(entry.key)), "",
                             fmt::format("no {} has this name", list), did_you_mean(entry.key, names));
}

void Reader::missing(const SourceLocation& table, const std::string& name, const KeySpec& spec) {
    const std::string allowed = spec.allowed_text();
    throw InputError(table, name, "", "is missing", spec.type_text() + (allowed.empty() ? "" : ", " + allowed));
}

void Reader::read(const Value& value, const std::string& name, const KeySpec& spec, double& out) const {
    if (const auto* integer = std::get_if<std::int64_t>(&value.content)) {
        out = static_cast<double>(*integer);
    } else if (const auto* number = std::get_if<double>(&value.content)) {
        out = *number;
    } else if (const std::string* text = value.text(); text != nullptr && spec.rational) {
        const auto rational = parse_rational(*text);
        if (!rational)
            throw InputError(value.where, name, short_text(value), "not a ratio", "a number or a string like \"3/2\"");
        out = *rational;
    } else {
        wrong_type(value, name, "a number", spec.allowed_text());
    }
    check_range(value, name, spec, out);
}

void Reader::read(const Value& value, const std::string& name, const KeySpec& spec, int& out) const {
    const auto* integer = std::get_if<std::int64_t>(&value.content);
    if (integer == nullptr) wrong_type(value, name, "an integer", spec.allowed_text());
    check_range(value, name, spec, static_cast<double>(*integer));
    out = static_cast<int>(*integer);
}

void Reader::read(const Value& value, const std::string& name, const KeySpec& spec, bool& out) const {
    const bool* truth = std::get_if<bool>(&value.content);
    if (truth == nullptr) wrong_type(value, name, "true or false", spec.allowed_text());
    out = *truth;
}

void Reader::read(const Value& value, const std::string& name, const KeySpec& spec, std::string& out) const {
    const std::string* text = value.text();
    if (text == nullptr) wrong_type(value, name, "a string", spec.allowed_text());
    if (spec.identifier && !is_identifier(*text))
        throw InputError(value.where, name, short_text(value), "not a name", spec.allowed_text());
    out = *text;
}

void Reader::read(const Value& value, const std::string&, const KeySpec&, AnyValue& out) const {
    out = {toml_text(value), value.where};
}

void Reader::read(const Value& value, const std::string& name, const KeySpec& spec, StudyStart& out) const {
    const std::string* text = value.text();
    if (text == nullptr) wrong_type(value, name, "a string", spec.allowed_text());
    const auto start = find_start(*text);
    if (!start) throw InputError(value.where, name, short_text(value), "unknown start", std::string(kStartNames));
    out = *start;
}

std::size_t Reader::read_choice(const Value& value, const std::string& name, const KeySpec& spec) {
    const std::string* text = value.text();
    if (text == nullptr) wrong_type(value, name, "a string", spec.allowed_text());
    const auto it = std::ranges::find(spec.choices, *text);
    if (it == spec.choices.end())
        throw InputError(value.where, name, short_text(value), "unknown choice", spec.allowed_text());
    return static_cast<std::size_t>(it - spec.choices.begin());
}

const ValueArray& Reader::read_array(const Value& value, const std::string& name, const KeySpec& spec) {
    const ValueArray* items = value.array();
    if (items == nullptr) wrong_type(value, name, "an array", spec.allowed_text());
    if (items->size() > spec.max_size)
        throw InputError(value.where, name, short_text(value), fmt::format("has {} elements", items->size()),
                         fmt::format("at most {}", spec.max_size));
    return *items;
}

}  // namespace polykarma
