#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "certificate/certificate.hpp"
#include "config/economy.hpp"
#include "game/partition.hpp"
#include "io/record.hpp"
#include "parallel/collective.hpp"
#include "welfare/measures.hpp"

// Reads what write_equilibrium and StudyFile wrote. `group` is "/" in the file of an equilibrium, and that of a point,
// such as "/points/0003", in the file of a study. All functions throw IoError naming the file and what in it cannot be
// used; a stored economy that no longer parses is an InputError.

namespace polykarma {

/// One place of a file where there is an equilibrium, or the reason why there is none.
struct StoredEntry {
    std::string group;
    std::vector<std::pair<std::string, std::string>> labels;  ///< (axis, label); of points only
    std::string start;
    bool certified = false;
    std::string reason;
    std::string error;  ///< why the point failed; empty otherwise
};

/// The root of an equilibrium's file, or the points of a study in their order.
[[nodiscard]] std::vector<StoredEntry> list_equilibria(const std::filesystem::path& file);

[[nodiscard]] std::string read_title(const std::filesystem::path& file);

/// The economy as stored. Its sizes agree with those of the stored distribution, so that building its game takes no
/// more memory than the game that was written.
[[nodiscard]] EconomyConfig read_stored_economy(const std::filesystem::path& file, const std::string& group = "/");

struct SocialState {
    Field mass;
    SparseResponse response;
};

/// d and pi of the states of a part. Every state has a row of increasing actions that it offers, with finite
/// probabilities; whether they are a social state of the economy is for the certificate to say.
/// Collective: every rank of `ranks` calls with its part of the same partition. Under MPI all ranks read, each a share
/// of the file, else the root does. An IoError is the same on all ranks.
[[nodiscard]] SocialState read_social_state(const std::filesystem::path& file, const std::string& group,
                                            const Part& part, const Collective& ranks = Collective::serial());

/// The same from an image that to_image made, on one rank that has all states.
[[nodiscard]] SocialState read_social_state(std::span<const std::byte> image, const Part& whole);

/// V, in the same way.
[[nodiscard]] Field read_value(const std::filesystem::path& file, const std::string& group, const Part& part,
                               const Collective& ranks = Collective::serial());

[[nodiscard]] Certificate read_certificate(const std::filesystem::path& file, const std::string& group = "/");
[[nodiscard]] Tolerance read_tolerance(const std::filesystem::path& file, const std::string& group = "/");
[[nodiscard]] SearchRecord read_search(const std::filesystem::path& file, const std::string& group = "/");
[[nodiscard]] Welfare read_welfare(const std::filesystem::path& file, const std::string& group, std::size_t types);

}  // namespace polykarma
