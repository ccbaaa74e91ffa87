#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/equilibrium_file.hpp"
#include "io/study_file.hpp"

namespace polykarma::test {

/// A small economy with one resource per entry of `k_max`, two types and three urgency states.
std::string sample_economy(const std::vector<int>& k_max);

/// Its record after a few steps of the dynamics. d, V, pi, certificate and payoffs are then drawn at random, so that no
/// two numbers agree: what ends up in the wrong place is seen. pi has rows with one and with many entries.
EquilibriumRecord sample_record(const std::vector<int>& k_max);

/// A study of two points, the second of which failed, with a summary and published values.
void write_sample_study(const std::filesystem::path& file, const EquilibriumRecord& record);

/// A directory that disappears with its content.
class ScratchDirectory {
public:
    ScratchDirectory();
    ~ScratchDirectory();
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    [[nodiscard]] std::vector<std::string> names() const;

private:
    std::filesystem::path path_;
};

}  // namespace polykarma::test
