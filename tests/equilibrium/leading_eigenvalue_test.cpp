// Eigenvalues of operators of which all eigenvalues are known.
#include "equilibrium/leading_eigenvalue.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace polykarma {
namespace {

/// Inner products of whole vectors.
struct PlainProducts {
    void operator()(std::span<const double> vectors, std::span<const double> x, std::span<double> out) const {
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] = 0.0;
            for (std::size_t k = 0; k < x.size(); ++k) out[i] += vectors[i * x.size() + k] * x[k];
        }
    }
};

/// Block diagonal with a rotation by 0.3 times `modulus`, then numbers evenly from 0 to `below`; far from normal: every
/// state feeds the one before it.
struct Operator {
    std::size_t size;
    double modulus, below, coupling;

    void operator()(std::span<const double> in, std::span<double> out) const {
        out[0] = modulus * (std::cos(0.3) * in[0] - std::sin(0.3) * in[1]);
        out[1] = modulus * (std::sin(0.3) * in[0] + std::cos(0.3) * in[1]);
        for (std::size_t i = 2; i < size; ++i)
            out[i] = below * static_cast<double>(i) / static_cast<double>(size) * in[i];
        for (std::size_t i = 1; i + 1 < size; ++i) out[i] += coupling * in[i + 1];
    }
};

RitzPair leading(const Operator& a, std::size_t dimension, long most = 5000) {
    LeadingEigenvalue<PlainProducts> search(a.size, dimension, {});
    for (std::size_t i = 0; i < a.size; ++i) search.start()[i] = std::cos(static_cast<double>(i * i));
    return search.find(
        a, [](std::complex<double>, double residual) { return residual < 1e-10; }, most);
}

TEST(LeadingEigenvalue, FindsAPairThroughManyRestarts) {
    for (const double coupling : {0.0, 0.003}) {
        const RitzPair found = leading({300, 1.01, 1.0, coupling}, 20);
        EXPECT_NEAR(found.value.real(), 1.01 * std::cos(0.3), 1e-8) << coupling;
        EXPECT_NEAR(found.value.imag(), 1.01 * std::sin(0.3), 1e-8) << coupling;
        EXPECT_LT(found.residual, 1e-9);
        EXPECT_GT(found.products, 40);
    }
}

TEST(LeadingEigenvalue, FindsARealOne) {
    const RitzPair found = leading({300, 0.5, 1.0, 0.0}, 20);
    EXPECT_NEAR(found.value.real(), 299.0 / 300.0, 1e-9);
    EXPECT_EQ(found.value.imag(), 0.0);
    EXPECT_LT(found.residual, 1e-9);
}

TEST(LeadingEigenvalue, NeedsNoMoreVectorsThanThereAre) {
    const RitzPair found = leading({5, 0.9, 0.5, 0.1}, 20);
    EXPECT_NEAR(std::abs(found.value), 0.9, 1e-12);
    EXPECT_LE(found.products, 8);
}

TEST(LeadingEigenvalue, SaysHowFarItGot) {
    const RitzPair found = leading({300, 1.0, 1.0, 0.3}, 10, 30);
    EXPECT_LE(found.products, 42);
    EXPECT_GT(found.residual, 1e-6);
}

TEST(LeadingEigenvalue, OfNothingIsNothing) {
    LeadingEigenvalue<PlainProducts> search(3, 2, {});
    const RitzPair found = search.find([](std::span<const double>, std::span<double>) {},
                                       [](std::complex<double>, double) { return true; }, 10);
    EXPECT_EQ(found.value, 0.0);
    EXPECT_EQ(found.products, 0);
}

TEST(DenseSpectrum, OrdersByModulus) {
    // Eigenvalues 0.5, -2, 1 +- i.
    const std::vector<double> matrix{0.5, 0, 0, 0, 7, -2, 0, 0, 1, 3, 1, -1, 0, 5, 1, 1};
    const DenseSpectrum spectrum = dense_spectrum(matrix, 4);
    const std::vector<std::complex<double>> expected{-2.0, {1.0, 1.0}, {1.0, -1.0}, 0.5};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_LT(std::abs(spectrum.values[i] - expected[i]), 1e-12) << i;
    EXPECT_EQ(leading_subspace(spectrum, 1).size(), 1u);
    EXPECT_EQ(leading_subspace(spectrum, 2).size(), 3u);  // the pair stays together
    EXPECT_EQ(leading_subspace(spectrum, 3).size(), 3u);
}

TEST(DenseSpectrum, OfWhatIsNotFiniteIsNaN) {
    const std::vector<double> matrix{1.0, std::numeric_limits<double>::quiet_NaN(), 0.0, 1.0};
    EXPECT_TRUE(std::isnan(dense_spectrum(matrix, 2).values[0].real()));
}

}  // namespace
}  // namespace polykarma
