#include "agents/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace polykarma {
namespace {

void add_cell(const Tally& tally, const std::vector<bool>& takes_part, std::size_t cell, CellSum& sum) {
    sum.payoff += tally.payoff[cell];
    sum.bids += static_cast<double>(tally.bids[cell]);
    for (std::size_t o = 0; o < tally.outcome_count; ++o) {
        const auto agents = static_cast<double>(tally.outcomes[cell * tally.outcome_count + o]);
        sum.contests += agents;
        if (takes_part[o]) sum.taking_part += agents;
        if (o == 0) sum.successes += agents;
    }
}

}  // namespace

Experience::Experience(std::span<const Trace> runs) {
    for (const Trace& run : runs)
        for (const Tally& batch : run.batches) {
            if (batches_.empty())
                all_ = batch;
            else
                all_.add(batch);
            batches_.push_back(batch);
        }
}

Estimate estimate_of(std::span<const double> values) {
    const auto count = static_cast<double>(values.size());
    Estimate estimate{0.0, std::numeric_limits<double>::quiet_NaN()};
    for (const double value : values) estimate.mean += value / count;
    if (values.size() < 2) return estimate;
    double squares = 0.0;
    for (const double value : values) squares += std::pow(value - estimate.mean, 2);
    estimate.error = std::sqrt(squares / (count - 1.0) / count);
    return estimate;
}

void CellSum::add(const CellSum& other) {
    payoff += other.payoff;
    contests += other.contests;
    taking_part += other.taking_part;
    successes += other.successes;
    bids += other.bids;
}

Estimate Experience::estimate(const Measure& measure) const {
    std::vector<double> of_batches;
    for (const Tally& batch : batches_) of_batches.push_back(measure(batch));
    return {measure(all_), estimate_of(of_batches).error};
}

CellSum sum_of(const Tally& tally, const std::vector<bool>& takes_part) {
    CellSum sum;
    for (std::size_t cell = 0; cell < tally.cells(); ++cell) add_cell(tally, takes_part, cell, sum);
    return sum;
}

CellSum sum_of(const Tally& tally, const std::vector<bool>& takes_part, std::size_t cohort, std::size_t exogenous) {
    CellSum sum;
    for (std::size_t r = 0; r < tally.stages; ++r) add_cell(tally, takes_part, tally.cell(r, cohort, exogenous), sum);
    return sum;
}

CellSum sum_of(const Tally& tally, const std::vector<bool>& takes_part, std::size_t cohort) {
    CellSum sum;
    for (std::size_t r = 0; r < tally.stages; ++r)
        for (std::size_t u = 0; u < tally.exogenous_states; ++u)
            add_cell(tally, takes_part, tally.cell(r, cohort, u), sum);
    return sum;
}

CellSum sum_of_type(const Tally& tally, const std::vector<bool>& takes_part, std::span<const Cohort> cohorts, Type type) {
    CellSum sum;
    for (std::size_t c = 0; c < cohorts.size(); ++c)
        if (cohorts[c].type == type) sum.add(sum_of(tally, takes_part, c));
    return sum;
}

}  // namespace polykarma
