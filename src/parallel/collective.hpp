#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace polykarma {

/// MPI for the lifetime of the program, when a launcher (mpirun, srun) started it. Created first thing in main, destroyed
/// last. Started alone, a program goes without: Open MPI's stand-in for a launcher takes 0.3 s to come up, and several
/// that come up at once on a node fail over each other's session directories.
class MpiSession {
public:
    MpiSession(int& argc, char**& argv);
    ~MpiSession();
    MpiSession(const MpiSession&) = delete;
    MpiSession& operator=(const MpiSession&) = delete;

    [[nodiscard]] bool active() const { return active_; }

    /// Ends every rank at once: for bugs only, when others may be waiting in a collective.
    [[noreturn]] static void abort(int exit_code);

private:
    bool active_;
};

/// A group of ranks as a value: whoever works in parallel is given one, and never asks for the world.
class Collective {
public:
    /// One rank, without MPI.
    static Collective serial() { return Collective(0, 1); }
    /// All ranks of the program.
    static Collective world(const MpiSession& session);

    [[nodiscard]] int rank() const { return rank_; }
    [[nodiscard]] int size() const { return size_; }
    [[nodiscard]] bool is_root() const { return rank_ == 0; }
    /// The rank that an item dealt round robin belongs to.
    [[nodiscard]] int owner(std::size_t item) const { return static_cast<int>(item % static_cast<std::size_t>(size_)); }

    /// A message to the root, matched by receive() there; messages of one rank arrive in order.
    void send_to_root(std::span<const std::byte> message) const;
    [[nodiscard]] std::vector<std::byte> receive(int from) const;
    /// The root's value on every rank.
    [[nodiscard]] int broadcast(int value) const;

private:
    Collective(int rank, int size) : rank_(rank), size_(size) {}
    int rank_;
    int size_;
};

}  // namespace polykarma
