#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "dynamics/inner_products.hpp"
#include "equilibrium/conserved_quantities.hpp"
#include "equilibrium/evolutionary.hpp"

namespace polykarma {

/// How one step of the evolutionary dynamics answers to small changes of a logit equilibrium that keep the mass of
/// every type and all karma. A change is one vector,
///   [V of the first stage] [d of every stage] [pi of every action that has weight]
/// in units that make them answer to each other at similar strength: V in 1 / lambda, d in 1 / (lambda max |V|). V of
/// the other stages is swept before it is used. Actions without weight are left out: their softmax does not
/// answer, so that a change of them only fades, by 1 - eta h a step, whatever it does to the rest.
///
/// What is linear is computed as such; derivatives with respect to the aggregates are central differences, at a kink of
/// the rules the mean of both sides. All ranks call together.
template <Game G>
class StepDerivative {
public:
    /// Mass and response, the rank's parts, outlive this.
    StepDerivative(const G& game, const EvolutionSettings& settings, const Field& mass, const SparseResponse& response,
                   const Collective& ranks)
        : operators_(game, mass.part(), ranks),
          settings_(settings),
          mass_(mass),
          response_(response),
          value_(mass.part()),
          value_change_(mass.part()),
          first_(mass.part().states(Stage{})),
          entry_values_(response.actions().size()),
          entry_baseline_(response.actions().size()),
          above_(operators_.make_aggregates()),
          below_(operators_.make_aggregates()),
          buffer_(mass.part().most_states()) {
        for (const auto r : Range<Stage>(layout().stages())) {
            conserved_.emplace_back(game, mass.part(), ranks, r);
            conserved_.back().orthogonalize(mass.stage(r));
        }
        form();
    }

    /// Numbers of a change, of this rank.
    [[nodiscard]] std::size_t size() const { return first_ + mass_.all().size() + entry_values_.size(); }

    /// Inner products of changes.
    [[nodiscard]] SegmentProducts products() const {
        std::vector<std::size_t> lengths(first_ / layout().line_length(Stage{}), layout().line_length(Stage{}));
        for (const auto r : Range<Stage>(layout().stages()))
            lengths.insert(lengths.end(), mass_.stage(r).size() / layout().line_length(r), layout().line_length(r));
        for (const auto r : Range<Stage>(layout().stages()))
            response_.for_each(r, [&](const Site& site, const SparseRow& row) {
                if (site.position == 0) lengths.push_back(0);
                lengths.back() += row.actions.size();
            });
        return {std::move(lengths), operators_.ranks()};
    }

    /// A change without any order, the same on any number of ranks: every state and action takes part.
    void scatter(std::span<double> out) const {
        const Change<double> to = split(out);
        for (const auto r : Range<Stage>(layout().stages())) {
            const auto d = mass_.stage(r);
            const double average = static_cast<double>(layout().stages()) / static_cast<double>(layout().states());
            response_.for_each(r, [&](const Site& site, const SparseRow& row) {
                if (r.at() == 0) to.value[site.state] = noise(r, site, 0);
                to.mass[mass_.part().first_state(r) + site.state] =
                    (d[site.state] + average) / mass_unit() * noise(r, site, 1);
                const auto change = to.response.subspan(response_.first_entry(r, site), row.actions.size());
                double mean = 0.0;
                for (std::size_t i = 0; i < change.size(); ++i)
                    mean += row.probabilities[i] * (change[i] = noise(r, site, 2 + i));
                for (std::size_t i = 0; i < change.size(); ++i) change[i] = row.probabilities[i] * (change[i] - mean);
            });
        }
    }

    /// Takes from a change what would change the mass of a type or the karma of a stage.
    void project(std::span<double> change) {
        const auto mass = split(change).mass;
        for (const auto r : Range<Stage>(layout().stages()))
            conserved_[r.at()].project(mass_.stage(r), stage_of(mass, r));
    }

    /// out <- what a step makes of a change.
    void apply(std::span<const double> in, std::span<double> out) {
        scaled_.assign(in.begin(), in.end());
        scale(split(std::span<double>(scaled_)), value_unit(), mass_unit());
        const Change<const double> from = split(std::span<const double>(scaled_));
        const Change<double> to = split(out);
        const double t = shift_aggregates(from);
        sweep(from, t, to);
        for (const auto r : Range<Stage>(layout().stages())) push(r, from, t, to);
        scale(to, 1.0 / value_unit(), 1.0 / mass_unit());
        project(out);
    }

private:
    /// Size of the changes that derivatives are differences over.
    static constexpr double kDifference = 1e-6;

    template <class T>
    struct Change {
        std::span<T> value;
        std::span<T> mass;
        std::span<T> response;
    };
    template <class T>
    [[nodiscard]] Change<T> split(std::span<T> change) const {
        return {change.first(first_), change.subspan(first_, mass_.all().size()), change.last(entry_values_.size())};
    }
    template <class T>
    [[nodiscard]] std::span<T> stage_of(std::span<T> states, Stage r) const {
        return states.subspan(mass_.part().first_state(r), mass_.part().states(r));
    }
    [[nodiscard]] const Layout& layout() const { return operators_.layout(); }
    [[nodiscard]] double value_unit() const { return 1.0 / settings_.lambda; }
    [[nodiscard]] double mass_unit() const { return 1.0 / (settings_.lambda * value_scale_); }
    static void scale(const Change<double>& change, double value, double mass) {
        for (double& v : change.value) v *= value;
        for (double& d : change.mass) d *= mass;
    }
    [[nodiscard]] double keep() const { return 1.0 - settings_.response_rate * settings_.step; }

