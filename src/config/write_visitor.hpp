#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/key.hpp"
#include "config/value_text.hpp"

namespace polykarma {

/// Visitor that writes a struct as TOML, every default spelled out, in the order of `describe`.
class Writer {
public:
    using Names = std::map<std::string, std::vector<std::string>, std::less<>>;  ///< list -> names of its elements

    Writer(std::string& out, std::string path, Names& names) : out_(out), path_(std::move(path)), names_(names) {}

    template <class T>
    void field(const T& member, const Key<std::type_identity_t<T>>& key) {
        if (!key.used) return;
        if constexpr (IsVector<T>::value) {
            if (member.empty()) return;
        }
        line(key.name, value_text(member, key.rational));
    }

    template <class T>
    void by_name(const std::vector<T>& member, std::string_view list, const std::type_identity_t<std::optional<T>>&,
                 const Key<std::type_identity_t<std::vector<T>>>& key) {
        if (!key.used || member.empty()) return;
        const std::vector<std::string>& names = names_[std::string(list)];
        std::string entries;
        for (std::size_t i = 0; i < member.size() && i < names.size(); ++i)
            entries += (i == 0 ? "" : ", ") + names[i] + " = " + value_text(member[i], key.rational);
        line(key.name, "{ " + entries + " }");
    }

    template <class S, class... Context>
    void tables(std::vector<S>& members, const ListKey& key, const Context&... context) {
        for (S& member : members) {
            names_[std::string(key.name)].push_back(member.name);
            const std::string path = joined(key.name);
            out_ += "\n[[" + path + "]]\n";
            Writer writer(out_, path, names_);
            describe(writer, member, context...);
        }
    }

    template <class S, class... Context>
    void table(S& member, const TableKey& key, const Context&... context) {
        if (!key.used) return;
        Writer writer = inner(key.name);
        describe(writer, member, context...);
    }

    template <class Keys>
    void group(const TableKey& key, Keys&& keys) {
        Writer writer = inner(key.name);
        keys(writer);
    }

private:
    [[nodiscard]] std::string joined(std::string_view name) const {
        return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
    }

    Writer inner(std::string_view name) {
        out_ += "\n[" + joined(name) + "]\n";
        return {out_, joined(name), names_};
    }

    void line(std::string_view name, const std::string& value) { out_ += std::string(name) + " = " + value + "\n"; }

    std::string& out_;
    std::string path_;
    Names& names_;
};

}  // namespace polykarma
