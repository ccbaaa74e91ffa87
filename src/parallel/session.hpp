#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>

namespace polykarma {

/// MPI for the lifetime of the program, when a launcher (mpirun, srun) started it. Created first thing in main,
/// destroyed last. Started alone, a program goes without: Open MPI's stand-in for a launcher takes 0.3 s to come up,
/// and several that come up at once on a node fail over each other's session directories.
class MpiSession {
public:
    MpiSession(int& argc, char**& argv);
    ~MpiSession();
    MpiSession(const MpiSession&) = delete;
    MpiSession& operator=(const MpiSession&) = delete;

    [[nodiscard]] bool active() const;

    /// Does the program's work on this rank, and ends all ranks as one program, however the work of each has ended.
    /// Every rank calls it once, as its last deed. Returns what main returns: on the root the exit code of the program,
    /// 0 elsewhere.
    /// `work` returns an exit code, of which the root's counts, or throws: InputError and std::bad_alloc are code 2,
    /// IoError is 4, any other std::exception is a bug and 1.
    ///
    /// One rank that threw is enough to fail the program. The lowest of them says so, in one line on standard error
    /// that names the rank unless it is the root, and its code is that of the program.
    ///   All ranks come to the end of their work, thrown or not: the program ends in good order.
    ///   Some do not, as they wait in a collective operation for one that threw: that one waits for `patience`, a third
    ///   of it more for ranks that threw as well and may be lower, and ends all by MPI_Abort.
    /// A rank that has not thrown waits for the others as long as they need.
    /// Whatever `work` destroys on its way out must not be collective: communicators and shared files stay outside.
    [[nodiscard]] int run(const std::function<int()>& work, std::chrono::milliseconds patience = kPatience) const;

    /// Ends every rank at once, when others may be waiting in a collective and this one cannot return to run().
    [[noreturn]] static void abort(int exit_code);

    /// The code with which run() ends for an exception.
    [[nodiscard]] static int exit_code(const std::exception& error);

    /// All ranks throw for the same reason, as a rule, and as far apart as their reading of the same input. A longer
    /// wait burns the allocation of a job that cannot go on.
    static constexpr std::chrono::milliseconds kPatience{3000};

private:
    class Meeting;
    std::unique_ptr<Meeting> meeting_;  ///< where MPI's ranks end; none without MPI
};

}  // namespace polykarma
