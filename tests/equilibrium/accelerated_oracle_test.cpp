// Random economies at the sharpness and the tolerances that a user gets: how many end in a certified equilibrium, and
// whether the certificate tells the truth to an enumeration that shares no kernel with it.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "certificate/certificate.hpp"
#include "equilibrium/accelerated.hpp"
#include "equilibrium/start.hpp"
#include "oracle/bridge.hpp"
#include "support/random_economy.hpp"

namespace polykarma {
namespace {

constexpr std::size_t kEconomies = 200;
/// Fewer would be a step back. Of the others, a few lose karma that finds no room, and most cycle from the start asked for.
constexpr std::size_t kCertified = 190;
/// What an economy file asks for when it says nothing.
constexpr Tolerance kTolerance{1e-6, 1e-4, 1e-2};

/// What the enumeration finds of a social state.
struct Found {
    double stationarity = 0.0;
    double gain_max = 0.0;    ///< largest lifetime gain in a visited state
    double gain_mean = 0.0;
};

Found enumerate(const test::RandomEconomy& economy, const MultiKarma& game, const SolveOutcome& outcome) {
    const Layout& layout = game.layout();
    const Response response = dense_response(outcome.response);
    const oracle::DenseEconomy dense(oracle::describe(economy.rules, economy.rates));
    const auto aggregates = oracle::dense_aggregates(dense, outcome.mass, response);
    std::vector<oracle::Values> mass;
    std::vector<oracle::Rows> rows;
    for (const auto r : Range<Stage>(layout.stages())) {
        mass.push_back(dense_values(dense, outcome.mass, r));
        rows.push_back(dense_rows(dense, r, response));
    }
    const oracle::DenseAgent agent(dense, aggregates);
    const auto followed = agent.value_of(rows), optimal = agent.optimal(followed);
    Found found;
    for (std::size_t r = 0; r < mass.size(); ++r) {
        const auto pushed = dense.push(r, aggregates[r], mass[r], rows[r]);
        for (std::size_t x = 0; x < pushed.size(); ++x) {
            found.stationarity += static_cast<double>(std::abs(pushed[x] - mass[dense.next(r)][x]));
            const double gain = static_cast<double>(optimal[r][x] - followed[r][x]);
            found.gain_mean += static_cast<double>(mass[r][x]) * gain / static_cast<double>(mass.size());
            if (mass[r][x] > kVisited) found.gain_max = std::max(found.gain_max, gain);
        }
    }
    return found;
}

/// Why a certificate does not meet what was asked for.
std::string lacks(const Certificate& c) {
    std::string what;
    const auto say = [&](bool lacking, const char* name) {
        if (lacking) what += std::string(what.empty() ? "" : ", ") + name;
    };
    say(!(c.stationarity <= kTolerance.stationarity), "not stationary");
    say(!(c.gain_mean <= kTolerance.gain), "gain");
    say(!(c.exploitability_mean <= kTolerance.exploitability), "exploitability");
    say(!(std::max(c.karma_error, c.karma_lost) <= kConservationTolerance), "karma");
    return what.empty() ? "something else" : what;
}

TEST(AcceleratedOracle, FindsEquilibriaOfRandomEconomies) {
    std::map<std::string, std::vector<std::uint64_t>> ends;
    std::size_t certified = 0;
    for (std::uint64_t seed = 0; seed < kEconomies; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const auto economy = test::roomy_economy(seed);
        const MultiKarma game(economy.rules);
        Field mass(whole(game));
        game.start_mass(KarmaStart::at_mean, mass);
        const SolveOutcome outcome = accelerate(game, EvolutionSettings{}, std::move(mass), even_response(whole(game)));
        const Certificate c = certify(game, outcome.mass, outcome.response).certificate;
        const std::string reason(to_string(outcome.reason));
        if (!meets(c, kTolerance)) {
            ends[reason + ", not certified: " + lacks(c)].push_back(seed);
            continue;
        }
        ++certified;
        ends[reason + ", certified"].push_back(seed);
        const Found found = enumerate(economy, game, outcome);
        EXPECT_NEAR(found.stationarity, c.stationarity, 1e-12);  // a few hundred entries, each accurate to 1e-15
        EXPECT_LE(found.stationarity, kTolerance.stationarity + 1e-12);
        EXPECT_LE(found.gain_max, c.exploitability_max + 1e-9);
        EXPECT_LE(found.gain_mean, c.exploitability_mean + 1e-9);
        EXPECT_LE(found.gain_mean, kTolerance.exploitability);
        EXPECT_GE(found.gain_max, -1e-12);
    }
    for (const auto& [end, seeds] : ends) {
        std::cout << seeds.size() << " " << end;
        if (!end.ends_with(", certified")) {
            std::cout << ": seeds";
            for (const std::uint64_t seed : seeds) std::cout << " " << seed;
        }
        std::cout << "\n";
    }
    EXPECT_GE(certified, kCertified) << "of " << kEconomies;
}

}  // namespace
}  // namespace polykarma
