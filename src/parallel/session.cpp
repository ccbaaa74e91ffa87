#include "parallel/session.hpp"

#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <thread>

#include "base/error.hpp"

namespace polykarma {
namespace {

using Clock = std::chrono::steady_clock;
using Duration = std::chrono::milliseconds;

/// Between two looks at whether the others have come: short beside starting a program, long beside the look.
constexpr Duration kNap{1};

/// Why the work of a rank ended before its time.
struct Failure {
    int exit_code;
    std::string kind;
    std::string reason;
};

/// The failure that the exception being handled stands for.
Failure failure_of(const std::exception& error) {
    if (dynamic_cast<const InputError*>(&error) != nullptr) return {2, "error", error.what()};
    if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return {2, "error", "out of memory"};
    if (dynamic_cast<const IoError*>(&error) != nullptr) return {4, "error", error.what()};
    return {1, "bug", error.what()};
}

void tell(const Failure& failure, int rank) {
    const std::string where = rank == 0 ? "" : " on rank " + std::to_string(rank);
    std::string line = "polykarma: " + failure.kind + where + ": " + failure.reason;
    // A file name or an argument may hold a line break; the message is one line all the same.
    for (char& c : line)
        if (c == '\n' || c == '\r') c = ' ';
    // One write, so that what other ranks write stays out of the line.
    std::fputs((line + '\n').c_str(), stderr);
}

/// What launchers leave in the environment of a rank: Open MPI, PMIx (srun --mpi=pmix, prterun), PMI-1 and PMI-2
/// (srun, MPICH, Intel MPI), MVAPICH, Cray PALS.
bool launched() {
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK", "PALS_RANKID"})
        if (std::getenv(name) != nullptr) return true;
    return false;
}

}  // namespace

/// Where all ranks meet at their end, on a communicator that nothing else uses: whatever the others wait in, they do
/// not take a word that is said here for one of theirs.
class MpiSession::Meeting {
public:
    Meeting() {
        MPI_Comm_dup(MPI_COMM_WORLD, &communicator_);
        MPI_Comm_rank(communicator_, &rank_);
        MPI_Comm_size(communicator_, &size_);
    }
    ~Meeting() { MPI_Comm_free(&communicator_); }
    Meeting(const Meeting&) = delete;
    Meeting& operator=(const Meeting&) = delete;

    /// The exit code of this rank, once all have come; does not return if some of them will not.
    int end(int code, const std::optional<Failure>& failure, Duration patience) {
        // The lowest rank that failed, with its code, in one number.
        constexpr int codes = 256;
        constexpr long nobody = std::numeric_limits<long>::max();
        const long own = failure ? static_cast<long>(rank_) * codes + failure->exit_code : nobody;
        long first = nobody;
        MPI_Request all = MPI_REQUEST_NULL;
        MPI_Iallreduce(&own, &first, 1, MPI_LONG, MPI_MIN, communicator_, &all);
        const auto all_came = [&] {
            int came = 0;
            MPI_Test(&all, &came, MPI_STATUS_IGNORE);
            return came != 0;
        };
        const auto out_of_patience = Clock::now() + patience;
        while (!all_came()) {
            if (failure && Clock::now() > out_of_patience) end_without_the_others(*failure, patience);
            std::this_thread::sleep_for(kNap);
        }
        if (failure && first == own) tell(*failure, rank_);
        if (rank_ != 0) return 0;
        return first == nobody ? code : static_cast<int>(first % codes);
    }

private:
    /// Those that failed cannot know of each other but by messages, as the others take no part. The lowest speaks: it
    /// says so to all above it. One that has heard from nobody speaks as well, but tells those below first.
    [[noreturn]] void end_without_the_others(const Failure& failure, Duration patience) {
        for (int above = rank_ + 1; above < size_; ++above) say_that_i_speak(above);
        if (heard_within(patience / 3))
            std::this_thread::sleep_for(patience);  // the end comes from there
        else
            for (int below = 0; below < rank_; ++below) say_that_i_speak(below);
        tell(failure, rank_);
        abort(failure.exit_code);
    }

    void say_that_i_speak(int to) {
        // Empty, and therefore on its way whether or not it is ever received.
        MPI_Request sent = MPI_REQUEST_NULL;
        MPI_Isend(nullptr, 0, MPI_BYTE, to, 0, communicator_, &sent);
        MPI_Request_free(&sent);
    }

    [[nodiscard]] bool heard_within(Duration time) {
        for (const auto end = Clock::now() + time; Clock::now() < end; std::this_thread::sleep_for(kNap)) {
            int heard = 0;
            MPI_Iprobe(MPI_ANY_SOURCE, 0, communicator_, &heard, MPI_STATUS_IGNORE);
            if (heard != 0) return true;
        }
        return false;
    }

    MPI_Comm communicator_ = MPI_COMM_NULL;
    int rank_ = 0;
    int size_ = 1;
};

MpiSession::MpiSession(int& argc, char**& argv) {
    if (!launched()) return;
    MPI_Init(&argc, &argv);
    meeting_ = std::make_unique<Meeting>();
}

MpiSession::~MpiSession() {
    if (!active()) return;
    meeting_.reset();
    MPI_Finalize();
}

int MpiSession::exit_code(const std::exception& error) { return failure_of(error).exit_code; }

bool MpiSession::active() const { return meeting_ != nullptr; }

int MpiSession::run(const std::function<int()>& work, Duration patience) const {
    int code = 0;
    std::optional<Failure> failure;
    try {
        code = work();
    } catch (const std::exception& error) {
        failure = failure_of(error);
    }
    if (active()) return meeting_->end(code, failure, patience);
    if (!failure) return code;
    tell(*failure, 0);
    return failure->exit_code;
}

void MpiSession::abort(int exit_code) {
    MPI_Abort(MPI_COMM_WORLD, exit_code);
    std::abort();
}

}  // namespace polykarma
