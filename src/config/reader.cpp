#include "config/reader.hpp"

#include "config/consistency.hpp"
#include "config/describe.hpp"
#include "config/document.hpp"
#include "config/overrides.hpp"
#include "config/read_visitor.hpp"
#include "config/schema.hpp"
#include "config/write_visitor.hpp"

namespace polykarma {

EconomyConfig parse_economy_with(std::string_view text, const std::string& file_name,
                                 std::span<const Override> overrides) {
    Value document = parse_document(text, file_name);
    if (const Value* base = document.find("base"))
        throw InputError(base->where, "base", short_text(*base), "this is a study of economies, not an economy",
                         "polykarma sweep takes studies");
    for (const Override& change : overrides) apply_override(document, economy_spec(), change);
    ReadState state;
    EconomyConfig economy = read_config<EconomyConfig>(document, economy_spec(), state);
    economy.sources = std::move(state.sources);
    make_consistent(economy);
    return economy;
}

EconomyConfig parse_economy(std::string_view text, const std::string& file_name,
                            std::span<const std::string> overrides) {
    std::vector<Override> changes;
    for (const std::string& assignment : overrides) changes.push_back(command_line_override(assignment));
    return parse_economy_with(text, file_name, changes);
}

EconomyConfig read_economy(const std::filesystem::path& file, std::span<const std::string> overrides) {
    return parse_economy(read_text(file), file.string(), overrides);
}

EconomyConfig read_economy_with(const std::filesystem::path& file, std::span<const Override> overrides) {
    return parse_economy_with(read_text(file), file.string(), overrides);
}

std::string to_toml(const EconomyConfig& economy) {
    EconomyConfig copy = economy;  // `describe` serves readers too and takes its struct by reference
    std::string out;
    Writer::Names names;
    Writer writer(out, "", names);
    describe(writer, copy);
    return out;
}

}  // namespace polykarma
