#pragma once

#include <filesystem>
#include <vector>

#include "game/multi_karma.hpp"
#include "io/record.hpp"
#include "parallel/collective.hpp"

// What must hold of files on any ranks, MPI's or emulated. Every rank calls; `directory` is the same on all.
namespace polykarma::test {

/// A record of a single rank, and its game to deal to others.
class Sample {
public:
    explicit Sample(const std::vector<int>& k_max);

    [[nodiscard]] const EquilibriumRecord& record() const { return record_; }
    [[nodiscard]] const MultiKarma& game() const { return game_; }
    /// What a rank knows when the ranks have these shares.
    [[nodiscard]] Part part(const std::vector<double>& shares, int rank) const;
    [[nodiscard]] EquilibriumRecord record_of(const Part& part) const;

private:
    EquilibriumRecord record_;
    MultiKarma game_;
};

/// The ranks write what one rank writes.
void check_writing(const Sample& sample, const std::vector<double>& shares, const Collective& ranks,
                   const std::filesystem::path& directory);

/// The ranks read, each its part, what one rank wrote.
void check_reading(const Sample& sample, const std::vector<double>& shares, const Collective& ranks,
                   const std::filesystem::path& directory);

/// All ranks refuse a damaged file with the words of one rank, wherever the damage is.
void check_refusals(const Sample& sample, const std::vector<double>& shares, const Collective& ranks,
                    const std::filesystem::path& directory);

/// What cannot be written is the same error on all ranks, and leaves nothing behind.
void check_failures(const Sample& sample, const std::vector<double>& shares, const Collective& ranks,
                    const std::filesystem::path& directory);

}  // namespace polykarma::test
