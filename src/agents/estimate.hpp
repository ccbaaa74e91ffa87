#pragma once

#include <functional>
#include <span>
#include <vector>

#include "agents/trace.hpp"

namespace polykarma {

/// A mean and its standard error.
struct Estimate {
    double mean = 0.0;
    double error = 0.0;  ///< NaN from a single value
};

/// Of independent values, such as one of every run.
[[nodiscard]] Estimate estimate_of(std::span<const double> values);

/// Experiences of all runs, as one and in batches of consecutive records.
///
/// What agents of one period experience is not independent, and neither are consecutive periods: karma remembers. So an
/// error is that of the mean of batches, at most 32 of a run, and is right when batches are long compared to the time in
/// which karma forgets. Runs with different seeds are independent.
class Experience {
public:
    explicit Experience(std::span<const Trace> runs);

    using Measure = std::function<double(const Tally&)>;
    [[nodiscard]] Estimate estimate(const Measure& measure) const;
    [[nodiscard]] const Tally& all() const { return all_; }
    [[nodiscard]] std::size_t batches() const { return batches_.size(); }

private:
    Tally all_;
    std::vector<Tally> batches_;
};

/// Sums over some cells of a tally.
struct CellSum {
    double payoff = 0.0;
    double contests = 0.0;   ///< all, also without taking part
    double taking_part = 0.0;
    double successes = 0.0;  ///< first outcome
    double bids = 0.0;       ///< of those who took part

    void add(const CellSum& other);
};

/// Over all stages; of everybody, of one cohort, of one exogenous state of it.
///   takes_part [outcome]
[[nodiscard]] CellSum sum_of(const Tally& tally, const std::vector<bool>& takes_part);
[[nodiscard]] CellSum sum_of(const Tally& tally, const std::vector<bool>& takes_part, std::size_t cohort);
[[nodiscard]] CellSum sum_of(const Tally& tally, const std::vector<bool>& takes_part, std::size_t cohort,
                             std::size_t exogenous);
/// Of all cohorts of a type.
[[nodiscard]] CellSum sum_of_type(const Tally& tally, const std::vector<bool>& takes_part, std::span<const Cohort> cohorts,
                                  Type type);

}  // namespace polykarma
