#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/economy.hpp"

/// The real numbers of an economy by their dotted keys, for whoever changes them by a little.
namespace polykarma {

/// Throws InputError naming the place and the key unless the key names real numbers of an economy: neither integers,
/// texts nor choices, and nothing of how the equilibrium is searched for.
void require_number_key(std::string_view key, const SourceLocation& where, const std::string& what);

/// Every number that the key names in this economy, defaults included; none where the economy has no such entry.
[[nodiscard]] std::vector<double> numbers_at(const EconomyConfig& economy, std::string_view key);

/// The same economy with another number. The share of a type is taken from all others in proportion to theirs. Throws
/// InputError, which says `where`, when that is no economy.
[[nodiscard]] EconomyConfig with_number(const EconomyConfig& economy, std::string_view key, double number,
                                        const SourceLocation& where);

/// The type whose share the key is; empty for other keys.
[[nodiscard]] std::string type_of_share(std::string_view key);

}  // namespace polykarma
