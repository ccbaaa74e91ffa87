#include "io/equilibrium_file.hpp"

#include "base/error.hpp"
#include "io/agreed.hpp"
#include "io/error_stack.hpp"
#include "io/memory_file.hpp"
#include "io/provenance.hpp"
#include "io/record_writer.hpp"
#include "io/replaced_file.hpp"
#include "io/shared_file.hpp"
#include "parallel/communicator.hpp"

namespace polykarma {
namespace {

constexpr std::size_t kGrowth = std::size_t{1} << 20;

hdf5::GroupWriter root_of(const hdf5::File& file, const std::string& name) {
    return {hdf5::Group(hdf5::checked(H5Gopen2(file.get(), "/", H5P_DEFAULT), name, "cannot be prepared")), name};
}

hdf5::File in_memory(const EquilibriumRecord& record, const StatesInFile& states, const std::string& name) {
    hdf5::File memory = hdf5::create_in_memory(name, kGrowth);
    hdf5::GroupWriter root = root_of(memory, name);
    hdf5::write_record(root, record, states);
    return memory;
}

void write_alone(const std::filesystem::path& file, const EquilibriumRecord& record, const StatesInFile& states,
                 const Provenance& provenance) {
    const hdf5::QuietErrors quiet;
    const std::string name = file.string();
    const hdf5::File memory = in_memory(record, states, name);
    {
        hdf5::GroupWriter root = root_of(memory, name);
        hdf5::write_provenance(root, provenance, record.seconds);
    }
    replace_file(file, hdf5::take_image(memory, name));
}

/// The file without its states is small: it tells how much room the whole one needs.
std::size_t room_for(const EquilibriumRecord& record, const StatesInFile& states, const std::string& name) {
    const hdf5::QuietErrors quiet;
    const StatesInFile outline{.entries = states.entries};
    return hdf5::room_for(in_memory(record, outline, name), name);
}

}  // namespace

void write_equilibrium(const std::filesystem::path& file, const EquilibriumRecord& record,
                       const Provenance& provenance, const Collective& ranks) {
    agreed(ranks, [&] {
        if (ranks.is_root()) require_writable(file);
    });
    const StatesInFile states =
        to_file_order(FileShares(*record.layout, ranks), record.mass, record.value, record.response);
    if (communicator(ranks) == MPI_COMM_NULL) {
        agreed(ranks, [&] {
            if (ranks.is_root()) write_alone(file, record, states, provenance);
        });
        return;
    }
    const std::size_t room =
        agreed(ranks, [&] { return ranks.is_root() ? room_for(record, states, file.string()) : 0; });
    hdf5::write_together(file, ranks, room, [&](hdf5::GroupWriter& root) {
        hdf5::write_record(root, record, states);
        hdf5::write_provenance(root, provenance, record.seconds);
    });
}

std::vector<std::byte> to_image(const EquilibriumRecord& record, const Collective& ranks) {
    const StatesInFile states = to_file_order(FileShares::of_root(*record.layout, ranks), record.mass, record.value,
                                              record.response);
    if (!ranks.is_root()) return {};
    const hdf5::QuietErrors quiet;
    return hdf5::take_image(in_memory(record, states, record.title), record.title);
}

}  // namespace polykarma
