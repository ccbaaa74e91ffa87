#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <utility>

#include "parallel/communicator.hpp"
#include "parallel/rank_group.hpp"

namespace polykarma {
namespace {

/// The communicator is this group's alone, so only the kinds of messages within it need to be told apart.
enum Tag : int { kToRoot, kExchange, kAllToAll };

/// MPI counts are ints: longer messages go in pieces. Messages of one sender and tag stay in order.
constexpr std::size_t kPiece = std::size_t{1} << 30;

template <class Transfer>
void in_pieces(std::size_t size, Transfer&& transfer) {
    for (std::size_t done = 0; done < size; done += kPiece)
        transfer(done, static_cast<int>(std::min(kPiece, size - done)));
}
/// From one look at what others ask to the next: as long as they may wait, and long beside a look.
constexpr std::chrono::microseconds kGlance{200};

std::size_t pieces_of(std::size_t size) { return (size + kPiece - 1) / kPiece; }

bool mpi_is_over() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    return finalized != 0;
}

/// A number in the memory of the root, which the others reach without its doing.
class MpiCounter final : public SharedCounter::Place {
public:
    MpiCounter(MPI_Comm communicator, bool holds_it) {
        std::int64_t* number = nullptr;
        MPI_Win_allocate(holds_it ? sizeof *number : 0, sizeof *number, MPI_INFO_NULL, communicator,
                         static_cast<void*>(&number), &window_);
        MPI_Win_lock_all(MPI_MODE_NOCHECK, window_);
        if (holds_it) {
            *number = 0;
            MPI_Win_sync(window_);
        }
        MPI_Barrier(communicator);
    }
    ~MpiCounter() override {
        if (mpi_is_over()) return;
        MPI_Win_unlock_all(window_);
        MPI_Win_free(&window_);
    }

    std::int64_t advance(std::int64_t step) override {
        std::int64_t before = 0;
        MPI_Fetch_and_op(&step, &before, MPI_INT64_T, 0, 0, MPI_SUM, window_);
        MPI_Win_flush(0, window_);
        return before;
    }

private:
    MPI_Win window_ = MPI_WIN_NULL;
};

class MpiGroup final : public RankGroup {
public:
    /// Takes the communicator over.
    MpiGroup(MPI_Comm communicator, int rank, int size) : RankGroup(rank, size), communicator_(communicator) {}

    ~MpiGroup() override {
        counters_.clear();
        parts_.clear();
        if (!mpi_is_over()) MPI_Comm_free(&communicator_);
    }

    [[nodiscard]] MPI_Comm communicator() const { return communicator_; }

    void send_to_root(std::span<const std::byte> message) override {
        const std::uint64_t size = message.size();
        MPI_Send(&size, 1, MPI_UINT64_T, 0, kToRoot, communicator_);
        in_pieces(message.size(), [&](std::size_t offset, int count) {
            MPI_Send(message.data() + offset, count, MPI_BYTE, 0, kToRoot, communicator_);
        });
    }

    std::vector<std::byte> receive(int from) override {
        std::uint64_t size = 0;
        MPI_Recv(&size, 1, MPI_UINT64_T, from, kToRoot, communicator_, MPI_STATUS_IGNORE);
        std::vector<std::byte> message(size);
        in_pieces(message.size(), [&](std::size_t offset, int count) {
            MPI_Recv(message.data() + offset, count, MPI_BYTE, from, kToRoot, communicator_, MPI_STATUS_IGNORE);
        });
        return message;
    }

    int broadcast(int value) override {
        MPI_Bcast(&value, 1, MPI_INT, 0, communicator_);
        return value;
    }

    std::vector<std::byte> broadcast(std::vector<std::byte> bytes) override {
        std::uint64_t size = bytes.size();
        MPI_Bcast(&size, 1, MPI_UINT64_T, 0, communicator_);
        bytes.resize(size);
        in_pieces(bytes.size(), [&](std::size_t offset, int count) {
            MPI_Bcast(bytes.data() + offset, count, MPI_BYTE, 0, communicator_);
        });
        return bytes;
    }

    void sum(std::span<std::int64_t> values) override { reduce(values, MPI_INT64_T, MPI_SUM); }
    void sum(std::span<double> values) override { reduce(values, MPI_DOUBLE, MPI_SUM); }
    void maximum(std::span<double> values) override { reduce(values, MPI_DOUBLE, MPI_MAX); }

