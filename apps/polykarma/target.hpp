#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace polykarma::cli {

/// What a paper shows: a folder with the study that repeats it (study.toml) and, where there are some, known values
/// (published.csv, or regression.csv: what others found).
struct Target {
    std::string name;  ///< folders below inputs/paper: multi-karma-table1 is multi_karma/table1
    std::filesystem::path folder;

    [[nodiscard]] std::filesystem::path study() const { return folder / "study.toml"; }
    [[nodiscard]] std::optional<std::filesystem::path> known_values() const;
};

/// All folders below inputs/paper with a study, by name.
[[nodiscard]] std::vector<Target> targets(const std::filesystem::path& inputs);

/// The target of a name, whose first words may be left out where one target only ends with the others. Throws
/// UsageError.
[[nodiscard]] Target find_target(const std::filesystem::path& inputs, const std::string& name);

}  // namespace polykarma::cli
