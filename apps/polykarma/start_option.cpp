#include "start_option.hpp"

#include <filesystem>

#include "config/study_start.hpp"
#include "io/stored_equilibrium.hpp"

namespace polykarma::cli {

StartFrom start_option(const std::string& value, std::vector<Override>& overrides) {
    if (const auto start = find_start(value)) {
        for (const std::string& assignment : start->overrides)
            overrides.push_back({assignment, {"--start " + value, 0}});
        return {};
    }
    std::error_code ignored;
    if (!std::filesystem::exists(value, ignored))
        throw InputError({}, "--start", value, "neither a start nor a file",
                         std::string(kStartNames) + ", or a result file");
    return [value](const auto& game, const Part& part, const Collective& ranks) {
        SocialState state = read_social_state(value, "/", part, ranks);
        const Certificate c = certify(game, state.mass, state.response, ranks).certificate;
        if (!(c.mass_error <= kConservationTolerance && c.karma_error <= kConservationTolerance))
            throw InputError({}, "--start", value, "its state holds other karma or other shares than this economy",
                             "a state of an economy with the same types, urgencies, accounts and mean karma");
        return StartState{value, std::move(state.mass), std::move(state.response)};
    };
}

}  // namespace polykarma::cli
