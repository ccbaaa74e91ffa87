#include "io/equilibrium_file.hpp"

#include "io/error_stack.hpp"
#include "io/memory_file.hpp"
#include "io/provenance.hpp"
#include "io/record_writer.hpp"
#include "io/replaced_file.hpp"

namespace polykarma {
namespace {

constexpr std::size_t kGrowth = std::size_t{1} << 20;

hdf5::GroupWriter root_of(const hdf5::File& file, const std::string& name) {
    return {hdf5::Group(hdf5::checked(H5Gopen2(file.get(), "/", H5P_DEFAULT), name, "cannot be prepared")), name};
}

}  // namespace

void write_equilibrium(const std::filesystem::path& file, const EquilibriumRecord& record,
                       const Provenance& provenance) {
    require_writable(file);
    const hdf5::QuietErrors quiet;
    const std::string name = file.string();
    const hdf5::File memory = hdf5::create_in_memory(name, kGrowth);
    {
        hdf5::GroupWriter root = root_of(memory, name);
        hdf5::write_record(root, record);
        hdf5::write_provenance(root, provenance, record.seconds);
    }
    replace_file(file, hdf5::take_image(memory, name));
}

std::vector<std::byte> to_image(const EquilibriumRecord& record) {
    const hdf5::QuietErrors quiet;
    const hdf5::File memory = hdf5::create_in_memory(record.title, kGrowth);
    {
        hdf5::GroupWriter root = root_of(memory, record.title);
        hdf5::write_record(root, record);
    }
    return hdf5::take_image(memory, record.title);
}

}  // namespace polykarma
