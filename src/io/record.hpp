#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certificate/certificate.hpp"
#include "config/economy.hpp"
#include "dynamics/outcome.hpp"
#include "dynamics/response.hpp"
#include "game/layout.hpp"
#include "welfare/marginals.hpp"
#include "welfare/measures.hpp"

namespace polykarma {

/// One number per stage that the game itself wants reported: delay, mean payment, credit per receiver, ...
struct Observable {
    std::string name;
    std::string unit;
    std::string description;
    std::vector<double> values;  ///< [stage]
};

/// The observable that the tables of a study tell equilibria apart by.
inline constexpr const char* kPriceLevel = "price_level";

/// How a social state was found: enough to repeat it.
struct SearchRecord {
    std::string method;  ///< accelerated or dynamics
    std::string start;   ///< even, zero, proportional, random, or the file it continued from
    std::string karma_start;
    double lambda = 0.0;        ///< of the response that was found
    double lambda_asked = 0.0;  ///< of the economy: smaller where that left too much to gain
    StopReason reason = StopReason::iteration_limit;
    double amplitude = 0.0;  ///< of a cycle: the largest stationarity in it
    long iterations = 0;
    std::vector<HistoryPoint> history;
    std::vector<BranchPoint> branch;  ///< where one was followed
};

/// Everything that is written about one social state of one economy.
struct EquilibriumRecord {
    std::string title;
    std::string economy;  ///< resolved TOML
    std::shared_ptr<const Layout> layout;  ///< shares ownership of the game it belongs to
    Field mass;   ///< d
    Field value;  ///< V
    std::vector<double> average_payoff;  ///< [type] that V is relative to under the average criterion, else empty
    SparseResponse response;
    SearchRecord search;
    Tolerance tolerance;
    Certificate certificate;
    bool certified = false;
    std::optional<Stability> stability;  ///< where it was asked for
    Welfare welfare;
    std::vector<std::string> outcomes;
    ActionShares shares;                                       ///< [stage][block][action]
    std::vector<std::vector<std::vector<double>>> outcome_probability;  ///< [stage][outcome][action]
    std::vector<Observable> observables;
    Marginals marginals{};
    double seconds = 0.0;  ///< wall clock of the search; kept out of everything that is compared
};

}  // namespace polykarma
