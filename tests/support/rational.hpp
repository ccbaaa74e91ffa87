#pragma once

#include <cstdint>
#include <numeric>

namespace polykarma::test {

/// An exact fraction, for rules that are stated in integers. Small numerators and denominators only.
class Rational {
public:
    constexpr Rational(std::int64_t numerator = 0, std::int64_t denominator = 1)
        : numerator_(denominator < 0 ? -numerator : numerator),
          denominator_(denominator < 0 ? -denominator : denominator) {
        const auto common = std::gcd(numerator_, denominator_);
        numerator_ /= common;
        denominator_ /= common;
    }

    [[nodiscard]] double value() const { return static_cast<double>(numerator_) / static_cast<double>(denominator_); }
    /// Largest integer not above it.
    [[nodiscard]] std::int64_t floor() const {
        return numerator_ / denominator_ - (numerator_ % denominator_ < 0 ? 1 : 0);
    }

    friend Rational operator+(Rational a, Rational b) {
        return {a.numerator_ * b.denominator_ + b.numerator_ * a.denominator_, a.denominator_ * b.denominator_};
    }
    friend Rational operator-(Rational a, Rational b) { return a + Rational(-b.numerator_, b.denominator_); }
    friend Rational operator*(Rational a, Rational b) {
        return {a.numerator_ * b.numerator_, a.denominator_ * b.denominator_};
    }
    friend Rational operator/(Rational a, Rational b) {
        return {a.numerator_ * b.denominator_, a.denominator_ * b.numerator_};
    }
    friend bool operator==(Rational a, Rational b) = default;
    friend bool operator<(Rational a, Rational b) {
        return a.numerator_ * b.denominator_ < b.numerator_ * a.denominator_;
    }

private:
    std::int64_t numerator_;
    std::int64_t denominator_;
};

}  // namespace polykarma::test
