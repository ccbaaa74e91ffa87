#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "equilibrium/conserved_quantities.hpp"
#include "equilibrium/gmres.hpp"
#include "equilibrium/logit_point.hpp"

namespace polykarma {

/// How a logit equilibrium's equations answer to small changes of a point: for a given change of the sums that the
/// aggregates derive from, the changes of V, pi and d, which are two linear problems at frozen aggregates, and the
/// change of the sums that follows from those.
///
/// All ranks call together.
template <Game G>
class LogitLinearization {
public:
    /// What an answer contains besides the change of the sums: what the point itself still misses of the equations,
    /// or what becomes of it when log lambda grows by one.
    enum class Cause { sums_alone, residual, sharpness };

    /// All three outlive this.
    LogitLinearization(Operators<G>& operators, ConservedQuantities<G>& conserved, const LogitPoint<G>& point)
        : operators_(operators),
          conserved_(conserved),
          point_(point),
          baseline_(operators.part()),
          shifted_value_(operators.part()),
          mass_forcing_(operators.part()),
          mass_change_(operators.part()),
          right_(operators.part().states(Stage{})),
          changes_(2 * right_.size()),
          inner_(right_.size(), kInnerBasis, InnerProducts(operators.part(), Stage{}, operators.ranks())),
          shifted_(operators.make_aggregates()),
          buffer_(operators.part().most_states()),
          moved_sums_(operators.sums_size()) {}

    /// At the point as it is now, whose aggregates are in the operators and whose mass the conserved quantities know.
    void form(double lambda) {
        lambda_ = lambda;
        unsolved_ = 0.0;
        response_change_.resize(point_.response.actions().size());
        form_baseline();
    }

    /// out <- change of the sums that a change of them along `direction` makes.
    ///   tolerance: of the inner solves, relative
    void respond(std::span<const double> direction, Cause cause, double tolerance, std::span<double> out) {
        tolerance_ = tolerance;
        const double size = size_of(direction);
        double h = size > 0.0 ? kDifference / size : 1.0;
        shift(point_.sums, h, direction);
        std::ranges::fill(value_change(), 0.0);
        change_values(h, cause, right_);
        solve_inner([&](std::span<const double> in, std::span<double> o) { values_left(in, o); }, value_change(),
                    kRounding * point_.residuals.value_scale);
        if (size == 0.0) h = 1e-6 / std::max(largest(value_change()), 1e-300);
        change_values(h, cause, right_);
        change_response(cause);
        const double most = largest(response_change_);
        h = std::min(size > 0.0 ? kDifference / size : 1.0, most > 0.0 ? 10.0 * kDifference / most : 1.0);
        shift(point_.sums, h, direction);
        change_mass(h, cause);
        tally_changes(most, out);
    }

    /// [V, d][state of the first stage] of the last answer.
    [[nodiscard]] std::span<const double> changes() const { return changes_; }
    /// Largest relative residual of an inner solve since the forming.
    [[nodiscard]] double unsolved() const { return unsolved_; }
    /// Products with the matrix of one cycle so far: the unit of cost.
    [[nodiscard]] long products() const { return products_; }

    /// Aggregates of sums moved by h along a direction.
    const std::vector<typename G::Aggregates>& shift(std::span<const double> sums, double h,
                                                     std::span<const double> direction) {
        for (std::size_t i = 0; i < sums.size(); ++i) moved_sums_[i] = std::max(0.0, sums[i] + h * direction[i]);
        operators_.derive(moved_sums_, shifted_);
        return shifted_;
    }

private:
    static constexpr std::size_t kInnerBasis = 30;
    static constexpr int kInnerProducts = 1000;
    static constexpr double kRounding = 1e-14;
    /// Size of the changes that derivatives are differences over.
    static constexpr double kDifference = 1e-7;

    /// Changes of V and of d at the first stage that belong to the answer being formed.
    [[nodiscard]] std::span<double> value_change() { return std::span(changes_).first(right_.size()); }
    [[nodiscard]] std::span<double> first_change() { return std::span(changes_).last(right_.size()); }

