#include <fmt/format.h>

#include <iostream>

#include "command.hpp"
#include "config/schema.hpp"

namespace polykarma::cli {
namespace po = boost::program_options;

int keys(const std::vector<std::string>& arguments, const Context& context) {
    Options options("keys [OPTIONS]", "Every key of an economy file: type, default, range, unit, meaning.",
                    "Examples\n  polykarma keys --study\n  polykarma keys --schema > economy.schema.json\n");
    options.add()("study", "the keys of a study file instead")("schema", "as a JSON schema, for editors and other tools");
    if (!options.parse(arguments, context)) return kSuccess;
    if (!context.ranks.is_root()) return kSuccess;
    const bool study = options.has("study");
    if (options.has("schema"))
        std::cout << (study ? study_schema() : economy_schema());
    else
        std::cout << keys_text(study ? study_keys() : economy_keys());
    return kSuccess;
}

}  // namespace polykarma::cli
