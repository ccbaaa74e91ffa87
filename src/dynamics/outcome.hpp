#pragma once

#include <cmath>
#include <string_view>
#include <vector>

#include "dynamics/response.hpp"
#include "game/layout.hpp"

namespace polykarma {

/// Why a solver stopped. Only `converged` claims anything, and the certificate has the last word even then.
enum class StopReason {
    converged,
    smoothed,         ///< only what can be gained is too large: lambda is the limit, and cannot be raised further
    stalled,          ///< the residuals do not shrink any more
    cycling,          ///< the same, and they go up and down
    iteration_limit,
    not_finite,
    does_not_close  ///< karma reaches the top of every lattice that is allowed
};

[[nodiscard]] constexpr std::string_view to_string(StopReason reason) {
    switch (reason) {
        case StopReason::converged: return "converged";
        case StopReason::smoothed: return "limited by lambda";
        case StopReason::stalled: return "stalled";
        case StopReason::cycling: return "cycling";
        case StopReason::iteration_limit: return "iteration limit";
        case StopReason::not_finite: return "not finite";
        case StopReason::does_not_close: return "does not close";
    }
    return "";
}

/// What a solver sees of itself at one iteration; cheap, and never a certificate.
struct Residuals {
    double stationarity = 0.0;  ///< || pushed d - d ||_1, summed over stages
    double gain = 0.0;          ///< mean one-stage gain, payoff
    double bellman = 0.0;       ///< largest change of V in this sweep, payoff
    double value_scale = 0.0;   ///< max |V|
};

struct HistoryPoint {
    long iteration = 0;
    Residuals residuals;
};

/// A step along the branch of logit equilibria that begins where responses are nearly even.
struct BranchPoint {
    double lambda = 0.0;
    double arclength = 0.0;  ///< so far, in (log lambda, bid shares)
    double change = 0.0;     ///< || change of what the aggregates derive from ||_1 since the point before
    bool jump = false;       ///< it could not be followed further; the search went on at a larger lambda
};

/// Whether the evolutionary dynamics returns to a state after a small change that keeps the mass of every type and all
/// karma.
enum class Attraction { attracting, repelling, undecided };

[[nodiscard]] constexpr std::string_view to_string(Attraction attraction) {
    switch (attraction) {
        case Attraction::attracting: return "yes";
        case Attraction::repelling: return "no";
        case Attraction::undecided: return "undecided";
    }
    return "";
}

/// The eigenvalue of largest modulus of the dynamics linearised at a state: what a small change is multiplied by in one
/// step, once all that fades faster has faded.
struct Stability {
    double real = 0.0, imaginary = 0.0;  ///< not negative, of a conjugate pair
    double residual = 0.0;               ///< || J x - mu x || / || x || of the eigenvector
    long products = 0;                   ///< with the Jacobian J of one step
    double step = 0.0;                   ///< h
    double response_rate = 0.0;          ///< eta
    double lambda = 0.0;

    [[nodiscard]] double modulus() const { return std::hypot(real, imaginary); }
    /// Undecided unless the modulus differs from one by more than the residual.
    [[nodiscard]] Attraction attraction() const {
        if (modulus() + residual < 1.0) return Attraction::attracting;
        return modulus() - residual > 1.0 ? Attraction::repelling : Attraction::undecided;
    }
    /// Steps in which a change shrinks by a factor e; negative where it grows.
    [[nodiscard]] double steps_per_e_fold() const { return -1.0 / std::log(modulus()); }
};

/// The social state a solver ended in, and how it got there.
struct SolveOutcome {
    StopReason reason = StopReason::iteration_limit;
    long iterations = 0;
    double lambda = 0.0;     ///< of the response: what was asked for, or more
    double amplitude = 0.0;  ///< of a cycle: the largest stationarity in it
    std::vector<HistoryPoint> history;
    std::vector<BranchPoint> branch;  ///< where one was followed
    Field mass;
    SparseResponse response;
};

}  // namespace polykarma
