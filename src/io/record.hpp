#pragma once

#include <memory>
#include <string>
#include <vector>

#include "certificate/certificate.hpp"
#include "config/economy.hpp"
#include "dynamics/outcome.hpp"
#include "dynamics/response.hpp"
#include "game/layout.hpp"
#include "welfare/measures.hpp"

namespace polykarma {

/// One number per stage that the game itself wants reported: delay, mean payment, credit per receiver, ...
struct Observable {
    std::string name;
    std::string unit;
    std::string description;
    std::vector<double> values;  ///< [stage]
};

/// How a social state was found: enough to repeat it.
struct SearchRecord {
    std::string method;  ///< e.g. "evolutionary dynamics"
    std::string start;   ///< even, zero, proportional, or the file it continued from
    std::string karma_start;
    double lambda = 0.0;
    StopReason reason = StopReason::iteration_limit;
    long iterations = 0;
    std::vector<HistoryPoint> history;
};

/// Everything that is written about one social state of one economy.
struct EquilibriumRecord {
    std::string title;
    std::string economy;  ///< resolved TOML
    std::shared_ptr<const Layout> layout;  ///< shares ownership of the game it belongs to
    Field mass;   ///< d
    Field value;  ///< V
    SparseResponse response;
    SearchRecord search;
    Tolerance tolerance;
    Certificate certificate;
    bool certified = false;
    Welfare welfare;
    std::vector<std::string> outcomes;
    ActionShares shares;                                       ///< [stage][block][action]
    std::vector<std::vector<std::vector<double>>> outcome_probability;  ///< [stage][outcome][action]
    std::vector<Observable> observables;
    double seconds = 0.0;  ///< wall clock of the search; kept out of everything that is compared
};

}  // namespace polykarma
