#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "equilibrium/relaxation.hpp"

namespace polykarma {

/// A social state on the way to a logit equilibrium, V and d of the first stage and pi, with everything that follows
/// from them: the other stages, what one cycle makes of the first, and how far pi is from a response to itself. All
/// ranks evaluate together.
template <Game G>
struct LogitPoint {
    explicit LogitPoint(const Part& part)
        : mass(part),
          value(part),
          response(part),
          arrived(part.states(Stage{})),
          fresh(part.states(Stage{})),
          buffer_(part.most_states()) {}

    Field mass;
    Field value;
    SparseResponse response;

    AlignedVector<double> arrived;                     ///< [state of the first stage] mass after one cycle
    AlignedVector<double> fresh;                       ///< the same of V, one cycle back
    AlignedVector<double> sums;                        ///< what the aggregates derive from
    std::vector<double> entry_values, slopes, excess;  ///< [entry of the response] Q, dV/dQ, log of the response missed
    Residuals residuals;
    double disagreement = 0.0;  ///< mean distance of log pi from lambda Q + const

    /// From mass and value of the first stage, and the response; leaves the aggregates of this state in the operators.
    void evaluate(Operators<G>& operators, double lambda) {
        const std::size_t stages = operators.layout().stages();
        ResidualSums residual_sums;
        push_cycle(operators);
        sums.assign(operators.sums().begin(), operators.sums().end());
        relax(mass.stage(Stage{}), arrived, 0.0, operators.layout().line_length(Stage{}), residual_sums);
        LineSum distances;
        for (std::size_t i = stages; i-- > 0;) evaluate_values(operators, lambda, Stage{i}, residual_sums, distances);
        residuals = residual_sums.total(operators.ranks(), stages);
        std::array<ExactSum, 1> total{distances.close()};
        operators.ranks().sum(total);
        disagreement = total.front().value();
    }

private:
    /// The logarithm of a response moves by this much in a step at most, before values answer.
    static constexpr double kLargestExcess = 5.0;

    /// Aggregates of every stage from the mass that arrives there; what arrives at the first one.
    void push_cycle(Operators<G>& operators) {
        for (const auto r : Range<Stage>(operators.layout().stages())) {
            const auto d = mass.stage(r);
            operators.begin_tally(r);
            response.for_each(
                r, [&](const Site& site, const SparseRow& row) { operators.tally(r, site, d[site.state], row); });
            operators.finish_tally(r);
            if (operators.leads_on(r))
                operators.push(r, d, response,
                               r.at() + 1 == operators.layout().stages() ? std::span(arrived)
                                                                         : mass.stage(operators.layout().next(r)));
        }
        if (operators.layout().end() == CycleEnd::terminates) operators.game().initial_law(operators.part(), arrived);
    }

    /// Values of a stage and of its entries, slopes dV/dQ, excess of log pi.
    void evaluate_values(Operators<G>& operators, double lambda, Stage r, ResidualSums& residual_sums,
                         LineSum& distances) {
        const std::size_t entries = response.actions().size();
        for (auto* array : {&entry_values, &slopes, &excess}) array->resize(entries);
        const auto d = std::as_const(mass).stage(r);
        const auto v = value.stage(r);
        LineSum gain;
        LargestChange change;
        operators.values(r, value, [&](const Site& site, const auto& q) {
            const SparseRow row = response.row(r, site);
            const std::size_t first = response.first_entry(r, site);
            double followed = 0.0, mean = 0.0;
            for (std::size_t i = 0; i < row.actions.size(); ++i) {
                const double q_entry = entry_values[first + i] = q[static_cast<std::size_t>(row.actions[i])];
                followed += row.probabilities[i] * q_entry;
            }
            for (std::size_t i = 0; i < row.actions.size(); ++i) {
                const double advantage = entry_values[first + i] - followed;
                const double p = row.probabilities[i];
                slopes[first + i] = p * (1.0 + lambda * advantage);
                excess[first + i] = lambda * advantage - std::log(p);
                mean += p * excess[first + i];
            }
            double distance = 0.0;
            for (std::size_t i = 0; i < row.actions.size(); ++i) {
                excess[first + i] -= mean;
                distance += row.probabilities[i] * std::abs(excess[first + i]);
                excess[first + i] = std::clamp(excess[first + i], -kLargestExcess, kLargestExcess);
            }
            distances.add(site, d[site.state] * distance);
            gain.add(site, d[site.state] * (row_maximum(q.row()) - followed));
            if (r.at() == 0) change.add(followed - v[site.state], followed);
            buffer_[site.state] = followed;
        });
        if (r.at() == 0)
            std::copy_n(buffer_.begin(), fresh.size(), fresh.begin());
        else
            std::copy_n(buffer_.begin(), v.size(), v.begin());
        residual_sums.add(gain, change);
    }

    AlignedVector<double> buffer_;  // [state of a stage]
};

}  // namespace polykarma
