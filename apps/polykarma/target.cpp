#include "target.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "command.hpp"

namespace polykarma::cli {

namespace fs = std::filesystem;

std::optional<fs::path> Target::known_values() const {
    for (const char* const name : {"published.csv", "regression.csv"})
        if (fs::exists(folder / name)) return folder / name;
    return {};
}

std::vector<Target> targets(const fs::path& inputs) {
    const fs::path papers = inputs / "paper";
    std::vector<Target> found;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(papers, error), end; !error && entry != end; entry.increment(error)) {
        if (entry->path().filename() != "study.toml") continue;
        const fs::path folder = entry->path().parent_path();
        std::string name = folder.lexically_relative(papers).string();
        std::ranges::replace_if(
            name, [](char c) { return c == '/' || c == '_'; }, '-');
        found.push_back({std::move(name), folder});
    }
    std::ranges::sort(found, {}, &Target::name);
    return found;
}

Target find_target(const fs::path& inputs, const std::string& name) {
    std::vector<Target> meant;
    for (const Target& target : targets(inputs)) {
        if (target.name == name) return target;
        if (target.name.ends_with("-" + name)) meant.push_back(target);
    }
    if (meant.empty()) throw UsageError("unknown name " + name + " (see polykarma reproduce --list)");
    if (meant.size() > 1)
        throw UsageError(fmt::format("{} (may be {} or {}): the whole name", name, meant[0].name, meant[1].name));
    return meant.front();
}

}  // namespace polykarma::cli