    [[nodiscard]] const Layout& layout() const { return operators_.layout(); }
    [[nodiscard]] const Collective& ranks() const { return operators_.ranks(); }
    [[nodiscard]] std::size_t stages() const { return layout().stages(); }
    [[nodiscard]] bool is_last(Stage r) const { return r.at() + 1 == stages(); }
    static void copy(std::span<const double> from, std::span<double> to) {
        std::copy(from.begin(), from.end(), to.begin());
    }
    static double size_of(std::span<const double> numbers) {
        double size = 0.0;
        for (const double x : numbers) size += std::abs(x);
        return size;
    }
    /// || vector ||_1 over a stage.
    [[nodiscard]] double total_size(Stage r, std::span<const double> vector) const {
        const std::size_t length = layout().line_length(r);
        std::array<ExactSum, 1> total;
        for (std::size_t line = 0; line < vector.size(); line += length)
            total.front().add(size_of(vector.subspan(line, length)));
        ranks().sum(total);
        return total.front().value();
    }
    [[nodiscard]] double largest(std::span<const double> numbers) const {
        LargestChange largest;
        for (const double x : numbers) largest.add(x, 0.0);
        largest.reduce(ranks());
        return largest.change();
    }

    // ------------------------------------------------------------------ one cycle, linear, at frozen aggregates

    void form_baseline() {
        std::fill(shifted_value_.all().begin(), shifted_value_.all().end(), 0.0);
        for (const auto r : Range<Stage>(stages())) {
            const auto baseline = baseline_.stage(r);
            operators_.values(r, shifted_value_,
                              [&](const Site& site, const auto& q) { baseline[site.state] = sloped(r, site, q); });
        }
    }
    template <class AnyValues>
    [[nodiscard]] double sloped(Stage r, const Site& site, const AnyValues& q) const {
        const SparseRow row = point_.response.row(r, site);
        const double* const slope = point_.slopes.data() + point_.response.first_entry(r, site);
        double sum = 0.0;
        for (std::size_t i = 0; i < row.actions.size(); ++i)
            sum += slope[i] * q[static_cast<std::size_t>(row.actions[i])];
        return sum;
    }

    /// out <- in - what a change `in` of V makes of itself in one cycle.
    void values_left(std::span<const double> in, std::span<double> out) {
        copy(in, shifted_value_.stage(Stage{}));
        for (std::size_t i = stages(); i-- > 0;) {
            const Stage r{i};
            const auto baseline = std::as_const(baseline_).stage(r);
            operators_.values(r, shifted_value_, [&](const Site& site, const auto& q) {
                buffer_[site.state] = sloped(r, site, q) - baseline[site.state];
            });
            if (i > 0) copy(std::span(buffer_).first(baseline.size()), shifted_value_.stage(r));
        }
        for (std::size_t x = 0; x < in.size(); ++x) out[x] = in[x] - buffer_[x];
        ++products_;
    }

    /// A change of d carried through one cycle, with what is added on the way; kept at every stage. Scaled by a power
    /// of two on the way: sums of what moves between lines are exact as long as all of it is at most one.
    void carry(std::span<const double> in, bool forced, std::span<double> out) {
        double moved = total_size(Stage{}, in);
        if (forced)
            for (const auto r : Range<Stage>(stages())) moved += total_size(r, mass_forcing_.stage(r));
        const double scale = moved > 0.0 ? std::exp2(-std::ceil(std::log2(moved))) : 1.0;
        const auto first = mass_change_.stage(Stage{});
        for (std::size_t x = 0; x < in.size(); ++x) first[x] = scale * in[x];
        for (const auto r : Range<Stage>(stages())) {
            const Stage next = layout().next(r);
            const auto arrives = is_last(r) ? out : mass_change_.stage(next);
            if (operators_.leads_on(r))
                operators_.push(r, mass_change_.stage(r), point_.response, arrives);
            else
                std::fill(arrives.begin(), arrives.end(), 0.0);
            if (!forced) continue;
            const auto forcing = std::as_const(mass_forcing_).stage(next);
            for (std::size_t x = 0; x < arrives.size(); ++x) arrives[x] += scale * forcing[x];
        }
        for (double& change : mass_change_.all()) change /= scale;
        for (double& change : out) change /= scale;
        ++products_;
    }
    /// out <- in - what becomes of it in one cycle, conserved quantities left alone.
    void mass_left(std::span<const double> in, std::span<double> out) {
        carry(in, false, out);
        conserved_.project(point_.mass.stage(Stage{}), out);
        for (std::size_t x = 0; x < in.size(); ++x) out[x] = in[x] - out[x];
    }