    void exchange(const Messages& messages, std::span<const double> out, std::span<double> in) override {
        const Timed timed = count_exchange(messages);
        make_room_for(messages.receives.size() + messages.sends.size());
        for (const auto& [rank, offset, count] : messages.receives)
            MPI_Irecv(in.data() + offset, static_cast<int>(count), MPI_DOUBLE, rank, kExchange, communicator_,
                      &requests_.emplace_back());
        for (const auto& [rank, offset, count] : messages.sends)
            MPI_Isend(out.data() + offset, static_cast<int>(count), MPI_DOUBLE, rank, kExchange, communicator_,
                      &requests_.emplace_back());
        wait_for_all();
    }

    void all_to_all(std::span<const std::span<const std::byte>> out, std::span<std::vector<std::byte>> in) override {
        const std::size_t ranks = out.size();
        std::vector<std::uint64_t> sent(ranks);
        std::vector<std::uint64_t> received(ranks);
        for (std::size_t i = 0; i < ranks; ++i) sent[i] = out[i].size();
        MPI_Alltoall(sent.data(), 1, MPI_UINT64_T, received.data(), 1, MPI_UINT64_T, communicator_);

        const auto self = static_cast<std::size_t>(rank());
        std::size_t requests = 0;
        for (std::size_t i = 0; i < ranks; ++i) {
            if (i == self) continue;
            in[i].resize(received[i]);
            requests += pieces_of(received[i]) + pieces_of(sent[i]);
        }
        make_room_for(requests);
        for (std::size_t i = 0; i < ranks; ++i) {
            if (i == self) continue;
            in_pieces(in[i].size(), [&](std::size_t offset, int count) {
                MPI_Irecv(in[i].data() + offset, count, MPI_BYTE, static_cast<int>(i), kAllToAll, communicator_,
                          &requests_.emplace_back());
            });
        }
        for (std::size_t i = 0; i < ranks; ++i) {
            if (i == self) continue;
            in_pieces(out[i].size(), [&](std::size_t offset, int count) {
                MPI_Isend(out[i].data() + offset, count, MPI_BYTE, static_cast<int>(i), kAllToAll, communicator_,
                          &requests_.emplace_back());
            });
        }
        wait_for_all();
    }

    void barrier() override { MPI_Barrier(communicator_); }

    void attend() override {
        const auto now = std::chrono::steady_clock::now();
        if (now - attended_ < kGlance) return;
        attended_ = now;
        // Whatever is asked of MPI, it attends to everything.
        int found = 0;
        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, communicator_, &found, MPI_STATUS_IGNORE);
    }

    std::shared_ptr<RankGroup> split(int color) override {
        MPI_Comm part = MPI_COMM_NULL;
        MPI_Comm_split(communicator_, color, rank(), &part);
        int rank = 0;
        int size = 1;
        MPI_Comm_rank(part, &rank);
        MPI_Comm_size(part, &size);
        parts_.push_back(std::make_shared<MpiGroup>(part, rank, size));
        return size == 1 ? serial_group() : parts_.back();
    }
    std::shared_ptr<SharedCounter::Place> open_counter() override {
        counters_.push_back(std::make_shared<MpiCounter>(communicator_, rank() == 0));
        return counters_.back();
    }

private:
    template <class T>
    void reduce(std::span<T> values, MPI_Datatype type, MPI_Op operation) {
        const Timed timed = count_reduction(values.size_bytes());
        in_pieces(values.size(), [&](std::size_t offset, int count) {
            MPI_Allreduce(MPI_IN_PLACE, values.data() + offset, count, type, operation, communicator_);
        });
    }

    /// Nothing may be thrown between the first transfer and the end of the last one: unwinding would free what is still
    /// being written to. So all memory is taken before.
    void make_room_for(std::size_t requests) {
        requests_.clear();
        requests_.reserve(requests);
    }
    void wait_for_all() { MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE); }

    MPI_Comm communicator_;
    std::vector<MPI_Request> requests_;  ///< keeps its storage from one exchange to the next
    std::chrono::steady_clock::time_point attended_{};
    // Ending them is collective, and so is the end of the group.
    std::vector<std::shared_ptr<SharedCounter::Place>> counters_;
    std::vector<std::shared_ptr<RankGroup>> parts_;
};

}  // namespace

Collective Collective::world(const MpiSession& session) {
    if (!session.active()) return serial();
    int rank = 0;
    int size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (size == 1) return serial();
    MPI_Comm own = MPI_COMM_NULL;
    MPI_Comm_dup(MPI_COMM_WORLD, &own);
    return Collective(std::make_shared<MpiGroup>(own, rank, size));
}

MPI_Comm communicator(const Collective& ranks) {
    const auto* group = dynamic_cast<const MpiGroup*>(&ranks.group());
    return group != nullptr ? group->communicator() : MPI_COMM_NULL;
}

}  // namespace polykarma
