#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/document.hpp"
#include "config/key.hpp"
#include "config/spec.hpp"

namespace polykarma {

/// What the readers of all tables of one file share.
struct ReadState {
    std::map<std::string, SourceLocation, std::less<>> sources;          ///< dotted key -> where it was set
    std::map<std::string, std::vector<std::string>, std::less<>> names;  ///< list -> names of its elements
};

/// Throws the InputError of a problem that shows once several keys are known, at the place where `written` was set, or
/// just in the file.
[[noreturn]] void throw_at(const ReadState& state, const std::string& written, const std::string& key,
                           const std::string& why, const std::string& allowed);

/// "a.b"; just b below the root.
[[nodiscard]] std::string dotted(std::string_view path, std::string_view name);

/// Visitor that fills a struct from a TOML table and throws InputError at the first problem.
class Reader {
public:
    /// Refuses unknown keys at once: a misspelt key is a better message than a missing one.
    /// `where` is named when a key is missing.
    Reader(const Value& table, const KeySpec& spec, std::string path, ReadState& state, SourceLocation where);

    template <class T>
    void field(T& member, const Key<std::type_identity_t<T>>& key) {
        const KeySpec& spec = *spec_.find(key.name);
        const std::string name = dotted(path_, key.name);
        if (const Value* value = take(spec, name, key.used, !key.standard))
            read(*value, name, spec, member);
        else
            member = key.standard.value_or(T{});
    }

    template <class T>
    void by_name(std::vector<T>& member, std::string_view list, const std::type_identity_t<std::optional<T>>& rest,
                 const Key<std::type_identity_t<std::vector<T>>>& key) {
        const KeySpec& spec = *spec_.find(key.name);
        const std::string path = dotted(path_, key.name);
        const std::vector<std::string>& names = state_.names[std::string(list)];
        const Value* value = take(spec, path, key.used, !key.standard);
        member.clear();
        if (!key.used || (value == nullptr && !rest)) return;
        if (value != nullptr) check_names(*value, path, names, list);
        for (const std::string& name : names) {
            const Value* entry = value == nullptr ? nullptr : value->find(name);
            if (entry == nullptr && !rest) missing(value->where, dotted(path, name), spec);
            member.push_back(rest.value_or(T{}));
            if (entry == nullptr) continue;
            state_.sources[dotted(path, name)] = entry->where;
            read(*entry, dotted(path, name), spec, member.back());
        }
    }

    template <class S, class... Context>
    void tables(std::vector<S>& members, const ListKey& key, const Context&... context) {
        const KeySpec& spec = *spec_.find(key.name);
        members.clear();
        if (!key.used) return refuse_presence(spec);
        for (const Element& element : elements(spec)) {
            Reader reader(*element.table, spec, element.path, state_, element.table->where);
            describe(reader, members.emplace_back(), context...);
            add_name(spec, element, members.back().name);
        }
    }

    template <class S, class... Context>
    void table(S& member, const TableKey& key, const Context&... context) {
        if (!key.used) return refuse_presence(*spec_.find(key.name));
        Reader reader = inner(key.name);
        describe(reader, member, context...);
    }

    template <class Keys>
    void group(const TableKey& key, Keys&& keys) {
        Reader reader = inner(key.name);
        keys(reader);
    }

private:
    struct Element {
        const Value* table;
        std::string path;
    };

    /// Throws if a key that has no effect is there.
    void refuse_presence(const KeySpec& spec) const;
    /// The value of a key; null when it is absent and need not be there. Records where it was set.
    const Value* take(const KeySpec& spec, const std::string& name, bool used, bool required);
    /// The tables of a list, addressed by their names, else by their positions.
    std::vector<Element> elements(const KeySpec& spec);
    void add_name(const KeySpec& spec, const Element& element, const std::string& name);
    Reader inner(std::string_view name);

    static void check_names(const Value& value, const std::string& path, const std::vector<std::string>& names,
                            std::string_view list);
    [[noreturn]] static void missing(const SourceLocation& table, const std::string& name, const KeySpec& spec);

    void read(const Value& value, const std::string& name, const KeySpec& spec, double& out) const;
    void read(const Value& value, const std::string& name, const KeySpec& spec, int& out) const;
    void read(const Value& value, const std::string& name, const KeySpec& spec, bool& out) const;
    void read(const Value& value, const std::string& name, const KeySpec& spec, std::string& out) const;
    void read(const Value& value, const std::string& name, const KeySpec& spec, AnyValue& out) const;
    void read(const Value& value, const std::string& name, const KeySpec& spec, StudyStart& out) const;
    static std::size_t read_choice(const Value& value, const std::string& name, const KeySpec& spec);
    static const ValueArray& read_array(const Value& value, const std::string& name, const KeySpec& spec);

    template <class E>
    requires std::is_enum_v<E>
    void read(const Value& value, const std::string& name, const KeySpec& spec, E& out) const {
        out = static_cast<E>(read_choice(value, name, spec));
    }

    template <class T>
    void read(const Value& value, const std::string& name, const KeySpec& spec, std::vector<T>& out) const {
        const ValueArray& items = read_array(value, name, spec);
        out.clear();
        out.reserve(items.size());
        for (std::size_t i = 0; i < items.size(); ++i) {
            const std::string item = dotted(name, std::to_string(i));
            // Rows have places of their own; a place per number would take more memory than the numbers.
            if (IsVector<T>::value) state_.sources[item] = items[i].where;
            read(items[i], item, spec, out.emplace_back());
        }
    }

    const Value& table_;
    const KeySpec& spec_;
    std::string path_;
    ReadState& state_;
    SourceLocation where_;
};

/// Reads a whole document.
template <class Config>
[[nodiscard]] Config read_config(const Value& document, const KeySpec& spec, ReadState& state) {
    Config config;
    state.sources[""] = {document.where.file, 0};
    Reader reader(document, spec, "", state, state.sources[""]);
    describe(reader, config);
    return config;
}

}  // namespace polykarma
