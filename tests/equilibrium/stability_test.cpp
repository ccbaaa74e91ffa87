// The leading eigenvalue of the linearised dynamics against what the dynamics does.
#include "equilibrium/stability.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "equilibrium/accelerated.hpp"
#include "equilibrium/start.hpp"
#include "support/partitioned.hpp"
#include "support/small_economy.hpp"

namespace polykarma {
namespace {

SolveOutcome equilibrium(const MultiKarma& game, EvolutionSettings settings) {
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    settings.stationarity = 1e-11;
    settings.bellman = 1e-11;
    settings.gain = 1.0;
    return accelerate(game, settings, mass, even_response(whole(game)));
}

/// Karma of the second resource is worth less, and is handed out to all: bids chase each other, and the dynamics cycles.
MultiKarma cycling() {
    return MultiKarma(
        test::small_economy({6, 5}, {2.1, 1.75}, Exchange::from_worth({1.0, 2.0 / 3.0}), Redistribution::all));
}

/// Sharp responses, and soft ones.
EvolutionSettings soft() {
    EvolutionSettings settings;
    settings.lambda = 20.0;
    return settings;
}

double distance(const Field& a, const Field& b) {
    double sum = 0.0;
    for (std::size_t x = 0; x < a.all().size(); ++x) sum += std::abs(a.all()[x] - b.all()[x]);
    return sum;
}

/// Some karma moved from state to state at every stage, mass and karma kept: d (1 + size * projected noise).
Field disturbed(const MultiKarma& game, const Field& mass, double size) {
    Field result = mass;
    for (const auto r : Range<Stage>(game.layout().stages())) {
        ConservedQuantities<MultiKarma> conserved(game, mass.part(), Collective::serial(), r);
        conserved.orthogonalize(mass.stage(r));
        std::vector<double> change;
        for (const double d : mass.stage(r)) change.push_back(d * std::sin(3.0 + 7.0 * static_cast<double>(change.size())));
        conserved.project(mass.stage(r), change);
        for (std::size_t x = 0; x < change.size(); ++x) result.stage(r)[x] += size * change[x];
    }
    return result;
}

/// By how much the distance from an equilibrium changes in a step, on the average over many steps, after some others.
double observed_rate(const MultiKarma& game, const SolveOutcome& found, const EvolutionSettings& settings, double size,
                     int before, int steps) {
    Evolution<MultiKarma> calm(game, settings, found.mass, dense_response(found.response));
    Evolution<MultiKarma> evolution(game, settings, disturbed(game, found.mass, size), dense_response(found.response));
    double first = 0.0;
    for (int step = 0; step < before + steps; ++step) {
        if (step == before) first = distance(evolution.mass(), calm.mass());
        static_cast<void>(evolution.step());
    }
    return std::pow(distance(evolution.mass(), calm.mass()) / first, 1.0 / steps);
}

TEST(X, Y) {
    for (const auto& [name, game, settings] :
         {std::tuple{"lane soft", MultiKarma(test::one_lane()), soft()},
          {"lane", MultiKarma(test::one_lane()), EvolutionSettings{}},
          {"two soft", MultiKarma(test::small_economy({5, 4}, {1.5, 1.0}, Exchange::from_worth({1.0, 1.5}), Redistribution::active)), soft()},
          {"cycling", cycling(), EvolutionSettings{}}}) {
        const auto found = equilibrium(game, settings);
        EvolutionSettings at = settings;
        at.lambda = found.lambda;
        const Stability s = stability(game, at, found.mass, found.response);
        std::printf("%s: %s lambda %g, %.8f %+.8f i, |mu| %.8f residual %.1e products %ld\n", name,
                    std::string(to_string(found.reason)).c_str(), found.lambda, s.real, s.imaginary, s.modulus(), s.residual, s.products);
        for (int before : {100, 300, 1000})
            std::printf("   observed %.8f\n", observed_rate(game, found, at, 1e-5, before, 200));
    }
}

}  // namespace
}  // namespace polykarma
