#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "config/allocation.hpp"
#include "config/economy.hpp"
#include "config/study_axis.hpp"
#include "config/study_start.hpp"

namespace polykarma {

/// One number of a study that a search varies.
struct StudyVariable {
    std::string name;
    std::string key;     ///< dotted, as in overrides; its values are numbers
    double lower = 0.0;  ///< lower < upper
    double upper = 0.0;
    double start = 0.0;  ///< lower <= start <= upper

    SourceLocation where;  ///< of the key
};

/// The Nash welfare that a search maximises: over all stages, or over those with participation.
enum class DesignObjective { sw_en, sw_ex };

/// How a search goes about: dividing the box of the variables, or from its start uphill.
enum class DesignAlgorithm { direct, sbplx };

/// The search over the variables of a study, once per combination of its axes' values.
struct DesignConfig {
    DesignObjective objective = DesignObjective::sw_en;
    DesignAlgorithm algorithm = DesignAlgorithm::direct;
    int evaluations = 0;     ///< at most so many economies per combination
    double tolerance = 0.0;  ///< of sbplx, on every variable, share of upper - lower
};

/// Agents who play every equilibrium of a study by its policy, once for each of the seeds 1, 2, ...
struct SimulationConfig {
    int agents = 0;  ///< 0: nobody plays
    int periods = 0;
    int burn_in = 0;  ///< periods before those that are measured
    int seeds = 0;
    std::vector<Allocation> references;  ///< played beside them, in the same populations without karma

    [[nodiscard]] bool is_wanted() const { return agents > 0; }
};

/// One economy of a study and where it is solved from.
struct StudyPoint {
    std::vector<std::string> labels;  ///< one per axis
    StudyStart start;
    std::vector<std::string> overrides;  ///< `key=value`, one per axis, then one per variable that is set
    std::vector<SourceLocation> places;  ///< where each override is written
};

/// Points of a sweep that are no economies, of those that were read with the study.
struct RefusedPoints {
    std::size_t count = 0, of = 0;
    std::string first;  ///< what is wrong with the first of them
};

/// Economies around a base: every combination of the steps of its axes, where some may advance together, from every
/// start. With variables, every combination is a box of economies.
struct StudyConfig {
    std::string title;
    std::string description;
    std::string base;  ///< economy file as written, relative to the study file
    std::vector<StudyStart> starts;
    std::vector<StudyAxis> axes;
    SampleConfig sample;  ///< of the sampled axes
    std::vector<StudyVariable> variables;  ///< empty: a grid to be swept, nothing is searched for
    DesignConfig design;
    SimulationConfig simulation;

    std::filesystem::path file;
    std::filesystem::path base_file;
    std::string base_text;  ///< read once, so that all points belong to the same economy
    RefusedPoints refused;

    /// Number of points.
    [[nodiscard]] std::size_t size() const;
    /// The point at a position, computed from it: the last group of axes moves faster than the ones before it, the
    /// starts fastest of all.
    [[nodiscard]] StudyPoint point(std::size_t index) const;
    /// Number of combinations of the axes' values; the point of one, from the first start.
    [[nodiscard]] std::size_t designs() const { return size() / starts.size(); }
    [[nodiscard]] StudyPoint design_point(std::size_t design) const { return point(design * starts.size()); }
    /// The same point with a value for every variable.
    [[nodiscard]] StudyPoint at(StudyPoint point, std::span<const double> values) const;
    [[nodiscard]] std::vector<double> variable_starts() const;
};

inline constexpr std::size_t max_study_points = 1'000'000;

/// Up to here every point is read when the study is; of larger studies as many steps of every group of axes are, beside
/// the first of the others (a combination that cannot be then shows only when its point is built).
inline constexpr std::size_t max_checked_points = 4096;

/// Reads a study file and its base economy. Some combination has to be an economy; with variables each of them, at the
/// variables' starts. Throws InputError with the study's file and line, IoError.
[[nodiscard]] StudyConfig read_study(const std::filesystem::path& file);

/// Whether a file is meant as a study: it names a base economy. Throws like read_study what is no TOML.
[[nodiscard]] bool is_study(const std::filesystem::path& file);

/// The study without axes of one economy file, which must be one together with the overrides. Throws InputError, IoError.
[[nodiscard]] StudyConfig study_of(const std::filesystem::path& economy, std::vector<StudyStart> starts,
                                   std::span<const std::string> overrides = {});

/// The economy of one point: the overrides of the axes, then those of the start, then further ones (`key=value`).
[[nodiscard]] EconomyConfig economy_of(const StudyConfig& study, const StudyPoint& point,
                                       std::span<const std::string> overrides = {});

}  // namespace polykarma
