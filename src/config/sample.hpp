#pragma once

#include <cstddef>

namespace polykarma {

/// How points are spread over the box of all sampled axes.
enum class SampleMethod { sobol, random };

/// Which points of that box a study has.
struct SampleConfig {
    SampleMethod method = SampleMethod::sobol;
    int count = 0;
    int seed = 0;

    friend bool operator==(const SampleConfig&, const SampleConfig&) = default;
};

/// As many coordinates as a study may have axes.
inline constexpr std::size_t max_coordinates = 16;

/// A coordinate of a point of the unit cube, in [0, 1), computed from its number alone.
///   sobol    the Sobol sequence from its first point on, whose binary digits the seed flips, alike in all points: the
///            first 2^m points stay as even as they were
///   random   independent and uniform
[[nodiscard]] double sample_coordinate(const SampleConfig& sample, std::size_t point, std::size_t coordinate);

}  // namespace polykarma
