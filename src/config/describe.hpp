#pragma once

#include <string_view>

#include "config/economy.hpp"
#include "config/key.hpp"

/// The keys of an economy file. A visitor V offers
///   field(member, key)                 a value or an array of values
///   by_name(member, list, rest, key)   a table with one entry per element of the named list described before; `rest`
///                                      is the value of entries left out, without one all must be present
///   tables(members, key, context...)   a list of named tables, each described by the element's own `describe`
///   table(member, key, context...)     a table described by its own `describe`
///   group(key, keys)                   a table whose keys belong to the enclosing struct
/// and sees keys in the order in which the resolved file lists them. The context is handed on to `describe`: what an
/// inner table has to know of the keys around it.
namespace polykarma {

inline constexpr std::size_t max_urgencies = 64;
inline constexpr std::size_t max_resources = 16;
inline constexpr std::size_t max_types = 64;

/// Payoffs and rates beyond this lose more digits to rounding than the tolerances of a solve can bear.
inline constexpr double largest_payoff = 1e9;
inline constexpr double largest_rate = 1e6;
/// Tallies are rounded to 2^-52, which is large beside what a smaller type does (docs/PARALLEL.md).
inline constexpr double smallest_share = 1e-9;
/// Of nine digits, like every integer that a file may hold.
inline constexpr int largest_seed = 999'999'999;
/// The way from further ones is long.
inline constexpr int largest_neighbour = 99;

template <class V>
void describe(V& v, UrgencyConfig& c) {
    v.field(c.name, {.name = "name", .help = "name of the urgency state, unique", .identifier = true});
    v.field(c.value, {.name = "value",
                      .range = between(0.0, largest_payoff),
                      .unit = "payoff per unit of saved delay, or of a contest won",
                      .help = "urgency; two states may share a value"});
}

template <class V>
void describe(V& v, ResourceConfig& c) {
    v.field(c.name,
            {.name = "name", .help = "name of the resource and of its karma account, unique", .identifier = true});
    v.field(c.capacity, {.name = "capacity",
                         .range = positive_up_to(1.0),
                         .unit = "share of the population",
                         .help = "s: who can be served without delay, priority and general purpose together"});
    v.field(c.priority_capacity, {.name = "priority_capacity",
                                  .range = {.low = 0.0, .high = 1.0, .high_excluded = true},
                                  .unit = "share of the population",
                                  .help = "s_pr: the part of the capacity given to the highest bids; below capacity"});
    v.field(c.k_max,
            {.name = "k_max", .range = between(1, 10000), .unit = "karma", .help = "largest balance of the account"});
    v.field(c.k_mean, {.name = "k_mean",
                       .range = between(0.0, 10000.0),
                       .unit = "karma",
                       .help = "mean initial balance of the account, at most k_max"});
    v.field(c.discount, {.name = "discount",
                         .standard = 1.0,
                         .range = between(0.0, 1.0),
                         .help = "discount on leaving this resource; the product over all resources is below 1"});
    v.field(c.redistribution, {.name = "redistribution",
                               .standard = Redistribution::all,
                               .help = "who receives what the winners of this resource paid"});
}

template <class V>
void describe(V& v, ExchangeConfig& c) {
    v.field(c.rule, {.name = "rule",
                     .standard = ExchangeRule::none,
                     .help = "how karma of one account counts when bidding for another resource"});
    v.field(c.worth, {.name = "worth",
                      .range = between(1.0 / largest_rate, largest_rate),
                      .help = "one worth per resource: karma of account r' counts worth[r'] / worth[r] for resource r",
                      .rational = true,
                      .used = c.rule == ExchangeRule::worth,
                      .used_when = "rule is \"worth\"",
                      .max_size = max_resources});
    v.field(c.rates, {.name = "rates",
                      .range = between(0.0, largest_rate),
                      .unit = "karma per karma",
                      .help = "row per resource r: what one karma of each account r' counts there; the diagonal is 1",
                      .rational = true,
                      .used = c.rule == ExchangeRule::rates,
                      .used_when = "rule is \"rates\"",
                      .max_size = max_resources});
}

template <class V>
void describe(V& v, TaxConfig& c) {
    v.field(c.coefficient, {.name = "coefficient",
                            .standard = 0.0,
                            .range = {.low = 0.0, .high = 1.0, .high_excluded = true},
                            .help = "everybody pays coefficient * k^power of the karma k it holds after a contest, at "
                                    "most all of it; the proceeds are shared out"});
    v.field(c.power, {.name = "power", .standard = 1.0, .range = between(0.0, 8.0), .help = "of the karma held"});
}

template <class V>
void describe(V& v, ContestConfig& c) {
    v.field(c.payee, {.name = "payee", .help = "who receives the winner's bid: the other one, or everybody"});
    v.field(c.k_mean,
            {.name = "k_mean", .range = positive_up_to(10000.0), .unit = "karma", .help = "karma per agent, at most k_max"});
    v.field(c.k_max, {.name = "k_max",
                      .range = between(1, 10000),
                      .unit = "karma",
                      .help = "largest balance that the search begins with; accounts have no bound, and larger ones are "
                              "tried until the karma fits"});
    v.field(c.largest_k_max, {.name = "largest_k_max",
                              .standard = 1000,
                              .range = between(1, 10000),
                              .unit = "karma",
                              .help = "the search ends where not even this is enough"});
    v.table(c.tax, {.name = "tax", .help = "on karma"});
}

inline constexpr std::string_view when_pairwise = "game is \"pairwise\"";
inline constexpr std::string_view when_multi_karma = "game is \"multi_karma\"";
inline constexpr std::string_view when_drawn = "transition is absent and game is \"multi_karma\"";

template <class V>
void describe(V& v, ChainConfig& c, GameFamily game) {
    const bool pairs = game == GameFamily::pairwise;
    using Matrices = decltype(c.transition);
    const Bounds probability = between(0.0, 1.0);
    v.by_name(c.transition, "resource", {},
              {.name = "transition",
               .standard = Matrices{},
               .standard_text = "absent: draw, need and kept are used",
               .range = probability,
               .unit = "probability",
               .help = "per resource left: row per urgency held there, column per urgency on reaching the next one",
               .used = !pairs,
               .used_when = when_multi_karma,
               .max_size = max_urgencies});
    v.by_name(c.rows, "urgency", {},
              {.name = "rows",
               .standard = decltype(c.rows){},
               .standard_text = "absent: draw is used",
               .range = probability,
               .unit = "probability",
               .help = "per urgency: the law of the next one, a probability per urgency",
               .used = pairs,
               .used_when = when_pairwise,
               .max_size = max_urgencies});
    const bool drawn = c.transition.empty() && c.rows.empty();
    v.by_name(c.draw, "urgency", 0.0,
              {.name = "draw",
               .range = probability,
               .unit = "probability",
               .help = "law of the urgency when it is drawn; urgencies left out have probability 0; sums to 1",
               .used = drawn,
               .used_when = "transition and rows are absent"});
    v.by_name(c.need, "resource", 1.0,
              {.name = "need",
               .standard = decltype(c.need){},
               .standard_text = "1 for each resource",
               .range = probability,
               .unit = "probability",
               .help = "probability of needing the resource when urgency is drawn on the way to it; else the first "
                       "urgency of value 0 is entered",
               .used = drawn && !pairs,
               .used_when = when_drawn});
    v.field(c.kept, {.name = "kept",
                     .standard = true,
                     .help = "positive urgency is kept through the day, after 0 it is drawn anew; each day starts "
                             "with a fresh draw",
                     .used = drawn && !pairs,
                     .used_when = when_drawn});
}

template <class V>
void describe(V& v, TypeConfig& c, GameFamily game) {
    v.field(c.name, {.name = "name", .help = "name of the user type, unique", .identifier = true});
    v.field(c.share, {.name = "share",
                      .range = between(smallest_share, 1.0),
                      .unit = "share of the population",
                      .help = "how many agents are of this type; the shares sum to 1; rounding drowns smaller ones"});
    v.field(c.discount, {.name = "discount",
                         .range = between(0.0, 1.0),
                         .help = "what the next contest counts for in this one; 1, for all types or for none: agents "
                                 "want as much as possible on average",
                         .used = game == GameFamily::pairwise,
                         .used_when = when_pairwise});
    v.table(c.chain, {.name = "chain", .help = "how urgency moves from resource to resource, or from contest to contest"},
            game);
}

template <class V>
void describe(V& v, SolverConfig& c, GameFamily game) {
    v.field(c.method, {.name = "method",
                       .standard = SolverMethod::accelerated,
                       .help = "Newton's method from where the dynamics settles, or the damped evolutionary dynamics alone"});
    v.field(c.select, {.name = "select",
                       .standard = Selection::start,
                       .help = "which equilibrium: the one that the start leads to, the one that the start leads to in "
                               "a neighbouring economy, continued to this one, or with method accelerated the one at "
                               "the end of the branch of logit equilibria that begins at even responses"});
    v.field(c.lambda, {.name = "lambda",
                       .standard = 1000.0,
                       .range = positive(),
                       .unit = "1 / payoff",
                       .help = "sharpness of the smoothed best response"});
    v.field(c.step, {.name = "step",
                     .standard = 0.2,
                     .range = positive_up_to(1.0),
                     .help = "h: weight of the moved distribution in one step of the damped dynamics"});
    v.field(c.response_rate, {.name = "response_rate",
                              .standard = 0.5,
                              .range = positive(),
                              .help = "eta: the policy moves by eta * step, which is at most 1, in a step of the damped dynamics"});
    v.field(c.max_iterations, {.name = "max_iterations",
                               .standard = 100000,
                               .range = between(1, 1e9),
                               .unit = "iterations",
                               .help = "give up after this many"});
    v.field(c.start, {.name = "start",
                      .standard = PolicyStart::even,
                      .help = "bidding policy to start from: all allowed bids alike, everybody bids 0, bids in "
                              "proportion to urgency, or for every stage, type and urgency a random share of what "
                              "may be bid"});
    v.field(c.karma_start, {.name = "karma_start",
                            .standard = KarmaStart::at_mean,
                            .help = "karma to start from: everybody at k_mean, uniform over 0..2 k_mean, or for every "
                                    "resource a random mixture of both"});
    v.field(c.seed, {.name = "seed",
                     .standard = 0,
                     .range = between(0, largest_seed),
                     .help = "which of the random starts"});
    v.field(c.neighbour, {.name = "neighbour",
                          .standard = 1,
                          .range = between(1, largest_neighbour),
                          .help = "which of the neighbouring economies: every priority capacity, then every "
                                  "urgency, by a factor 1.15 up and down; then all of them by 1.15^2, 1.15^3, ..."});
    v.field(c.memory_limit, {.name = "memory_limit",
                             .standard = 4096.0,
                             .range = positive(),
                             .unit = "MiB per rank",
                             .help = "economies of which any rank may need more, the program and writing included, are "
                                     "refused before anything is allocated; a file is dealt to ranks in whole chunks, "
                                     "which balances small ones badly"});
    v.group({.name = "tolerance", .help = "when a solve counts as finished"}, [&c, game](auto& inner) {
        inner.field(c.stationarity, {.name = "stationarity",
                                     .standard = 1e-6,
                                     .range = positive(),
                                     .unit = "share of the population",
                                     .help = "S: mass that one more cycle would move"});
        inner.field(c.gain, {.name = "gain",
                             .standard = 1e-4,
                             .range = positive(),
                             .unit = "payoff",
                             .help = "E_mean: mean gain of the best single deviation"});
        inner.field(c.exploitability, {.name = "exploitability",
                                       .standard = 1e-2,
                                       .range = positive(),
                                       .unit = "payoff",
                                       .help = "G_mean: mean gain of the best lifetime deviation; without discounting of what is "
                                               "earned in a contest, where no more than gain is tolerated either"});
        inner.field(c.truncation, {.name = "truncation",
                                   .standard = 1e-6,
                                   .range = positive_below(1.0),
                                   .unit = "share of all karma",
                                   .help = "karma in the top tenth of the accounts, and karma that finds no room in one "
                                           "contest",
                                   .used = game == GameFamily::pairwise,
                                   .used_when = when_pairwise});
    });
}

template <class V>
void describe(V& v, EconomyConfig& c) {
    v.field(c.title, {.name = "title", .help = "one line for tables and pictures"});
    v.field(c.description, {.name = "description", .standard = "", .help = "what the economy is about"});
    v.field(c.game, {.name = "game",
                     .standard = GameFamily::multi_karma,
                     .help = "several resources contested in turn by capacity auctions, or one contested in pairs"});
    const bool pairs = c.game == GameFamily::pairwise;
    v.field(c.nominal_payoff, {.name = "nominal_payoff",
                               .standard = 2.0,
                               .range = positive_up_to(largest_payoff),
                               .unit = "payoff per unit of urgency",
                               .help = "sigma_n: payoff of using a resource without delay; larger than any delay",
                               .used = !pairs,
                               .used_when = when_multi_karma});
    v.field(c.tie_smoothing, {.name = "tie_smoothing",
                              .standard = 1e-4,
                              .range = positive_below(1.0),
                              .unit = "share of the population",
                              .help = "epsilon: smooths who wins at the marginal bid",
                              .used = !pairs,
                              .used_when = when_multi_karma});
    v.tables(c.urgencies, {.name = "urgency", .help = "urgency states", .min_size = 1, .max_size = max_urgencies});
    v.tables(c.resources, {.name = "resource",
                           .help = "resources in the order in which a day contests them",
                           .min_size = 1,
                           .max_size = max_resources,
                           .used = !pairs,
                           .used_when = when_multi_karma});
    v.table(c.exchange, {.name = "exchange",
                         .help = "exchange of karma between accounts",
                         .used = !pairs,
                         .used_when = when_multi_karma});
    v.table(c.contest, {.name = "contest",
                        .help = "one resource, contested by two random agents at a time: the higher bid wins",
                        .used = pairs,
                        .used_when = when_pairwise});
    v.tables(c.types, {.name = "type", .help = "user types", .min_size = 1, .max_size = max_types}, c.game);
    v.table(c.solver, {.name = "solver", .help = "how the equilibrium is searched for"}, c.game);
}

}  // namespace polykarma
