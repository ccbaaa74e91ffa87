#include "start_option.hpp"

#include <algorithm>
#include <filesystem>

#include "config/choices.hpp"
#include "io/stored_equilibrium.hpp"

namespace polykarma::cli {

StartFrom start_option(const std::string& value, std::vector<std::string>& overrides) {
    const auto& rules = ChoiceNames<PolicyStart>::names;
    if (std::find(rules.begin(), rules.end(), value) != rules.end()) {
        overrides.push_back("solver.start=" + value);
        return {};
    }
    std::error_code ignored;
    if (!std::filesystem::exists(value, ignored))
        throw InputError({}, "--start", value, "neither a rule nor a file", "even, zero, proportional, or a result file");
    return [value](const MultiKarma& game) {
        SocialState state = read_social_state(value, "/", game.layout());
        const Certificate c = certify(game, state.mass, state.response).certificate;
        if (!(c.mass_error <= kConservationTolerance && c.karma_error <= kConservationTolerance))
            throw InputError({}, "--start", value, "its state holds other karma or other shares than this economy",
                             "a state of an economy with the same types, urgencies, accounts and mean karma");
        return StartState{value, std::move(state.mass), std::move(state.response)};
    };
}

}  // namespace polykarma::cli