    /// x of apply(x) = right_. A right side that is nothing but rounding has no solution worth asking for.
    template <class Apply>
    void solve_inner(Apply&& apply, std::span<double> x, double rounding) {
        const double rest = inner_.solve(apply, right_, x, tolerance_, kInnerProducts);
        if (largest(right_) > rounding) unsolved_ = std::max(unsolved_, rest);
    }

    // ------------------------------------------------------------------ how the sums answer to a change of themselves

    /// Change of V over one cycle under the shifted aggregates when that of the next cycle is value_change(), per h;
    /// the changes of the action values go to response_change_.
    void change_values(double h, Cause cause, std::span<double> out) {
        const auto first = shifted_value_.stage(Stage{});
        const auto v = std::as_const(point_.value).stage(Stage{});
        for (std::size_t x = 0; x < first.size(); ++x) first[x] = v[x] + h * value_change()[x];
        for (std::size_t i = stages(); i-- > 0;) {
            const Stage r{i};
            operators_.fetch(r, shifted_[i], shifted_value_);
            operators_.visit_values(r, shifted_[i], [&](const Site& site, const auto& q) {
                const SparseRow row = point_.response.row(r, site);
                const std::size_t start = point_.response.first_entry(r, site);
                double sum = 0.0;
                for (std::size_t k = 0; k < row.actions.size(); ++k) {
                    const std::size_t entry = start + k;
                    const double change =
                        (q[static_cast<std::size_t>(row.actions[k])] - point_.entry_values[entry]) / h;
                    response_change_[entry] = change;
                    sum += point_.slopes[entry] * change;
                    sum += row.probabilities[k] * forcing(cause, entry) *
                           (point_.entry_values[entry] - point_.entry_values[start]);
                }
                buffer_[site.state] = sum;
            });
            if (i == 0) break;
            const auto shifted = shifted_value_.stage(r);
            const auto old = std::as_const(point_.value).stage(r);
            for (std::size_t x = 0; x < shifted.size(); ++x) shifted[x] = old[x] + h * buffer_[x];
        }
        for (std::size_t x = 0; x < out.size(); ++x)
            out[x] = buffer_[x] + (cause == Cause::residual ? point_.fresh[x] - v[x] : 0.0);
        ++products_;
    }

    /// What the cause itself changes of log pi, up to a constant in every state: the excess, or lambda (Q - V), which
    /// the slopes pi (1 + lambda (Q - V)) contain.
    [[nodiscard]] double forcing(Cause cause, std::size_t entry) const {
        switch (cause) {
            case Cause::sums_alone:
                break;
            case Cause::residual:
                return point_.excess[entry];
            case Cause::sharpness:
                return point_.slopes[entry] / point_.response.probabilities()[entry] - 1.0;
        }
        return 0.0;
    }

    /// From changes of the action values to those of the response: d pi = pi (g - mean g), g = forcing + lambda dQ.
    void change_response(Cause cause) {
        const auto starts = point_.response.starts();
        const auto p = point_.response.probabilities();
        for (std::size_t state = 0; state + 1 < starts.size(); ++state) {
            double mean = 0.0;
            for (auto i = starts[state]; i < starts[state + 1]; ++i) {
                response_change_[i] = lambda_ * response_change_[i] + forcing(cause, i);
                mean += p[i] * response_change_[i];
            }
            for (auto i = starts[state]; i < starts[state + 1]; ++i)
                response_change_[i] = p[i] * (response_change_[i] - mean);
        }
    }

