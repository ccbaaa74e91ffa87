#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace polykarma::test {

/// Random numbers from a fixed seed, the same with every standard library.
class Random {
public:
    explicit Random(std::uint64_t seed) : bits_(seed) {}

    /// In [0, 1).
    double unit() { return static_cast<double>(bits_() >> 11) * 0x1p-53; }
    double between(double low, double high) { return low + (high - low) * unit(); }
    /// 0 .. count - 1
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(bits_() % count); }
    bool chance(double probability) { return unit() < probability; }
    template <class T>
    const T& pick(const std::vector<T>& choices) {
        return choices[below(choices.size())];
    }

    std::vector<double> numbers(std::size_t count, double low, double high) {
        std::vector<double> result(count);
        for (double& x : result) x = between(low, high);
        return result;
    }

    /// A probability vector; each entry is zero with the given probability, but not all of them.
    std::vector<double> law(std::size_t count, double zero = 0.0) {
        std::vector<double> result(count, 0.0);
        double total = 0.0;
        for (double& p : result) total += p = chance(zero) ? 0.0 : between(0.05, 1.0);
        if (total == 0.0) total = result[below(count)] = 1.0;
        for (double& p : result) p /= total;
        return result;
    }

private:
    std::mt19937_64 bits_;
};

}  // namespace polykarma::test
