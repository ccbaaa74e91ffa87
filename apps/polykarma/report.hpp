#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "io/summary.hpp"
#include "table.hpp"

namespace polykarma::cli {

/// One equilibrium for a reader: payoffs per type, welfare, certificate.
void print_equilibrium(std::ostream& out, const EquilibriumSummary& summary);

/// The certificate beside its tolerances; with `recorded`, beside what a file claims.
[[nodiscard]] Table certificate_table(const Certificate& certificate, const Tolerance& tolerance,
                                      const Certificate* recorded = nullptr);

/// Payoffs per type beside the benchmark economy without priority access.
[[nodiscard]] Table payoff_table(const std::vector<std::string>& types, const Welfare& welfare);

/// One row of a results table, all numbers of an equilibrium side by side; also the CSV and JSON form of `solve`.
[[nodiscard]] std::vector<Column> summary_columns(const std::vector<std::string>& types);
[[nodiscard]] std::vector<Cell> summary_cells(const EquilibriumSummary& summary);

/// "yes", "no", or "?" where it is not decided, with the modulus; "-" where it is not known.
[[nodiscard]] std::string attractor_text(const std::optional<Stability>& stability);
/// The two columns of a table for scripts: whether it is an attractor, and the modulus.
void add_stability_columns(std::vector<Column>& columns);
void add_stability_cells(std::vector<Cell>& cells, const std::optional<Stability>& stability);

/// "certified", or why not.
[[nodiscard]] std::string verdict(const EquilibriumSummary& summary);

}  // namespace polykarma::cli
