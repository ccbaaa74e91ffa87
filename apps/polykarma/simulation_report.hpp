#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>

#include "config/economy.hpp"
#include "io/simulation_record.hpp"
#include "progress.hpp"
#include "table.hpp"

namespace polykarma::cli {

/// What every cohort experienced, beside the mean field; in text also access by urgency, delays and karma.
void print_simulation(std::ostream& out, const SimulationRecord& record, Format format);

/// Payoffs and welfare of populations that all behave alike, a row each.
[[nodiscard]] Table behaviours_table(const EconomyConfig& economy, Format format);
void add_behaviour(Table& table, const SimulationRecord& record, const EconomyConfig& economy);

/// Shows how far the runs of a simulation are.
class PeriodDisplay {
public:
    PeriodDisplay(ProgressStyle style, std::size_t runs, std::uint32_t periods, std::uint64_t agents)
        : style_(style), runs_(runs), periods_(periods), agents_(agents) {}
    ~PeriodDisplay();
    PeriodDisplay(const PeriodDisplay&) = delete;
    PeriodDisplay& operator=(const PeriodDisplay&) = delete;

    void operator()(std::size_t run, std::uint32_t period);

private:
    using Clock = std::chrono::steady_clock;
    ProgressStyle style_;
    std::size_t runs_;
    std::uint32_t periods_;
    std::uint64_t agents_;
    Clock::time_point begin_ = Clock::now(), shown_ = begin_;
    bool bar_drawn_ = false;
};

}  // namespace polykarma::cli
