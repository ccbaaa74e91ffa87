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
///   [lambda V of the first stage] [d of every stage] [pi of every action that has weight]
/// V of the other stages is swept before it is used. Actions without weight are left out: their softmax does not
/// answer, so that a change of them only fades, by 1 - eta h a step, whatever it does to the rest.
///
/// Linear but for the derivatives with respect to the aggregates, which are one-sided differences because the rules
/// have kinks. All ranks call together.
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
          shifted_value_(mass.part()),
          arrived_(mass.part()),
          first_(mass.part().states(Stage{})),
          entry_values_(response.actions().size()),
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
        const auto [value, mass, response] = split(out);
        for (const auto r : Range<Stage>(layout().stages())) {
            const auto d = mass_.stage(r);
            const double average = static_cast<double>(layout().stages()) / static_cast<double>(layout().states());
            response_.for_each(r, [&](const Site& site, const SparseRow& row) {
                if (r.at() == 0) value[site.state] = noise(r, site, 0);
                mass[mass_.part().first_state(r) + site.state] = (d[site.state] + average) * noise(r, site, 1);
                const auto change = response.subspan(response_.first_entry(r, site), row.actions.size());
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
        const Change<const double> from = split(in);
        const Change<double> to = split(out);
        const double t = shift_aggregates(from);
        sweep(from, t, to);
        for (const auto r : Range<Stage>(layout().stages())) push(r, from, t, to);
        project(out);
    }

private:
    /// Size of the changes that derivatives are differences over.
    static constexpr double kDifference = 1e-7;

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
    [[nodiscard]] double keep() const { return 1.0 - settings_.response_rate * settings_.step; }

    /// In [-1, 1), from the place of a number in the whole.
    [[nodiscard]] static double noise(Stage r, const Site& site, std::size_t which) {
        std::uint64_t bits = 0;
        for (const std::uint64_t part : {std::uint64_t{r.at()}, std::uint64_t{site.block.at()},
                                         std::uint64_t{site.index}, std::uint64_t{which}}) {
            bits = (bits ^ part) * 0x9e3779b97f4a7c15U + 0x632be59bd9b4e019U;
            bits = (bits ^ (bits >> 29)) * 0xbf58476d1ce4e5b9U;
            bits ^= bits >> 32;
        }
        return static_cast<double>(bits >> 11) * 0x1p-52 - 1.0;
    }

    /// Values, action values and pushed mass of the state itself.
    void form() {
        operators_.aggregate(mass_, response_);
        sums_.assign(operators_.sums().begin(), operators_.sums().end());
        moved_sums_.resize(sums_.size());
        shifted_ = operators_.make_aggregates();
        iterate_values(operators_, value_, [&](Stage r, const Site& site, const auto& q) {
            return response_.expected_value(r, site, q);
        });
        for (const auto r : Range<Stage>(layout().stages())) {
            operators_.values(r, value_, [&](const Site& site, const auto& q) {
                const std::size_t first = response_.first_entry(r, site);
                const SparseRow row = response_.row(r, site);
                for (std::size_t i = 0; i < row.actions.size(); ++i)
                    entry_values_[first + i] = q[static_cast<std::size_t>(row.actions[i])];
            });
            if (operators_.leads_on(r))
                operators_.push(r, mass_.stage(r), response_, arrived_.stage(layout().next(r)));
        }
        LargestChange largest;
        for (const double v : value_.all()) largest.add(0.0, v);
        largest.reduce(operators_.ranks());
        value_scale_ = std::max(largest.scale(), 1e-300);
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
    [[nodiscard]] double largest_value(std::span<const double> value) const {
        LargestChange largest;
        for (const double v : value) largest.add(v, 0.0);
        largest.reduce(operators_.ranks());
        return largest.change() / settings_.lambda;
    }

    /// The aggregates of the state after t times a change; returns t. Tallies are rounded to a grid, so that they are
    /// taken of a change that concerns a quarter of the population.
    double shift_aggregates(const Change<const double>& change) {
        const double size = moved_share(change);
        const double scale = size > 0.0 ? 0.25 / size : 0.0;
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
        const double t = kDifference / std::max({size, largest_value(change.value) / value_scale_, 1e-300});
        const double factor = size > 0.0 ? t / scale : 0.0;
        for (std::size_t i = 0; i < sums_.size(); ++i) moved_sums_[i] = sums_[i] + factor * tallied[i];
        operators_.derive(moved_sums_, shifted_);
        return t;
    }

    /// Changes of V, and of pi = softmax(lambda Q).
    void sweep(const Change<const double>& from, double t, const Change<double>& to) {
        const double rate = settings_.response_rate * settings_.step * settings_.lambda;
        const auto first = shifted_value_.stage(Stage{});
        const auto v = std::as_const(value_).stage(Stage{});
        for (std::size_t x = 0; x < first_; ++x) first[x] = v[x] + t * (from.value[x] / settings_.lambda);
        for (std::size_t stage = layout().stages(); stage-- > 0;) {
            const Stage r{stage};
            const auto old = std::as_const(value_).stage(r);
            operators_.fetch(r, shifted_[stage], shifted_value_);
            operators_.visit_values(r, shifted_[stage], [&](const Site& site, const auto& q) {
                const SparseRow row = response_.row(r, site);
                const std::size_t start = response_.first_entry(r, site);
                row_buffer_.resize(row.actions.size());
                double mean = 0.0, moved = 0.0;
                for (std::size_t i = 0; i < row.actions.size(); ++i) {
                    const double before = entry_values_[start + i];
                    row_buffer_[i] = (q[static_cast<std::size_t>(row.actions[i])] - before) / t;
                    mean += row.probabilities[i] * row_buffer_[i];
                    moved += from.response[start + i] * (before - old[site.state]);
                }
                buffer_[site.state] = mean + moved;
                for (std::size_t i = 0; i < row.actions.size(); ++i)
                    to.response[start + i] = keep() * from.response[start + i] +
                                             rate * (row.probabilities[i] * (row_buffer_[i] - mean));
            });
            if (stage == 0) break;
            const auto shifted = shifted_value_.stage(r);
            for (std::size_t x = 0; x < shifted.size(); ++x) shifted[x] = old[x] + t * buffer_[x];
        }
        for (std::size_t x = 0; x < first_; ++x) to.value[x] = settings_.lambda * buffer_[x];
    }

    /// Change of the mass that arrives after a stage.
    void push(Stage r, const Change<const double>& from, double t, const Change<double>& to) {
        const Stage next = layout().next(r);
        const auto d = mass_.stage(r);
        const auto moved = stage_of(from.mass, r);
        const auto there = stage_of(from.mass, next);
        const auto out = stage_of(to.mass, next);
        const auto before = std::as_const(arrived_).stage(next);
        const bool leads_on = operators_.leads_on(r);
        if (leads_on) {
            operators_.begin_push(r, shifted_[r.at()]);
            response_.for_each(r, [&](const Site& site, const SparseRow& row) {
                const std::size_t start = response_.first_entry(r, site);
                row_buffer_.resize(row.actions.size());
                for (std::size_t i = 0; i < row.actions.size(); ++i)
                    row_buffer_[i] = row.probabilities[i] + t * from.response[start + i];
                operators_.add_push(site, d[site.state], SparseRow{row.actions, row_buffer_});
                operators_.add_push(site, t * moved[site.state], row);
            });
            operators_.finish_push(r, std::span(buffer_).first(out.size()));
        }
        for (std::size_t x = 0; x < out.size(); ++x)
            out[x] = (1.0 - settings_.step) * there[x] +
                     (leads_on ? settings_.step * ((buffer_[x] - before[x]) / t) : 0.0);
    }

    Operators<G> operators_;
    EvolutionSettings settings_;
    const Field& mass_;
    const SparseResponse& response_;
    Field value_;
    Field shifted_value_;
    Field arrived_;  // mass pushed to every stage
    std::size_t first_;
    double value_scale_ = 1.0;
    std::vector<double> entry_values_;  // Q [entry of the response]
    std::vector<ConservedQuantities<G>> conserved_;  // [stage]
    std::vector<typename G::Aggregates> shifted_;
    AlignedVector<double> sums_, moved_sums_;
    AlignedVector<double> buffer_;  // [state of a stage]
    std::vector<double> row_buffer_;
};

}  // namespace polykarma
