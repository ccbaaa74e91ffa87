#pragma once

#include <cstdint>
#include <vector>

#include "dynamics/response.hpp"
#include "game/multi_karma.hpp"
#include "support/random.hpp"
#include "support/rational.hpp"

namespace polykarma::test {

/// Exchange rates [resource][account] without rounding.
using ExactRates = std::vector<std::vector<Rational>>;

/// A small economy together with its exchange rates as they were meant.
struct RandomEconomy {
    MultiKarmaRules rules;
    ExactRates rates;
};

/// 2-3 resources with 2-4 units of karma each, 1-2 types, 2-3 urgencies of which two may share a value, every
/// redistribution rule, exchange none, unit, rational, or rational with some of the rates missing.
RandomEconomy random_economy(std::uint64_t seed);

/// The same with room for karma: 5-7 units (4 of three resources), a mean of a fifth of that at most, and less where
/// all that an agent owns on average would fill more than 40 % of one account. Where accounts are as small as above, full
/// ones make karma vanish, and no state with that karma is stationary.
RandomEconomy roomy_economy(std::uint64_t seed);

/// Seeds from `first` on of random economies with at most 240 states: their dense equations have a few hundred unknowns.
std::vector<std::uint64_t> small_seeds(std::uint64_t first, std::size_t count);

/// A chain with random rows, some entries zero, and a unique stationary law.
UrgencyChain random_chain(Random& random, std::size_t stages, std::size_t urgencies);

/// Random mass over all states of all stages, with the type shares; some states are empty when `sparse`.
///   whole: the part of a single rank, as for the others
Field random_mass(const Part& whole, Random& random, bool sparse);

/// Random mixed actions over what each state allows, with some zeros.
Response random_response(const Part& whole, Random& random);

/// Random values for every state.
Field random_field(const Part& whole, Random& random, double low, double high);

}  // namespace polykarma::test
