#pragma once

#include <array>
#include <span>
#include <vector>

#include "dynamics/response.hpp"
#include "game/partition.hpp"
#include "io/regrouped.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

// In memory a rank holds lines of every stage, each stage stored with its contested account fastest. In files the karma
// axes are in the order of the resources at every stage: C order of [stage][type][urgency][karma of the first
// account]...[karma of the last].

/// [stage][type][urgency][karma of each account]
[[nodiscard]] std::vector<std::size_t> state_shape(const Layout& layout);

/// Which states every rank writes or reads: a stretch in file order, cut at whole chunks of an array over states and
/// as even as these allow, so that ranks may have nothing. Only the root has any unless the ranks are MPI's: ranks that
/// are threads must not use HDF5 at the same time.
class FileShares {
public:
    FileShares(const Layout& layout, const Collective& ranks);
    /// The root has all.
    static FileShares of_root(const Layout& layout, const Collective& ranks);

    [[nodiscard]] const Collective& ranks() const { return ranks_; }
    [[nodiscard]] const Cuts& cuts() const { return cuts_; }
    [[nodiscard]] std::size_t first() const { return cuts_[static_cast<std::size_t>(ranks_.rank())]; }
    [[nodiscard]] std::size_t last() const { return cuts_[static_cast<std::size_t>(ranks_.rank()) + 1]; }
    [[nodiscard]] std::size_t size() const { return last() - first(); }
    /// Of all ranks.
    [[nodiscard]] std::size_t states() const { return cuts_.back(); }

private:
    FileShares(const Collective& ranks, Cuts cuts);

    Collective ranks_;
    Cuts cuts_;
};

/// Rows of a sparse response in some order of some states.
struct SparseRows {
    std::vector<std::uint64_t> starts{0};  ///< [state + 1]
    std::vector<std::int32_t> actions;
    std::vector<double> probabilities;
};

/// A rank's share of a social state and its values in file order.
struct StatesInFile {
    std::size_t first = 0;        ///< place of the first state
    std::size_t first_entry = 0;  ///< of pi
    std::size_t entries = 0;      ///< of pi, of all ranks
    std::vector<double> mass{};   ///< d
    std::vector<double> value{};  ///< V
    SparseRows rows{};            ///< pi
};

/// From where the engine holds a state to where it is written, and back. Collective. Stage by stage: beside the result
/// memory holds what a rank sends and receives of one stage.
[[nodiscard]] StatesInFile to_file_order(const FileShares& shares, const Field& mass, const Field& value,
                                         const SparseResponse& response);
[[nodiscard]] std::vector<double> to_file_order(const FileShares& shares, const Field& field);
[[nodiscard]] Field from_file_order(const FileShares& shares, const Part& part, std::span<const double> values);
/// `rows` must have actions that their states offer, in increasing order.
[[nodiscard]] SparseResponse from_file_order(const FileShares& shares, const Part& part, const SparseRows& rows);

/// Actions on offer in every state of the share, in file order. Collective.
[[nodiscard]] std::vector<std::uint32_t> row_lengths_in_file(const FileShares& shares, const Part& part);

/// Place of a state in files.   site: index within the lattice as stored at the stage
[[nodiscard]] std::size_t state_in_file(const Layout& layout, Stage r, Block b, std::size_t site);
/// Distance in files between two states that differ by one unit in an account.
[[nodiscard]] std::size_t stride_in_file(const Layout& layout, Account a);

/// Calls visit(place in files, Site, row length) for every state of a stage of a part, in storage order.
template <class Visit>
void for_each_state_in_file(const Part& part, Stage r, Visit&& visit) {
    const Layout& layout = part.layout();
    const std::size_t stride = stride_in_file(layout, layout.contested(r));
    std::size_t line = 0;
    part.for_each_site(r, [&](const Site& site, std::size_t row_length) {
        if (site.position == 0) line = state_in_file(layout, r, site.block, site.index);
        visit(line + site.position * stride, site, row_length);
    });
}

}  // namespace polykarma