    /// In [-1, 1), from the place of a number in the whole.
    [[nodiscard]] static double noise(Stage r, const Site& site, std::size_t which) {
        std::uint64_t bits = 0;
        for (const std::uint64_t part :
             {std::uint64_t{r.at()}, std::uint64_t{site.block.at()}, std::uint64_t{site.index}, std::uint64_t{which}}) {
            bits = (bits ^ part) * 0x9e3779b97f4a7c15U + 0x632be59bd9b4e019U;
            bits = (bits ^ (bits >> 29)) * 0xbf58476d1ce4e5b9U;
            bits ^= bits >> 32;
        }
        return static_cast<double>(bits >> 11) * 0x1p-52 - 1.0;
    }

    /// Values and action values of the state itself.
    void form() {
        operators_.aggregate(mass_, response_);
        sums_.assign(operators_.sums().begin(), operators_.sums().end());
        moved_sums_.resize(sums_.size());
        iterate_values(operators_, value_,
                       [&](Stage r, const Site& site, const auto& q) { return response_.expected_value(r, site, q); });
        for (const auto r : Range<Stage>(layout().stages())) {
            operators_.values(r, value_, [&](const Site& site, const auto& q) {
                for_each_entry(r, site, [&](std::size_t i, std::size_t a) { entry_values_[i] = q[a]; });
            });
            operators_.values(r, value_change_, [&](const Site& site, const auto& q) {
                for_each_entry(r, site, [&](std::size_t i, std::size_t a) { entry_baseline_[i] = q[a]; });
            });
        }
        LargestChange largest;
        for (const double v : value_.all()) largest.add(0.0, v);
        largest.reduce(operators_.ranks());
        value_scale_ = std::max(largest.scale(), 1e-300);
    }

    /// f(entry, action) for the entries of a state.
    template <class F>
    void for_each_entry(Stage r, const Site& site, F&& f) const {
        std::size_t entry = response_.first_entry(r, site);
        for (const auto action : response_.row(r, site).actions) f(entry++, static_cast<std::size_t>(action));
    }

    /// Share of the population that a change concerns, summed over stages.
    [[nodiscard]] double moved_share(const Change<const double>& change) const {
        std::array<ExactSum, 1> total;
        for (const auto r : Range<Stage>(layout().stages())) {
            const auto d = mass_.stage(r);
            const auto moved = stage_of(change.mass, r);
            LineSum share;
            response_.for_each(r, [&](const Site& site, const SparseRow& row) {
                double size = std::abs(moved[site.state]);
                for (const double p : change.response.subspan(response_.first_entry(r, site), row.actions.size()))
                    size += d[site.state] * std::abs(p);
                share.add(site, size);
            });
            total.front().add(share.close());
        }
        operators_.ranks().sum(total);
        return total.front().value();
    }
    /// The aggregates of the state after plus and minus t times a change; returns t. Tallies are rounded to a grid, so
    /// that they are taken of a change that concerns a quarter of the population.
    double shift_aggregates(const Change<const double>& change) {
        const double size = moved_share(change);
        if (!(size > 0.0)) {
            for (auto* shifted : {&above_, &below_}) operators_.derive(sums_, *shifted);
            return kDifference;
        }
        const double scale = 0.25 / size;
        for (const auto r : Range<Stage>(layout().stages())) {
            const auto d = mass_.stage(r);
            const auto moved = stage_of(change.mass, r);
            operators_.begin_tally(r);
            response_.for_each(r, [&](const Site& site, const SparseRow& row) {
                const auto p = change.response.subspan(response_.first_entry(r, site), row.actions.size());
                operators_.tally(r, site, scale * moved[site.state], row);
                operators_.tally(r, site, scale * d[site.state], SparseRow{row.actions, p});
            });
        }
        const auto tallied = operators_.sum_tallies();
        for (const double sign : {1.0, -1.0}) {
            for (std::size_t i = 0; i < sums_.size(); ++i)
                moved_sums_[i] = sums_[i] + sign * (kDifference / 0.25) * tallied[i];
            operators_.derive(moved_sums_, sign > 0.0 ? above_ : below_);
        }
        return kDifference / size;
    }

