#pragma once

#include <array>
#include <cmath>

#include "dynamics/line_sum.hpp"
#include "dynamics/one_agent.hpp"
#include "dynamics/outcome.hpp"

namespace polykarma {

/// Residuals of one iteration, gathered by every rank over its own states.
class ResidualSums {
public:
    void clear() {
        sums_ = {};
        largest_ = {};
    }
    /// One sweep over the rows of a stage: sum of mass * gain, and changes of V.
    void add(LineSum& gain, const LargestChange& largest) {
        sums_[kGain].add(gain.close());
        largest_.add(largest);
    }
    /// || arrived - mass ||_1 of one line.
    void add_distance(double line) { sums_[kDistance].add(line); }

    /// The residuals of all ranks; gains are means over the stages.
    [[nodiscard]] Residuals total(const Collective& ranks, std::size_t stages) {
        ranks.sum(sums_);
        largest_.reduce(ranks);
        return {sums_[kDistance].value(), sums_[kGain].value() / static_cast<double>(stages), largest_.change(),
                largest_.scale()};
    }

private:
    enum Sum : std::size_t { kDistance, kGain };
    std::array<ExactSum, 2> sums_;
    LargestChange largest_;
};

/// mass <- (1 - h) mass + h arrived at one stage, line by line; how far apart they were goes to the residuals.
inline void relax(std::span<double> mass, std::span<const double> arrived, double h, std::size_t line_length,
                  ResidualSums& residuals) {
    for (std::size_t line = 0; line < mass.size(); line += line_length) {
        double distance = 0.0;
        for (std::size_t x = line; x < line + line_length; ++x) {
            const double change = arrived[x] - mass[x];
            distance += std::abs(change);
            mass[x] = (1.0 - h) * mass[x] + h * arrived[x];
        }
        residuals.add_distance(distance);
    }
}

/// The next mass of every stage from the mass pushed there. Finite games start from their initial law again.
template <Game G>
void relax(const Operators<G>& operators, Field& mass, Field& pushed, double h, ResidualSums& residuals) {
    const Layout& layout = operators.layout();
    if (layout.end() == CycleEnd::terminates) operators.game().initial_law(operators.part(), pushed.stage(Stage{}));
    for (const auto r : Range<Stage>(layout.stages()))
        relax(mass.stage(r), pushed.stage(r), h, layout.line_length(r), residuals);
}

}  // namespace polykarma
