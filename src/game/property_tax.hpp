#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace polykarma {

/// What everybody pays of the karma it holds: min(k, coefficient k^power), a fraction at random.
class PropertyTax {
public:
    /// On balances 0..k_max. coefficient >= 0
    PropertyTax(double coefficient, double power, int k_max);

    [[nodiscard]] double due(std::size_t balance) const { return due_[balance]; }
    /// The same of any balance.
    [[nodiscard]] double due_of_any(double balance) const;
    /// Karma that the mass [balance] pays.
    [[nodiscard]] double revenue(std::span<const double> mass) const;

private:
    double coefficient_, power_;
    std::vector<double> due_;
};

/// Value before the tax from value after it, along one line: out[k] = E[in[k - tax]].
void pull(const PropertyTax& tax, std::span<const double> in, std::span<double> out);

/// Mass after the tax from mass before it, along one line: adds to out. Adjoint of pull.
void push(const PropertyTax& tax, std::span<const double> in, std::span<double> out);

/// What one agent pays, by a word uniform over 32 bits. Its balance may be above the k_max of the tax.
[[nodiscard]] std::int32_t draw(const PropertyTax& tax, std::int32_t balance, std::uint32_t word);

}  // namespace polykarma
