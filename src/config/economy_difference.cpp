#include "config/economy_difference.hpp"

#include <fmt/format.h>

#include <sstream>
#include <utility>
#include <vector>

#include "config/reader.hpp"

namespace polykarma {
namespace {

/// A dotted key and what it is set to.
using Setting = std::pair<std::string, std::string>;

/// The keys of a resolved economy in their order. Elements of lists of tables go by their names.
std::vector<Setting> settings_of(const EconomyConfig& economy) {
    EconomyConfig game = economy;
    game.title.clear();
    game.description.clear();
    game.solver = {};
    // The lattice of a search is none of the rules: accounts of a pairwise game have no bound.
    game.contest.k_max = game.contest.largest_k_max = 0;
    std::istringstream text(to_toml(game));
    std::vector<Setting> settings;
    std::string table, list_table, element;
    for (std::string line; std::getline(text, line);) {
        if (line.starts_with('[')) {
            const bool list = line.starts_with("[[");
            table = line.substr(list ? 2 : 1, line.find(']') - (list ? 2 : 1));
            if (list) element.clear(), list_table = table;
            continue;
        }
        const auto equals = line.find(" = ");
        if (equals == std::string::npos || table.starts_with("solver")) continue;
        const std::string key = line.substr(0, equals), value = line.substr(equals + 3);
        if (key == "name" && element.empty()) element = value.substr(1, value.size() - 2);
        // [type.chain] belongs to the latest [[type]].
        std::string path = table;
        const bool of_element = table == list_table || table.starts_with(list_table + '.');
        if (!element.empty() && of_element) path.insert(list_table.size(), "." + element);
        settings.emplace_back(path.empty() ? key : path + "." + key, value);
    }
    return settings;
}

}  // namespace

std::optional<std::string> first_difference(const EconomyConfig& economy, const EconomyConfig& other) {
    const auto ours = settings_of(economy), theirs = settings_of(other);
    for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
        if (i >= ours.size()) return fmt::format("{} = {} is not there", theirs[i].first, theirs[i].second);
        if (i >= theirs.size()) return fmt::format("{} = {} is only there", ours[i].first, ours[i].second);
        if (ours[i].first != theirs[i].first)
            return fmt::format("{} = {} stands where {} = {} is", ours[i].first, ours[i].second, theirs[i].first,
                               theirs[i].second);
        if (ours[i].second != theirs[i].second)
            return fmt::format("{} is {}, not {}", ours[i].first, ours[i].second, theirs[i].second);
    }
    return {};
}

}  // namespace polykarma
