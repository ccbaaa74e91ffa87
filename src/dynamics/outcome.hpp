#pragma once

#include <string_view>
#include <vector>

#include "dynamics/response.hpp"
#include "game/layout.hpp"

namespace polykarma {

/// Why a solver stopped. Only `converged` claims anything, and the certificate has the last word even then.
enum class StopReason { converged, stalled, iteration_limit, not_finite };

[[nodiscard]] constexpr std::string_view to_string(StopReason reason) {
    switch (reason) {
        case StopReason::converged: return "converged";
        case StopReason::stalled: return "stalled";
        case StopReason::iteration_limit: return "iteration limit";
        case StopReason::not_finite: return "not finite";
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

/// The social state a solver ended in, and how it got there.
struct SolveOutcome {
    StopReason reason = StopReason::iteration_limit;
    long iterations = 0;
    std::vector<HistoryPoint> history;
    Field mass;
    SparseResponse response;
};

}  // namespace polykarma
