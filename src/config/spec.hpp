#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/key.hpp"
#include "config/value_text.hpp"

namespace polykarma {

/// What may stand in a file: the declarations of `describe` as data, for whatever does not need the structs.
struct KeySpec {
    enum class Kind { value, table, tables };
    enum class Scalar { text, number, integer, boolean, choice, anything };

    std::string name;
    Kind kind = Kind::table;
    std::string help;
    std::vector<KeySpec> children;  ///< of a table; of one element of a list of tables
    std::size_t min_size = 0;       ///< of a list of tables
    std::size_t max_size = 0;       ///< of a list of tables or an array
    std::string used_when;

    // Of a value.
    Scalar scalar = Scalar::text;
    std::size_t array_depth = 0;  ///< arrays of arrays of the scalar
    std::string by;               ///< a table with one entry per element of this list, holding what is above
    bool all_entries = false;     ///< of a table `by`: no entry may be left out
    std::vector<std::string> choices;
    bool required = false;
    bool identifier = false;
    bool rational = false;
    std::string standard;       ///< the default as TOML; empty when there is none
    std::string standard_text;  ///< the default in words, where it is no constant
    Bounds range;
    std::string unit;

    [[nodiscard]] const KeySpec* find(std::string_view child) const;
    [[nodiscard]] std::vector<std::string> child_names() const;
    /// "number", "array of arrays of number", "one of active, all", ...
    [[nodiscard]] std::string type_text() const;
    /// The allowed values in words, as they appear behind a message.
    [[nodiscard]] std::string allowed_text() const;
};

/// Visitor that collects the declarations of one struct.
class SpecBuilder {
public:
    explicit SpecBuilder(KeySpec& parent) : parent_(parent) {}

    template <class T>
    void field(T&, const Key<std::type_identity_t<T>>& key) {
        add_value<T>(key);
    }

    template <class T>
    void by_name(std::vector<T>&, std::string_view list, const std::type_identity_t<std::optional<T>>& rest,
                 const Key<std::type_identity_t<std::vector<T>>>& key) {
        KeySpec& spec = add_value<T>(key);
        spec.by = list;
        spec.all_entries = !rest;
    }

    template <class S, class... Context>
    void tables(std::vector<S>&, const ListKey& key, const Context&... context) {
        KeySpec& spec = add(key.name, KeySpec::Kind::tables, key.help);
        spec.min_size = key.min_size;
        spec.max_size = key.max_size;
        spec.used_when = key.used_when;
        collect<S>(spec, context...);
    }

    template <class S, class... Context>
    void table(S&, const TableKey& key, const Context&... context) {
        KeySpec& spec = add(key.name, KeySpec::Kind::table, key.help);
        spec.used_when = key.used_when;
        collect<S>(spec, context...);
    }

    template <class Keys>
    void group(const TableKey& key, Keys&& keys) {
        SpecBuilder inner(add(key.name, KeySpec::Kind::table, key.help));
        keys(inner);
    }

private:
    template <class S, class... Context>
    static void collect(KeySpec& spec, const Context&... context) {
        S example{};
        SpecBuilder inner(spec);
        describe(inner, example, context...);
    }

    KeySpec& add(std::string_view name, KeySpec::Kind kind, std::string_view help);

    /// T: the type of the value, or of the entries of a table by name.
    template <class T, class K>
    KeySpec& add_value(const Key<K>& key) {
        KeySpec& spec = add(key.name, KeySpec::Kind::value, key.help);
        set_type<T>(spec);
        spec.max_size = key.max_size;
        spec.required = !key.standard && key.used_when.empty();
        spec.identifier = key.identifier;
        spec.rational = key.rational;
        if (key.standard && key.standard_text.empty()) spec.standard = value_text(*key.standard, key.rational);
        spec.standard_text = key.standard_text;
        spec.range = key.range;
        spec.unit = key.unit;
        spec.used_when = key.used_when;
        return spec;
    }

    template <class T>
    static void set_type(KeySpec& spec) {
        using Scalar = KeySpec::Scalar;
        if constexpr (IsVector<T>::value) {
            ++spec.array_depth;
            set_type<typename T::value_type>(spec);
        } else if constexpr (std::is_enum_v<T>) {
            spec.scalar = Scalar::choice;
            spec.choices.assign(ChoiceNames<T>::names.begin(), ChoiceNames<T>::names.end());
        } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, StudyStart>) {
            spec.scalar = Scalar::text;
        } else if constexpr (std::is_same_v<T, bool>) {
            spec.scalar = Scalar::boolean;
        } else if constexpr (std::is_same_v<T, AnyValue>) {
            spec.scalar = Scalar::anything;
        } else {
            spec.scalar = std::is_integral_v<T> ? Scalar::integer : Scalar::number;
        }
    }

    KeySpec& parent_;
};

/// The declarations of a whole file.
template <class Config>
[[nodiscard]] KeySpec spec_of(std::string_view name) {
    KeySpec spec;
    spec.name = name;
    Config example{};
    SpecBuilder builder(spec);
    describe(builder, example);
    return spec;
}

}  // namespace polykarma
