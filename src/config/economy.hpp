#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace polykarma {

/// Which game an economy is: what is contested, and how.
enum class GameFamily { multi_karma, pairwise };

/// Who receives what the winners of a contest paid.
enum class Redistribution { active, all, non_winners };

/// Who receives what the winner of a pair paid: the other one, or everybody.
enum class Payee { peer, society };

/// How karma of one account counts when bidding for another resource.
enum class ExchangeRule { none, worth, rates };

/// How an equilibrium is searched for.
enum class SolverMethod { accelerated, dynamics };

/// Which equilibrium is looked for: the one that the start leads to, the one that the equilibrium of a neighbouring
/// economy leads to, or the one at the end of the branch of logit equilibria that begins at even responses.
enum class Selection { start, neighbour, logit_branch };

/// The bidding policy that a solve starts from.
enum class PolicyStart { even, zero, proportional, random };

/// The karma law that a solve starts from.
enum class KarmaStart { at_mean, uniform, random };

struct UrgencyConfig {
    std::string name;
    double value = 0.0;  ///< payoff per unit of saved delay

    friend bool operator==(const UrgencyConfig&, const UrgencyConfig&) = default;
};

struct ResourceConfig {
    std::string name;
    double capacity = 0.0;           ///< share of the population, 0 < capacity <= 1
    double priority_capacity = 0.0;  ///< share of the population, 0 <= priority_capacity < capacity
    int k_max = 0;                   ///< largest balance of the account
    double k_mean = 0.0;             ///< initial mean balance, 0 <= k_mean <= k_max
    double discount = 1.0;           ///< applied on leaving this stage
    Redistribution redistribution = Redistribution::all;

    friend bool operator==(const ResourceConfig&, const ResourceConfig&) = default;
};

struct ExchangeConfig {
    ExchangeRule rule = ExchangeRule::none;
    std::vector<double> worth;               ///< [resource], rule worth: rates[r][r'] = worth[r'] / worth[r]
    std::vector<std::vector<double>> rates;  ///< [resource][resource], rule rates

    friend bool operator==(const ExchangeConfig&, const ExchangeConfig&) = default;
};

/// What everybody pays of the karma k that it holds after a contest: coefficient k^power.
struct TaxConfig {
    double coefficient = 0.0;
    double power = 1.0;

    friend bool operator==(const TaxConfig&, const TaxConfig&) = default;
};

/// The contest of a pairwise economy.
struct ContestConfig {
    Payee payee = Payee::society;
    double k_mean = 0.0;    ///< mean balance, 0 <= k_mean <= k_max
    int k_max = 0;          ///< largest balance of the lattice that the search begins with
    int largest_k_max = 0;  ///< of any lattice that it may go on to; accounts themselves have no bound
    TaxConfig tax;

    friend bool operator==(const ContestConfig&, const ContestConfig&) = default;
};

/// How the urgency of one type moves. All of it (`transition` from resource to resource, `rows` from contest to
/// contest), or the convenient form draw, and in multi-karma economies need and kept.
struct ChainConfig {
    std::vector<double> draw;  ///< [urgency] probabilities when urgency is drawn
    std::vector<double> need;  ///< [resource] probability of needing it when urgency is drawn on arriving there
    bool kept = true;          ///< positive urgency is kept through the day; after 0 it is drawn anew
    /// [resource][from urgency][to urgency], from this resource to the next one (the last one leads to the next day)
    std::vector<std::vector<std::vector<double>>> transition;
    std::vector<std::vector<double>> rows;  ///< [from urgency][to urgency]

    friend bool operator==(const ChainConfig&, const ChainConfig&) = default;
};

struct TypeConfig {
    std::string name;
    double share = 0.0;     ///< share of the population
    double discount = 0.0;  ///< from contest to contest, in pairwise economies; 1 for all types or for none
    ChainConfig chain;

    friend bool operator==(const TypeConfig&, const TypeConfig&) = default;
};

struct SolverConfig {
    SolverMethod method = SolverMethod::accelerated;
    Selection select = Selection::start;
    double lambda = 0.0;         ///< softmax sharpness, 1 / payoff
    double step = 0.0;           ///< h: weight of the pushed distribution in one step
    double response_rate = 0.0;  ///< eta: the policy moves by eta * h
    int max_iterations = 0;
    double stationarity = 0.0;    ///< tolerance on S
    double gain = 0.0;            ///< tolerance on E_mean
    double exploitability = 0.0;  ///< tolerance on G_mean
    double truncation = 0.0;      ///< tolerance on the karma near the top of accounts without a bound
    PolicyStart start = PolicyStart::even;
    KarmaStart karma_start = KarmaStart::at_mean;
    int seed = 0;               ///< of the random starts
    int neighbour = 0;          ///< that a selection of this kind continues from, counted from 1
    double memory_limit = 0.0;  ///< MiB per rank; larger economies are refused before anything is allocated

    friend bool operator==(const SolverConfig&, const SolverConfig&) = default;
};

/// An economy as written by the user, structurally checked: types, bounds, matching lengths, probabilities that sum to
/// one. What needs the rules of the game (unique stationary law, money pumps) is checked when the game is built.
struct EconomyConfig {
    std::string title;
    std::string description;
    GameFamily game = GameFamily::multi_karma;
    double nominal_payoff = 0.0;  ///< sigma_n
    double tie_smoothing = 0.0;   ///< epsilon
    std::vector<UrgencyConfig> urgencies;
    std::vector<ResourceConfig> resources;
    ExchangeConfig exchange;
    ContestConfig contest;
    std::vector<TypeConfig> types;
    SolverConfig solver;

    /// Dotted key -> where it was set, e.g. "resource.H.k_max"; used by `where`.
    std::map<std::string, SourceLocation, std::less<>> sources;

    /// Location of a key, or of its closest parent that was written down.
    [[nodiscard]] SourceLocation where(std::string_view key) const;

    /// The same economy, wherever its keys were written.
    friend bool operator==(const EconomyConfig& a, const EconomyConfig& b);
};

/// What is contested in turn: resources, or the contest of pairs.
[[nodiscard]] std::vector<std::string> stage_names(const EconomyConfig& economy);

/// Largest balance of every karma account.
[[nodiscard]] std::vector<int> largest_balances(const EconomyConfig& economy);

/// Product of the discounts over one cycle of stages, of the most patient type.
[[nodiscard]] double cycle_discount(const EconomyConfig& economy);

/// Whether agents want as much as possible on average instead: no type discounts what later cycles bring.
[[nodiscard]] bool is_undiscounted(const EconomyConfig& economy);

}  // namespace polykarma
