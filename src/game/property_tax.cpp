#include "game/property_tax.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace polykarma {
namespace {

/// What a balance becomes: `left`, or one unit less with probability `fraction`.
struct Taxed {
    std::size_t left;
    double fraction;
};
Taxed taxed(const PropertyTax& tax, std::size_t balance) {
    const double whole = std::floor(tax.due(balance));
    return {balance - static_cast<std::size_t>(whole), tax.due(balance) - whole};
}

}  // namespace

PropertyTax::PropertyTax(double coefficient, double power, int k_max) : coefficient_(coefficient), power_(power) {
    for (int k = 0; k <= k_max; ++k) due_.push_back(due_of_any(k));
}

double PropertyTax::due_of_any(double balance) const {
    return coefficient_ == 0.0 ? 0.0 : std::min(balance, coefficient_ * std::pow(balance, power_));
}

double PropertyTax::revenue(std::span<const double> mass) const {
    double sum = 0.0;
    for (std::size_t k = 0; k < mass.size(); ++k) sum += mass[k] * due_[k];
    return sum;
}

void pull(const PropertyTax& tax, std::span<const double> in, std::span<double> out) {
    POLYKARMA_EXPECTS(in.size() == out.size());
    for (std::size_t k = 0; k < in.size(); ++k) {
        const auto [left, fraction] = taxed(tax, k);
        out[k] = in[left];
        if (fraction > 0.0) out[k] += fraction * (in[left - 1] - in[left]);
    }
}

void push(const PropertyTax& tax, std::span<const double> in, std::span<double> out) {
    POLYKARMA_EXPECTS(in.size() == out.size());
    for (std::size_t k = 0; k < in.size(); ++k) {
        const auto [left, fraction] = taxed(tax, k);
        const double lowered = fraction * in[k];
        out[left] += in[k] - lowered;
        if (fraction > 0.0) out[left - 1] += lowered;
    }
}

std::int32_t draw(const PropertyTax& tax, std::int32_t balance, std::uint32_t word) {
    const double due = tax.due_of_any(balance), whole = std::floor(due);
    return static_cast<std::int32_t>(whole) + (word < (due - whole) * 0x1p32 ? 1 : 0);
}

}  // namespace polykarma
