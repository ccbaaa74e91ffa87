#include "io/transfer.hpp"

#include <array>

#include "base/error.hpp"
#include "io/array_cuts.hpp"
#include "io/error_stack.hpp"
#include "io/regrouped.hpp"
#include "parallel/communicator.hpp"

namespace polykarma::hdf5 {
namespace {

bool has_chunks(const Dataset& dataset, const std::string& file, const std::string& what) {
    const Properties creation(checked(H5Dget_create_plist(dataset.get()), file, what));
    return H5Pget_layout(creation.get()) == H5D_CHUNKED;
}

/// Stretches that end where chunks do: each end moves down to the last one.
Cuts at_chunks(const Cuts& cuts, const Chunks& chunks) {
    Cuts result{0};
    for (std::size_t rank = 1; rank + 1 < cuts.size(); ++rank) result.push_back(chunks.last_begin(cuts[rank]));
    result.push_back(cuts.back());
    return result;
}

}  // namespace

Transfer Transfer::alone() { return Transfer(Collective::serial()); }

Transfer Transfer::together(const Collective& ranks) {
    POLYKARMA_EXPECTS(communicator(ranks) != MPI_COMM_NULL);
    Transfer transfer(ranks);
    Properties properties(checked(H5Pcreate(H5P_DATASET_XFER), "MPI-IO", "cannot be prepared"));
    checked(H5Pset_dxpl_mpio(properties.get(), H5FD_MPIO_COLLECTIVE), "MPI-IO", "cannot be prepared");
    transfer.properties_ = std::make_shared<const Properties>(std::move(properties));
    return transfer;
}

void Transfer::write(const Dataset& dataset, hid_t memory_type, std::span<const hsize_t> shape,
                     std::span<const std::byte> stretch, const std::string& file, const std::string& what) const {
    const std::size_t element_size = H5Tget_size(memory_type);
    const Cuts brought = cuts_of(ranks_, stretch.size() / element_size);
    if (brought.back() == 0) return;
    POLYKARMA_EXPECTS(brought.back() == elements(shape));
    const Cuts cuts = has_chunks(dataset, file, what) ? at_chunks(brought, Chunks(shape)) : brought;
    std::vector<std::byte> moved;
    if (cuts != brought) {
        moved = regrouped(ranks_, stretch, element_size, brought, cuts);
        stretch = moved;
    }
    const auto rank = static_cast<std::size_t>(ranks_.rank());
    auto own = boxes(shape, cuts[rank], cuts[rank + 1]);
    if (shape.empty() && !stretch.empty()) own.emplace_back();
    // Ranks whose stretch takes fewer boxes take part in the transfers of the others.
    std::array<double, 1> rounds{static_cast<double>(own.size())};
    ranks_.maximum(rounds);
    for (std::size_t round = 0; round < static_cast<std::size_t>(rounds[0]); ++round) {
        const Dataspace in_file(checked(H5Dget_space(dataset.get()), file, what));
        Dataspace in_memory(checked(H5Screate(H5S_SCALAR), file, what));
        if (round >= own.size()) {
            checked(H5Sselect_none(in_file.get()), file, what);
            checked(H5Sselect_none(in_memory.get()), file, what);
        } else if (!shape.empty()) {
            const auto& [start, count] = own[round];
            checked(H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
                    file, what);
            in_memory = Dataspace(
                checked(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), file, what));
        }
        checked(H5Dwrite(dataset.get(), memory_type, in_memory.get(), in_file.get(), properties(), stretch.data()),
                file, what);
        if (round < own.size()) stretch = stretch.subspan(elements(own[round].count) * element_size);
    }
}

}  // namespace polykarma::hdf5