    /// mass_change_ of all stages under the shifted aggregates and the changed response, per h.
    void change_mass(double h, Cause cause) {
        for (const auto r : Range<Stage>(stages())) {
            const auto forcing = mass_forcing_.stage(layout().next(r));
            const auto d = std::as_const(point_.mass).stage(r);
            const auto before = is_last(r) ? std::span<const double>(point_.arrived)
                                           : std::as_const(point_.mass).stage(layout().next(r));
            if (operators_.leads_on(r)) {
                operators_.begin_push(r, shifted_[r.at()]);
                point_.response.for_each(r, [&](const Site& site, const SparseRow& row) {
                    const double* const change = response_change_.data() + point_.response.first_entry(r, site);
                    row_buffer_.resize(row.actions.size());
                    for (std::size_t i = 0; i < row.actions.size(); ++i)
                        row_buffer_[i] = row.probabilities[i] + h * change[i];
                    operators_.add_push(site, d[site.state], SparseRow{row.actions, row_buffer_});
                });
                operators_.finish_push(r, forcing);
                for (std::size_t x = 0; x < forcing.size(); ++x) forcing[x] = (forcing[x] - before[x]) / h;
            } else {
                std::fill(forcing.begin(), forcing.end(), 0.0);
            }
        }
        if (cause == Cause::residual) {
            const auto forcing = mass_forcing_.stage(Stage{});
            const auto d = std::as_const(point_.mass).stage(Stage{});
            for (std::size_t x = 0; x < forcing.size(); ++x) forcing[x] += point_.arrived[x] - d[x];
        }
        std::ranges::fill(first_change(), 0.0);
        carry(first_change(), true, right_);
        conserved_.project(point_.mass.stage(Stage{}), right_);
        solve_inner([&](std::span<const double> in, std::span<double> o) { mass_left(in, o); }, first_change(),
                    kRounding);
        carry(first_change(), true, right_);
    }

    /// Change of the sums: that of the mass under the response, and that of the response under the mass; scaled so that
    /// the terms are those of shares.
    void tally_changes(double most, std::span<double> out) {
        double scale = std::max(most, 1e-300);
        for (const auto r : Range<Stage>(stages()))
            scale = std::max(scale, total_size(r, std::as_const(mass_change_).stage(r)));
        scale = 0.25 / scale;
        for (const auto r : Range<Stage>(stages())) {
            const auto d = std::as_const(point_.mass).stage(r);
            const auto change = std::as_const(mass_change_).stage(r);
            operators_.begin_tally(r);
            point_.response.for_each(r, [&](const Site& site, const SparseRow& row) {
                const std::span changes =
                    std::span(response_change_).subspan(point_.response.first_entry(r, site), row.actions.size());
                operators_.tally(r, site, scale * change[site.state], row);
                operators_.tally(r, site, scale * d[site.state], SparseRow{row.actions, changes});
            });
        }
        const auto sums = operators_.sum_tallies();
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = sums[i] / scale;
    }

    Operators<G>& operators_;
    ConservedQuantities<G>& conserved_;
    const LogitPoint<G>& point_;
    double lambda_ = 0.0;
    double tolerance_ = 0.0;
    double unsolved_ = 0.0;
    long products_ = 0;

    Field baseline_;  // sum of slopes * Q at V = 0: what is not linear in V
    Field shifted_value_;
    Field mass_forcing_;  // what is added to a change of d on arriving at a stage
    Field mass_change_;
    AlignedVector<double> right_;          // [state of the first stage]
    AlignedVector<double> changes_;        // [V, d][state of the first stage]
    std::vector<double> response_change_;  // [entry of the response]
    Gmres<InnerProducts> inner_;
    std::vector<typename G::Aggregates> shifted_;
    AlignedVector<double> buffer_;  // [state of a stage]
    AlignedVector<double> moved_sums_;
    std::vector<double> row_buffer_;
};

}  // namespace polykarma
