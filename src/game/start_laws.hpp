#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "config/economy.hpp"

/// What the starts of games consist of: random numbers that every rank draws alike, and laws of karma.
namespace polykarma {

/// What a random number is drawn for.
enum class Purpose : std::uint64_t { policy, karma };

/// A number in [0, 1) that depends on nothing but its address.
[[nodiscard]] double drawn(int seed, Purpose purpose, std::size_t first, std::size_t second = 0);

/// Law over balances 0..k_max of an account with the given mean.
///   at_mean   on its two neighbouring integers
///   uniform   from 0 to twice it; a mixture of two uniform laws where that is not an integer
///   random    a mixture of both, drawn for this seed and account
[[nodiscard]] std::vector<double> start_law(KarmaStart rule, double mean, int k_max, int seed, std::size_t account);

}  // namespace polykarma
