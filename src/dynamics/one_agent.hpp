#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "dynamics/operators.hpp"

namespace polykarma {

/// Changes of the values in one cycle of sweeps, by stage and type. Once they are nearly the same in all states of a
/// type, the cycles that follow only add the rest of a geometric series, which can be added at once: with a discount
/// near one, that is nearly all of the work.
class CycleChanges {
public:
    explicit CycleChanges(const Layout& layout)
        : layout_(&layout),
          ranges_(layout.stages() * layout.types()),
          extremes_(2 * ranges_.size()),
          before_(layout.types(), 0.0) {}

    void clear() { std::fill(ranges_.begin(), ranges_.end(), Range{}); }
    void add(Stage r, Type t, double change) {
        Range& range = at(r, t);
        range.low = std::min(range.low, change);
        range.high = std::max(range.high, change);
    }

    /// The same changes on every rank.
    void reduce(const Collective& ranks) {
        std::size_t i = 0;
        for (const Range& range : ranges_) {
            extremes_[i++] = -range.low;
            extremes_[i++] = range.high;
        }
        ranks.maximum(extremes_);
        i = 0;
        for (Range& range : ranges_) {
            range.low = -extremes_[i++];
            range.high = extremes_[i++];
        }
    }

    /// Adds the rest of the series to the values of every type whose changes are even and shrink by a steady ratio, at
    /// most `discount` < 1. Whether that was right is for the next cycle's changes to say.
    void extrapolate(double discount, Field& value) {
        for (const auto t : polykarma::Range<Type>(layout_->types())) {
            const double before = before_[t.at()];
            const double now = before_[t.at()] = at(Stage{}, t).middle();
            if (before == 0.0 || !is_even(t)) continue;
            const double ratio = std::min(now / before, discount);
            if (!(ratio > 0.0 && ratio < 1.0)) continue;
            before_[t.at()] = 0.0;  // a ratio takes two ordinary cycles to measure
            for (const auto r : polykarma::Range<Stage>(layout_->stages()))
                for (const auto u : polykarma::Range<Exogenous>(layout_->exogenous_states()))
                    for (double& v : value.block(r, layout_->block(t, u)))
                        v += at(r, t).middle() * ratio / (1.0 - ratio);
        }
    }

private:
    /// Changes are even when they differ by less than this part of their middle.
    static constexpr double kEven = 0.05;
    struct Range {
        double low = std::numeric_limits<double>::infinity();
        double high = -std::numeric_limits<double>::infinity();
        [[nodiscard]] double middle() const { return 0.5 * (low + high); }
    };
    [[nodiscard]] Range& at(Stage r, Type t) { return ranges_[r.at() * layout_->types() + t.at()]; }
    [[nodiscard]] bool is_even(Type t) {
        for (const auto r : polykarma::Range<Stage>(layout_->stages())) {
            const Range& range = at(r, t);
            if (!(range.high - range.low < kEven * std::abs(range.middle()))) return false;
        }
        return true;
    }
    const Layout* layout_;
    std::vector<Range> ranges_;   // [stage][type]
    std::vector<double> extremes_;
    std::vector<double> before_;  // [type], middle change of the first stage in the cycle before; 0: none
};

/// Largest change and largest value of a sweep, over all ranks once reduced. A NaN anywhere makes both infinite.
class LargestChange {
public:
    void add(double change, double value) {
        largest_[0] = std::max(largest_[0], finite(std::abs(change)));
        largest_[1] = std::max(largest_[1], finite(std::abs(value)));
    }
    void add(const LargestChange& other) { add(other.change(), other.scale()); }
    void reduce(const Collective& ranks) { ranks.maximum(largest_); }
    [[nodiscard]] double change() const { return largest_[0]; }
    [[nodiscard]] double scale() const { return largest_[1]; }

private:
    static double finite(double x) { return x <= std::numeric_limits<double>::max() ? x : std::numeric_limits<double>::infinity(); }
    std::array<double, 2> largest_{};
};

/// Values stop moving when no state changes by more than this part of max |V| in a cycle: a few roundings.
inline constexpr double kValuePrecision = 1e-14;
/// Cycles after which they are taken as they are; whoever uses them accounts for the change that is left.
inline constexpr long kMostCycles = 20000;

/// Value of a state after a sweep. Under the average criterion it follows the sweep by nine tenths: urgencies that come
/// by turns, which no discount wears out, would make it swing for ever (Schweitzer, 1971).
template <Game G>
[[nodiscard]] double value_after_sweep(const G& game, double before, double swept) {
    constexpr double kFollowed = 0.9;
    if constexpr (AverageGame<G>)
        if (game.criterion() == Criterion::average) return before + kFollowed * (swept - before);
    return swept;
}

/// One agent against frozen aggregates: values iterated in place until they stop moving. `choose(Stage, Site,
/// ActionValues)` gives the value of a state from those of its actions, and only those it asks for are computed. Returns
/// the largest change in the last cycle, infinite when values are not finite.
template <Game G, class Choose>
double iterate_values(Operators<G>& operators, Field& value, Choose&& choose) {
    const Layout& layout = operators.layout();
    std::vector<double> fresh(operators.part().most_states());
    CycleChanges changes(layout);
    double change = 0.0;
    for (long cycle = 0; cycle < kMostCycles; ++cycle) {
        LargestChange largest;
        changes.clear();
        for (std::size_t i = layout.stages(); i-- > 0;) {
            const Stage r{i};
            const auto old = value.stage(r);
            operators.values(r, value, [&](const Site& site, const auto& q) {
                const double chosen = choose(r, site, q);
                fresh[site.state] = value_after_sweep(operators.game(), old[site.state], chosen);
                changes.add(r, layout.type(site.block), chosen - old[site.state]);
                largest.add(chosen - old[site.state], chosen);
            });
            std::copy_n(fresh.begin(), old.size(), old.begin());
        }
        largest.reduce(operators.ranks());
        change = largest.change();
        if (!(change > kValuePrecision * largest.scale()) || !std::isfinite(change)) break;
        if (operators.game().cycle_discount() == 1.0) continue;  // relative values have no even changes
        changes.reduce(operators.ranks());
        changes.extrapolate(operators.game().cycle_discount(), value);
    }
    return change;
}

}  // namespace polykarma
