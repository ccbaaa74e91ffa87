#pragma once

#include <cmath>

#include "equilibrium/leading_eigenvalue.hpp"
#include "equilibrium/step_derivative.hpp"

namespace polykarma {

/// The leading eigenvalue of one step of the evolutionary dynamics at a logit equilibrium, restricted to changes that
/// keep the mass of every type and all karma: whether the dynamics returns to it. Depends on lambda, step and response
/// rate of the settings; nothing else of them counts. Every rank passes its parts and gets the same numbers.
/// Memory: some tens of vectors of states and active actions.
template <Game G>
Stability stability(const G& game, const EvolutionSettings& settings, const Field& mass, const SparseResponse& response,
                    const Collective& ranks = Collective::serial()) {
    constexpr std::size_t kDimension = 40;
    constexpr long kMostProducts = 4000;
    constexpr double kDecided = 1e-3;     // of the distance from one that the residual may have
    constexpr double kNegligible = 1e-7;  // about what differences leave of a residual
    const FlushDenormals guard;
    StepDerivative<G> derivative(game, settings, mass, response, ranks);
    LeadingEigenvalue<SegmentProducts> search(derivative.size(), kDimension, derivative.products());
    derivative.scatter(search.start());
    derivative.project(search.start());
    const RitzPair leading =
        search.find([&](std::span<const double> in, std::span<double> out) { derivative.apply(in, out); },
                    [&](const std::complex<double>& value, double residual) {
                        return residual < std::max(kNegligible, kDecided * std::abs(std::abs(value) - 1.0));
                    },
                    kMostProducts);
    return {leading.value.real(), leading.value.imag(),   leading.residual, leading.products,
            settings.step,        settings.response_rate, settings.lambda};
}

}  // namespace polykarma
