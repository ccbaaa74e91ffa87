#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "config/economy.hpp"
#include "equilibrium/evolutionary.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// How one result of an equilibrium answers to one key of its economy.
struct SensitivityRow {
    std::string key;
    double at = 0.0;       ///< value of the key
    std::string quantity;  ///< <type>_en, <type>_ex, SW_en, SW_ex
    double value = 0.0;    ///< of the quantity in the economy itself
    double step = 0.0;     ///< of the key, the larger of the two steps

    /// Per unit of the key; NaN for a key along which results jump, and without certified equilibria on both sides.
    double derivative = 0.0, error = 0.0, left = 0.0, right = 0.0;
    double left_value = 0.0, right_value = 0.0;  ///< of the quantity at key - step and key + step

    std::string verdict;  ///< smooth, jump, or unresolved (the error is larger than half of the derivative); of a worth
                          ///< no jump or jump; not finite; or why nothing is known
    bool certified = false;  ///< all the equilibria it is made of
};

/// The results of an economy's equilibrium at a key and around it: at - step, at - step/2, at, at + step/2, at + step.
struct Differences {
    double derivative, error, left, right;
    bool jump;
};

/// Central differences of two steps, extrapolated (Richardson). `error` is what halving the step changed, and
/// what `noise`, the error of each value, does to the quotients. left and right are one-sided, extrapolated likewise.
/// jump: left and right differ by more than all errors, or a value next to the middle is about as far from it as the
/// value twice as far away.
[[nodiscard]] Differences differences(std::span<const double, 5> values, double step, double noise);

/// The continuous keys of an economy: capacities, nominal payoff, discounts below 1, urgencies above 0, and, of several
/// types, their shares.
[[nodiscard]] std::vector<std::string> sensitivity_keys(const EconomyConfig& economy);

/// Told before each key this rank works on, and before the economy itself as the key after the last; returns who is
/// told about the iterations of its solves.
using SensitivityProgress = std::function<Progress(std::size_t key, const std::string& name)>;

/// Certified differences: the equilibrium of the economy, and those of its neighbours along every key, each continued
/// from the economy's own. The share of a type is taken from the others in proportion. For a worth, on which results
/// depend through whole numbers of karma and jump at every ratio, left_value and right_value are all there is; those
/// economies are solved from the economy's own start.
///   relative_step   step as a share of the distance from the key's value to 0, or to 1 where that is nearer for a
///                   discount or a share
/// The ranks take keys as they get free; every rank calls, the root has the rows. Throws InputError on every rank,
/// before anything is solved, for keys along which nothing is continuous.
[[nodiscard]] std::vector<SensitivityRow> sensitivities(const EconomyConfig& economy, std::span<const std::string> keys,
                                                        double relative_step, const Collective& ranks,
                                                        const SensitivityProgress& progress);

}  // namespace polykarma
