#include "io/shared_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <system_error>

#include <sys/resource.h>
#include <unistd.h>

#include "io/agreed.hpp"
#include "io/array_cuts.hpp"
#include "io/error_stack.hpp"
#include "io/memory_file.hpp"
#include "io/partial_file.hpp"
#include "parallel/communicator.hpp"

namespace polykarma::hdf5 {
namespace {

/// Why a file needs more room than it takes in the end.
constexpr const char* kRoom =
    "room for the file before compression, which several ranks reserve to be sure of writing it";

/// Every rank writes, and each may have a limit of its own: found out before, since a collective write in which one
/// rank fails need not return on the others.
void require_allowed(const std::string& target, double size) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && size > static_cast<double>(limit.rlim_cur))
        throw IoError(target, "cannot be written", std::generic_category().message(EFBIG));
}

/// Every rank puts its own bytes on the disk: what it writes of an array is one piece already, and when one of Open
/// MPI's ranks that write for others fails, the others wait for it forever.
class Hints {
public:
    Hints() {
        MPI_Info_create(&info_);
        MPI_Info_set(info_, "collective_buffering", "off");  // Open MPI takes the documented "false" for "true"
        MPI_Info_set(info_, "romio_cb_write", "disable");    // MPICH and its relatives
    }
    ~Hints() { MPI_Info_free(&info_); }
    Hints(const Hints&) = delete;
    Hints& operator=(const Hints&) = delete;

    [[nodiscard]] MPI_Info get() const { return info_; }

private:
    MPI_Info info_ = MPI_INFO_NULL;
};

File create_together(const std::string& path, const Collective& ranks, const std::string& name) {
    const std::string what = "cannot be created";
    const Properties access = access_properties(name);
    const Hints hints;
    checked(H5Pset_fapl_mpio(access.get(), communicator(ranks), hints.get()), name, what);
    checked(H5Pset_all_coll_metadata_ops(access.get(), true), name, what);
    checked(H5Pset_coll_metadata_write(access.get(), true), name, what);
    const Properties creation = creation_properties(name);
    return File(checked(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), name, what));
}

extern "C" herr_t polykarma_add_dataset(hid_t root, const char* name, const H5O_info_t* info, void* room) {
    if (info->type != H5O_TYPE_DATASET) return 0;
    constexpr std::size_t index = 64;       // of a chunk: its address, sizes and checksum; its filter's header
    constexpr std::size_t expansion = 256;  // deflate adds less than this part to what it cannot compress
    const Dataset dataset(H5Dopen2(root, name, H5P_DEFAULT));
    const Dataspace space(H5Dget_space(dataset.get()));
    const Datatype type(H5Dget_type(dataset.get()));
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if (rank < 0) return -1;
    std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
    if (H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr) < 0) return -1;
    const Chunks chunks(shape);
    const std::size_t chunk = elements(chunks.shape()) * H5Tget_size(type.get());
    *static_cast<std::size_t*>(room) += chunks.count() * (chunk + chunk / expansion + index);
    return 0;
}

}  // namespace

void give_up(const std::string& partial, const std::exception& error) {
    constexpr unsigned patience = 10;  // seconds
    const bool memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
    if (::unlink(partial.c_str()) == 0)
        std::fprintf(stderr, "polykarma: error: %s\n", memory ? "out of memory" : error.what());
    else
        ::sleep(patience);
    MpiSession::abort(MpiSession::exit_code(error));
}

std::size_t room_for(const File& file, const std::string& name) {
    const auto outline = checked(H5Fget_file_image(file.get(), nullptr, 0), name, "cannot be prepared");
    // HDF5 allocates metadata in blocks, and every rank its own way.
    std::size_t room = 2 * static_cast<std::size_t>(outline);
    checked(H5Ovisit2(file.get(), H5_INDEX_NAME, H5_ITER_INC, polykarma_add_dataset, &room, H5O_INFO_BASIC), name,
            "cannot be prepared");
    return room;
}

void write_together(const std::filesystem::path& target, const Collective& ranks, std::size_t room,
                    const std::function<void(GroupWriter&)>& fill) {
    const QuietErrors quiet;
    const UndisturbedWrite undisturbed;
    const std::string name = target.string();
    std::optional<PartialFile> partial;
    std::array<double, 1> size{static_cast<double>(room)};  // known to the root
    ranks.maximum(size);
    agreed(ranks, [&] {
        require_allowed(name, size.front());
        if (!ranks.is_root()) return;
        partial.emplace(target);
        partial->reserve(room, kRoom);
    });
    const std::string path = ranks.broadcast_text(partial ? partial->path().string() : "");
    File file;  // outlives the handler below: closing it is collective, and the other ranks may not come
    try {
        file = create_together(path, ranks, name);
        if (partial) partial->reserve(room, kRoom);  // creating it has given the room back
        ranks.barrier();                             // reserving may touch every block
        {
            GroupWriter root(Group(checked(H5Gopen2(file.get(), "/", H5P_DEFAULT), name, "cannot be prepared")), name,
                             Transfer::together(ranks));
            fill(root);
        }
        checked(H5Fflush(file.get(), H5F_SCOPE_GLOBAL), name, "cannot be written");
        checked(H5Fclose(file.release()), name, "cannot be closed");
    } catch (const std::exception& error) {
        give_up(path, error);
    }
    agreed(ranks, [&] {
        if (partial) partial->keep();
    });
}

}  // namespace polykarma::hdf5
