#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agents/population_measures.hpp"
#include "certificate/certificate.hpp"
#include "config/allocation.hpp"
#include "io/equilibrium_file.hpp"
#include "welfare/marginals.hpp"
#include "welfare/measures.hpp"

namespace polykarma {

/// Which point of a study something belongs to.
struct PointKey {
    std::size_t index = 0;
    std::string start;
    std::vector<std::pair<std::string, std::string>> labels;  ///< (axis, label of the point)
    std::vector<std::pair<std::string, double>> variables{};  ///< (variable, value): a point that a search came by
};

/// One row of the summary of a study: a point and what was found there.
struct StudyRow {
    std::size_t point = 0;
    std::vector<std::string> labels;  ///< [axis]
    std::string start;
    int equilibrium = 0;  ///< number of the distinct equilibrium of the design, from 1, best first; 0: not certified
    bool certified = false;
    std::string reason;
    double lambda = 0.0;
    std::vector<Payoff> payoffs;  ///< [type]; empty for a failed point
    Payoff nash;
    double published_distance = 0.0;  ///< largest difference to the published row, NaN without one
    Certificate certificate;
    long iterations = 0;
    std::string error;  ///< why the point failed; empty otherwise
    // Of a search.
    std::vector<double> variables{};       ///< [variable]
    long evaluation = 0;                   ///< 1, 2, ...; 0 for the point of the base economy
    std::optional<Stability> stability{};  ///< where it is known
    std::optional<std::size_t> warm_from{};  ///< the point whose equilibrium it was started from
    // Not of a search.
    double efficiency = 0.0;                     ///< mean payoff per stage of the population; NaN for a failed point
    Marginals marginals{};                       ///< empty for a failed point
    std::optional<PopulationMeasures> agents{};  ///< who played it, where the study asks for that and it is certified
};

/// One distinct certified equilibrium of a design.
struct StudyEquilibrium {
    std::size_t row = 0;              ///< the row that stands for it, with the smallest stationarity
    std::vector<std::string> starts;  ///< all that led there
    std::vector<double> price_level;  ///< [stage]
};

/// A population of the study that played without karma.
struct StudyReference {
    std::vector<std::string> labels;  ///< [axis] of the designs whose population this is; kAnyLabel where they differ
    Allocation allocation = Allocation::coin;
    PopulationMeasures agents;
    double efficiency = 0.0;     ///< of infinitely many agents
    std::vector<double> access;  ///< [type] the same; NaN where it is not known
    std::string error;           ///< why it could not be played; empty otherwise
};
inline constexpr const char* kAnyLabel = "any";

struct StudyResults {
    std::vector<std::string> axes;
    std::vector<std::string> types;
    std::vector<std::string> stages;
    std::vector<StudyRow> rows;
    std::vector<StudyEquilibrium> equilibria{};  ///< by design, then by number; none of a search
    std::vector<std::string> variables{};        ///< empty without a search
    std::vector<std::string> accounts{};
    std::vector<std::string> urgencies{};
    bool played = false;                         ///< whether agents played them
    std::vector<StudyReference> references{};
    bool warm_starts = false;                    ///< whether points were started from others
};

/// What the run of a study has taken.
struct StudyTiming {
    double seconds = 0.0;               ///< wall clock
    int ranks = 1;
    double rank_seconds_solving = 0.0;  ///< inside solves, of all ranks
    std::size_t points = 0;             ///< that were solved

    [[nodiscard]] double share_solving() const { return rank_seconds_solving / (seconds * ranks); }
};

/// What a search over the variables of a study came by.
struct DesignResults {
    std::string objective;                          ///< SW_en or SW_ex
    std::string selection;                          ///< which equilibrium of every economy was taken
    std::vector<std::pair<double, double>> bounds;  ///< [variable] (lower, upper)
    StudyResults evaluations;                       ///< every point, combination by combination, as searched
    StudyResults best;                              ///< one row per combination
};

/// Published values to compare with, column by column.
struct PublishedTable {
    template <class T>
    struct Column {
        std::string name;
        std::vector<T> values;  ///< [row]
    };
    std::string source;  ///< citation
    std::vector<Column<std::string>> labels;
    std::vector<Column<double>> numbers;
    std::vector<double> widths{};  ///< [number] how far others are from it, NaN where it is not known; empty without any
    std::string kind = "published";  ///< or regression: what others found

    /// Whether it says anything, beside which quantities are of interest.
    [[nodiscard]] bool is_known() const { return !numbers.empty() && !numbers.front().values.empty(); }
};

/// A study while it is being put together, in memory: its points in any order, then the tables, then commit.
class StudyFile {
public:
    /// Throws IoError when nothing can be written to `file`. Writes nothing before commit.
    StudyFile(const std::filesystem::path& file, const std::string& title);
    ~StudyFile();
    StudyFile(StudyFile&&) noexcept;
    StudyFile& operator=(StudyFile&&) noexcept;

    /// A computed point; `image` as to_image made it, here or on another rank.
    void add_point(const PointKey& key, std::span<const std::byte> image);
    /// A point that could not be computed, and why.
    void add_failure(const PointKey& key, const std::string& error);

    /// The rows, and the distinct equilibria among them.
    void write_results(const StudyResults& results);
    /// Instead of results, for a search: points are the best of every combination.
    void write_design(const DesignResults& results);
    void write_published(const PublishedTable& published);

    /// What the points have taken, row by row, and the whole run.
    void write_timing(const StudyTiming& timing, std::vector<double> point_seconds);

    /// Writes the file, whole or not at all.   seconds: wall clock of the whole study
    void commit(const Provenance& provenance, double seconds);

private:
    class Content;
    std::unique_ptr<Content> content_;
};

}  // namespace polykarma
