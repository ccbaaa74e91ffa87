#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "config/economy.hpp"

namespace polykarma {

/// Reads an economy file. Each override is a `key=value` as described in overrides.hpp, applied in order.
/// Throws InputError at the first problem, with file, line, key, value and allowed range; IoError when the file cannot
/// be read. What needs the rules of the game (unique stationary laws, money pumps) is not checked here.
[[nodiscard]] EconomyConfig read_economy(const std::filesystem::path& file,
                                         std::span<const std::string> overrides = {});

/// The same from text; `file_name` appears in messages.
[[nodiscard]] EconomyConfig parse_economy(std::string_view text, const std::string& file_name,
                                          std::span<const std::string> overrides = {});

struct Override;

/// The same with overrides that know where they were written.
[[nodiscard]] EconomyConfig read_economy_with(const std::filesystem::path& file, std::span<const Override> overrides);
[[nodiscard]] EconomyConfig parse_economy_with(std::string_view text, const std::string& file_name,
                                               std::span<const Override> overrides);

/// The economy as TOML with every default spelled out: parse_economy(to_toml(c)) == c.
[[nodiscard]] std::string to_toml(const EconomyConfig& economy);

}  // namespace polykarma
