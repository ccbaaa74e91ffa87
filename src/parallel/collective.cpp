#include "parallel/collective.hpp"

#include <mpi.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/error.hpp"

namespace polykarma {
namespace {

constexpr int kTag = 1;

/// MPI counts are ints: longer messages go in pieces.
constexpr std::size_t kPiece = std::size_t{1} << 30;

/// What launchers leave in the environment of a rank: Open MPI, PMIx (srun --mpi=pmix, prterun), PMI-1 and PMI-2 (srun,
/// MPICH, Intel MPI), MVAPICH, Cray PALS.
bool launched() {
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK", "PALS_RANKID"})
        if (std::getenv(name) != nullptr) return true;
    return false;
}

template <class Transfer>
void in_pieces(std::size_t size, Transfer&& transfer) {
    for (std::size_t done = 0; done < size; done += kPiece)
        transfer(done, static_cast<int>(std::min(kPiece, size - done)));
}

}  // namespace

MpiSession::MpiSession(int& argc, char**& argv) : active_(launched()) {
    if (active_) MPI_Init(&argc, &argv);
}

MpiSession::~MpiSession() {
    if (active_) MPI_Finalize();
}

void MpiSession::abort(int exit_code) {
    MPI_Abort(MPI_COMM_WORLD, exit_code);
    std::abort();
}

Collective Collective::world(const MpiSession& session) {
    if (!session.active()) return serial();
    int rank = 0;
    int size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return Collective(rank, size);
}

void Collective::send_to_root(std::span<const std::byte> message) const {
    POLYKARMA_EXPECTS(!is_root());
    const std::uint64_t size = message.size();
    MPI_Send(&size, 1, MPI_UINT64_T, 0, kTag, MPI_COMM_WORLD);
    in_pieces(message.size(), [&](std::size_t offset, int count) {
        MPI_Send(message.data() + offset, count, MPI_BYTE, 0, kTag, MPI_COMM_WORLD);
    });
}

std::vector<std::byte> Collective::receive(int from) const {
    POLYKARMA_EXPECTS(is_root() && from != 0);
    std::uint64_t size = 0;
    MPI_Recv(&size, 1, MPI_UINT64_T, from, kTag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    std::vector<std::byte> message(size);
    in_pieces(message.size(), [&](std::size_t offset, int count) {
        MPI_Recv(message.data() + offset, count, MPI_BYTE, from, kTag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    });
    return message;
}

int Collective::broadcast(int value) const {
    if (size_ > 1) MPI_Bcast(&value, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return value;
}

}  // namespace polykarma
