#pragma once

#include <array>

#include "certificate/certificate.hpp"
#include "dynamics/outcome.hpp"
#include "welfare/measures.hpp"

namespace polykarma {

/// A number of a struct and how it is stored; writer, reader and study table follow the same list.
template <class Struct>
struct StoredField {
    const char* name;
    double Struct::*member;
    const char* long_name;
    const char* units;
};

inline constexpr std::array<StoredField<Certificate>, 15> kCertificateFields{{
    {"stationarity", &Certificate::stationarity, "sum over stages of ||pushed d[r] - d[r+1]||_1",
     "share of population"},
    {"gain_mean", &Certificate::gain_mean, "one-stage gain, mean over the population", "payoff"},
    {"gain_max", &Certificate::gain_max, "one-stage gain, largest over visited states (d > 1e-9)", "payoff"},
    {"gain_all", &Certificate::gain_all, "one-stage gain, largest over states whose urgency occurs", "payoff"},
    {"exploitability_mean", &Certificate::exploitability_mean, "lifetime regret (upper bound), mean over the population", "payoff"},
    {"exploitability_max", &Certificate::exploitability_max, "lifetime regret (upper bound), largest over visited states",
     "payoff"},
    {"bellman", &Certificate::bellman, "largest residual of the value of following the policy", "payoff"},
    {"value_scale", &Certificate::value_scale, "largest |V|", "payoff"},
    {"mass_error", &Certificate::mass_error, "largest relative error of the mass of a stage and type", "1"},
    {"karma_error", &Certificate::karma_error, "largest relative error of a stage's conserved karma value", "1"},
    {"karma_lost", &Certificate::karma_lost, "payments for which nobody had room, per capita and cycle", "karma"},
    {"response_error", &Certificate::response_error, "largest deviation of a policy row from a probability law", "1"},
    {"negative_mass", &Certificate::negative_mass, "largest -d", "share of population"},
    {"karma_tail", &Certificate::karma_tail, "share of all karma in the top tenth of accounts that have no bound", "1"},
    {"karma_clipped", &Certificate::karma_clipped, "share of all karma that a cycle puts above their k_max", "1"},
}};

/// The leading fields, which measure how good an equilibrium is; the others say whether it is a social state at all.
inline constexpr std::size_t kSummaryFields = 7;

inline constexpr std::array<StoredField<Tolerance>, 4> kToleranceFields{{
    {"tolerance_stationarity", &Tolerance::stationarity, "required stationarity", "share of population"},
    {"tolerance_gain", &Tolerance::gain, "required gain_mean", "payoff"},
    {"tolerance_exploitability", &Tolerance::exploitability, "required exploitability_mean", "payoff"},
    {"tolerance_truncation", &Tolerance::truncation, "required karma_tail and karma_clipped", "1"},
}};

/// Attributes of an equilibrium's group `stability`.
inline constexpr std::array<StoredField<Stability>, 6> kStabilityFields{{
    {"eigenvalue_real", &Stability::real, "real part", "1"},
    {"eigenvalue_imaginary", &Stability::imaginary, "imaginary part, not negative", "1"},
    {"residual", &Stability::residual, "||J x - mu x|| / ||x||", "1"},
    {"step", &Stability::step, "h", "1"},
    {"response_rate", &Stability::response_rate, "eta", "1"},
    {"lambda", &Stability::lambda, "softmax sharpness", "1 / payoff"},
}};

/// One of the welfare measures of a payoff vector, in its two readings.
struct StoredMeasure {
    const char* name;
    Payoff Welfare::*member;
    const char* long_name;
};

inline constexpr std::array<StoredMeasure, 3> kMeasureFields{{
    {"nash", &Welfare::nash, "Nash welfare: sum of share * log(payoff - benchmark)"},
    {"utilitarian", &Welfare::utilitarian, "utilitarian welfare: sum of share * payoff"},
    {"minimum", &Welfare::minimum, "smallest payoff of any type"},
}};

}  // namespace polykarma