    /// Changes of V, and of pi = softmax(lambda Q).
    void sweep(const Change<const double>& from, double t, const Change<double>& to) {
        const double unit = value_scale_ / std::max(largest(from.value), 1e-300);
        copy_scaled(from.value, unit, value_change_.stage(Stage{}));
        for (std::size_t stage = layout().stages(); stage-- > 0;) {
            change_values(Stage{stage}, t, unit, to.response);
            answer(Stage{stage}, from, to.response);
            const std::span changed = std::span(buffer_).first(mass_.part().states(Stage{stage}));
            if (stage > 0)
                copy_scaled(changed, unit, value_change_.stage(Stage{stage}));
            else
                for (std::size_t x = 0; x < changed.size(); ++x)
                    to.value[x] = value_after_sweep(operators_.game(), from.value[x], changed[x]);
        }
    }
    static void copy_scaled(std::span<const double> from, double factor, std::span<double> to) {
        for (std::size_t x = 0; x < from.size(); ++x) to[x] = factor * from[x];
    }
    [[nodiscard]] double largest(std::span<const double> numbers) const {
        LargestChange largest;
        for (const double v : numbers) largest.add(v, 0.0);
        largest.reduce(operators_.ranks());
        return largest.change();
    }
    /// out <- changes of the action values of a stage: with the aggregates, and with the values of the next stage.
    void change_values(Stage r, double t, double unit, std::span<double> out) {
        const auto visit = [&](const std::vector<typename G::Aggregates>& m, const Field& value, auto&& take) {
            operators_.fetch(r, m[r.at()], value);
            operators_.visit_values(r, m[r.at()], [&](const Site& site, const auto& q) {
                for_each_entry(r, site, [&](std::size_t i, std::size_t a) { take(i, q[a]); });
            });
        };
        visit(above_, value_, [&](std::size_t i, double q) { out[i] = q; });
        visit(below_, value_, [&](std::size_t i, double q) { out[i] = (out[i] - q) / (2.0 * t); });
        operators_.values(r, value_change_, [&](const Site& site, const auto& q) {
            for_each_entry(r, site,
                           [&](std::size_t i, std::size_t a) { out[i] += (q[a] - entry_baseline_[i]) / unit; });
        });
    }
    /// From changes of the action values to those of the response, in place, and of V, in the buffer.
    void answer(Stage r, const Change<const double>& from, std::span<double> entries) {
        const double rate = settings_.response_rate * settings_.step * settings_.lambda;
        const auto v = std::as_const(value_).stage(r);
        response_.for_each(r, [&](const Site& site, const SparseRow& row) {
            const std::size_t start = response_.first_entry(r, site);
            const auto change = entries.subspan(start, row.actions.size());
            double mean = 0.0, moved = 0.0;
            for (std::size_t i = 0; i < change.size(); ++i) {
                mean += row.probabilities[i] * change[i];
                moved += from.response[start + i] * (entry_values_[start + i] - v[site.state]);
            }
            buffer_[site.state] = mean + moved;
            for (std::size_t i = 0; i < change.size(); ++i)
                change[i] = keep() * from.response[start + i] + rate * (row.probabilities[i] * (change[i] - mean));
        });
    }

    /// Change of the mass that arrives after a stage.
    void push(Stage r, const Change<const double>& from, double t, const Change<double>& to) {
        const Stage next = layout().next(r);
        const auto there = stage_of(from.mass, next);
        const auto out = stage_of(to.mass, next);
        const std::span other = std::span(buffer_).first(out.size());
        if (operators_.leads_on(r)) {
            push_shifted(r, above_, from, t, out);
            push_shifted(r, below_, from, -t, other);
        } else {
            std::ranges::fill(out, 0.0);
            std::ranges::fill(other, 0.0);
        }
        for (std::size_t x = 0; x < out.size(); ++x)
            out[x] = (1.0 - settings_.step) * there[x] + settings_.step * ((out[x] - other[x]) / (2.0 * t));
    }
    void push_shifted(Stage r, const std::vector<typename G::Aggregates>& m, const Change<const double>& change,
                      double t, std::span<double> out) {
        const auto d = mass_.stage(r);
        const auto moved = stage_of(change.mass, r);
        operators_.begin_push(r, m[r.at()]);
        response_.for_each(r, [&](const Site& site, const SparseRow& row) {
            const std::size_t start = response_.first_entry(r, site);
            row_buffer_.resize(row.actions.size());
            for (std::size_t i = 0; i < row.actions.size(); ++i)
                row_buffer_[i] = row.probabilities[i] + t * change.response[start + i];
            operators_.add_push(site, d[site.state], SparseRow{row.actions, row_buffer_});
            operators_.add_push(site, t * moved[site.state], row);
        });
        operators_.finish_push(r, out);
    }

    Operators<G> operators_;
    EvolutionSettings settings_;
    const Field& mass_;
    const SparseResponse& response_;
    Field value_;
    Field value_change_;  // in a unit that makes it as large as V
    std::size_t first_;
    double value_scale_ = 1.0;
    std::vector<double> entry_values_;                   // Q [entry of the response]
    std::vector<double> entry_baseline_;                 // the same where V is 0
    std::vector<typename G::Aggregates> above_, below_;  // of a change upwards and downwards
    std::vector<ConservedQuantities<G>> conserved_;      // [stage]
    AlignedVector<double> sums_, moved_sums_;
    AlignedVector<double> scaled_;
    AlignedVector<double> buffer_;  // [state of a stage]
    std::vector<double> row_buffer_;
};

}  // namespace polykarma
