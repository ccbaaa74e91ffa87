#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace polykarma {

/// What partition_bench is asked to measure.
struct Request {
    std::string economy;
    std::vector<std::string> overrides;
    std::string method;
    long iterations = 0;
    long warm_up = 0;
    std::string series;
    std::string csv;
};

/// Of each measured iteration, the largest over the ranks.
struct Times {
    std::vector<double> all;
    std::vector<double> computing;
    std::vector<double> exchanging;  ///< waiting for other ranks included, as below
    std::vector<double> reducing;
};

/// What the measured iterations sent and visited, one iteration's worth of all ranks together.
struct Traffic {
    double exchanged = 0.0;
    double reduced = 0.0;
    double messages = 0.0;
    double reductions = 0.0;      // of one rank
    double rank_exchanged = 0.0;  // the most of any rank
    double rank_messages = 0.0;
};

/// What every rank knows of itself.
struct OfRank {
    enum Number : std::size_t { kStates, kPairs, kGhosts, kPeak, kGrowth, kFormula, kNumbers };
    std::array<double, kNumbers> numbers{};
};

/// What one run measured, the same on every rank.
struct Results {
    Times times;
    Traffic traffic;
    Traffic expected;  ///< exchanged and reduced bytes from the partition; the rest is not filled
    std::vector<OfRank> ranks;
    std::size_t states = 0;
    [[nodiscard]] double total(OfRank::Number number) const;
    /// The least and the most of any rank.
    [[nodiscard]] std::pair<double, double> extent(OfRank::Number number) const;
};

/// A page of text on stdout.
void print(const Request& request, const Results& results);

/// Appends a row to the table request.csv, which the first one begins. Columns hold numbers of one iteration; times are
/// those of the fastest, the one least disturbed by whatever else a machine does; columns that start with rank_ are of
/// the rank with the most. Throws InputError for a file that begins with another header.
void append_row(const Request& request, const Results& results);

}  // namespace polykarma
