#include "parallel/collective.hpp"

#include <mpi.h>

#include <cstdlib>

#include "base/error.hpp"

namespace polykarma {
namespace {

constexpr int kTag = 1;

}  // namespace

MpiSession::MpiSession(int& argc, char**& argv) { MPI_Init(&argc, &argv); }

MpiSession::~MpiSession() { MPI_Finalize(); }

void MpiSession::abort(int exit_code) {
    MPI_Abort(MPI_COMM_WORLD, exit_code);
    std::abort();
}

Collective Collective::world(const MpiSession&) {
    int rank = 0;
    int size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return Collective(rank, size);
}

void Collective::send_to_root(std::span<const std::byte> message) const {
    POLYKARMA_EXPECTS(!is_root());
    MPI_Send(message.data(), static_cast<int>(message.size()), MPI_BYTE, 0, kTag, MPI_COMM_WORLD);
}

std::vector<std::byte> Collective::receive(int from) const {
    POLYKARMA_EXPECTS(is_root() && from != 0);
    MPI_Status status;
    MPI_Probe(from, kTag, MPI_COMM_WORLD, &status);
    int size = 0;
    MPI_Get_count(&status, MPI_BYTE, &size);
    std::vector<std::byte> message(static_cast<std::size_t>(size));
    MPI_Recv(message.data(), size, MPI_BYTE, from, kTag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return message;
}

int Collective::broadcast(int value) const {
    if (size_ > 1) MPI_Bcast(&value, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return value;
}

}  // namespace polykarma
