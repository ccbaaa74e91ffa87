#include "io/placed_file.hpp"

#include <bit>
#include <cerrno>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "io/error_stack.hpp"
#include "io/memory_file.hpp"
#include "io/shared_file.hpp"

namespace polykarma::hdf5 {
namespace {

static_assert(std::endian::native == std::endian::little, "values are written as files have them");

constexpr std::size_t kGrowth = std::size_t{1} << 20;
constexpr const char* kRoom = "all that the run will write";

[[noreturn]] void fail_by_system(const std::string& name, const std::string& what) {
    throw IoError(name, what, std::generic_category().message(errno));
}

Group root_of(const File& file, const std::string& name) {
    return Group(checked(H5Gopen2(file.get(), "/", H5P_DEFAULT), name, "cannot be prepared"));
}

/// The file is this program's alone, and some shared file systems do not know locks.
Properties unlocked(const std::string& name) {
    Properties access = access_properties(name);
#if H5_VERSION_GE(1, 10, 7)
    checked(H5Pset_file_locking(access.get(), false, true), name, "cannot be opened");
#endif
    return access;
}

/// `opened` outlives what may be thrown here: a file that HDF5 cannot write it cannot close either.
void fill_on_disk(File& opened, const std::string& path, const std::function<File()>& open,
                  const std::function<void(GroupWriter&)>& fill) {
    try {
        opened = open();
        {
            GroupWriter root(root_of(opened, path), path);
            fill(root);
        }
        checked(H5Fflush(opened.get(), H5F_SCOPE_GLOBAL), path, "cannot be written");
        checked(H5Fclose(opened.release()), path, "cannot be closed");
    } catch (const std::exception& error) {
        give_up(path, error);
    }
}

extern "C" herr_t polykarma_note_place(hid_t root, const char* name, const H5O_info_t* info, void* visit) {
    if (info->type != H5O_TYPE_DATASET) return 0;
    const Dataset dataset(H5Dopen2(root, name, H5P_DEFAULT));
    const haddr_t begin = H5Dget_offset(dataset.get());
    if (begin != HADDR_UNDEF)  // that of chunks is not
        (*static_cast<const std::function<void(const char*, haddr_t, hsize_t)>*>(visit))(
            name, begin, H5Dget_storage_size(dataset.get()));
    return 0;
}

}  // namespace

void outline(PartialFile& file, const std::function<void(GroupWriter&, Storage to_come)>& fill) {
    const QuietErrors quiet;
    const UndisturbedWrite undisturbed;
    const std::string path = file.path().string();
    std::size_t room = 0;
    {
        const File memory = create_in_memory(path, kGrowth);
        GroupWriter root(root_of(memory, path), path);
        fill(root, Storage::plain);
        room = room_for(memory, path);
    }
    file.reserve(room, kRoom);
    File opened;
    fill_on_disk(
        opened, path,
        [&] {
            const Properties access = unlocked(path), creation = creation_properties(path);
            File created(checked(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), path, "cannot be created"));
            file.reserve(room, kRoom);  // creating it has given the room back
            return created;
        },
        [&](GroupWriter& root) { fill(root, Storage::placed); });
}

void add_to(const std::filesystem::path& file, const std::function<void(GroupWriter&)>& fill) {
    const QuietErrors quiet;
    const UndisturbedWrite undisturbed;
    const std::string path = file.string();
    File opened;
    fill_on_disk(
        opened, path,
        [&] {
            const Properties access = unlocked(path);
            return File(checked(H5Fopen(path.c_str(), H5F_ACC_RDWR, access.get()), path, "cannot be opened"));
        },
        fill);
}

PlacedFile::PlacedFile(const std::filesystem::path& file) : name_(file.string()) {
    {
        const QuietErrors quiet;
        const Properties access = unlocked(name_);
        const File opened(checked(H5Fopen(name_.c_str(), H5F_ACC_RDONLY, access.get()), name_, "is not a readable HDF5 file"));
        std::function<void(const char*, haddr_t, hsize_t)> visit = [&](const char* name, haddr_t begin, hsize_t size) {
            places_[name] = {begin, size};
        };
        checked(H5Ovisit2(opened.get(), H5_INDEX_NAME, H5_ITER_INC, polykarma_note_place, &visit, H5O_INFO_BASIC), name_,
                "cannot be read");
    }
    descriptor_ = ::open(name_.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor_ < 0) fail_by_system(name_, "cannot be opened");
}

PlacedFile::~PlacedFile() { ::close(descriptor_); }

void PlacedFile::write(const std::string& name, std::size_t first, std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    const auto place = places_.find(name);
    if (place == places_.end() || first + bytes.size() > place->second.size)
        throw IoError(name_, "cannot be written", "it is of another run");
    auto at = static_cast<off_t>(place->second.begin + first);
    while (!bytes.empty()) {
        const auto count = ::pwrite(descriptor_, bytes.data(), bytes.size(), at);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail_by_system(name_, "cannot be written");
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        at += count;
    }
}

void PlacedFile::flush() {
    if (::fdatasync(descriptor_) != 0) fail_by_system(name_, "cannot be flushed to the disk");
}

void PlacedFile::copy_to(PartialFile& target) {
    std::vector<std::byte> block(std::size_t{1} << 20);
    for (off_t at = 0;;) {
        const auto count = ::pread(descriptor_, block.data(), block.size(), at);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail_by_system(name_, "cannot be read");
        if (count == 0) return;
        target.write(std::span(block).first(static_cast<std::size_t>(count)));
        at += count;
    }
}

}  // namespace polykarma::hdf5
