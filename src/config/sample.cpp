#include "config/sample.hpp"

#include <cstdint>

#include <boost/random/sobol.hpp>

#include "base/error.hpp"

namespace polykarma {
namespace {

/// The finalizer of splitmix64: every bit of the result depends on every bit of x.
std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

std::uint64_t random_bits(std::uint64_t seed, std::uint64_t point, std::uint64_t coordinate) {
    return mixed(mixed(mixed(seed) + point) + coordinate);
}

/// Boost leaves out the first point, the origin, without which the others are less even.
std::uint64_t sobol_bits(std::size_t point, std::size_t coordinate) {
    if (point == 0) return 0;
    const std::size_t dimension = coordinate + 1;
    boost::random::sobol sequence(dimension);
    sequence.discard((point - 1) * dimension + coordinate);
    return sequence();
}

}  // namespace

double sample_coordinate(const SampleConfig& sample, std::size_t point, std::size_t coordinate) {
    POLYKARMA_EXPECTS(coordinate < max_coordinates);
    const auto seed = static_cast<std::uint64_t>(sample.seed);
    const std::uint64_t bits = sample.method == SampleMethod::sobol
                                   ? sobol_bits(point, coordinate) ^ random_bits(seed, 0, coordinate)
                                   : random_bits(seed, point, coordinate);
    return static_cast<double>(bits >> 11) * 0x1p-53;
}

}  // namespace polykarma
