#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/exact_sum.hpp"
#include "parallel/session.hpp"

namespace polykarma {

class RankGroup;

/// A group of ranks as a value: whoever works in parallel is given one, and never asks for the world. Copies stand for
/// the same ranks and share their traffic counts.
///
/// Every rank of the group calls every collective operation (all below but send_to_root and receive), in the same
/// sequence and with as many elements, those that own nothing too. Sums and maxima do not depend on the number of ranks
/// or on who held which term. One rank needs no partner: for it these operations change nothing.
/// Cost  sum, maximum and exchange allocate nothing once they have been called with as many messages before
class Collective {
public:
    /// One rank, without MPI.
    static Collective serial();
    /// All ranks of the program, with messages of their own: every call of world() is a collective operation. A program
    /// of one rank is serial.
    static Collective world(const MpiSession& session);

    explicit Collective(std::shared_ptr<RankGroup> group);

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
    /// The root's bytes on every rank; what the others bring is dropped.
    [[nodiscard]] std::vector<std::byte> broadcast(std::vector<std::byte> bytes) const;
    [[nodiscard]] std::string broadcast_text(const std::string& text) const;

    /// In place, element by element. Integer sums are exact; they must fit.
    void sum(std::span<std::int64_t> values) const;
    /// In place, element by element. The terms of an element must be on one FixedPoint grid and their sum within it:
    /// then this is exact, too.
    void sum(std::span<double> values) const;
    /// In place, element by element; normalizes the sums.
    void sum(std::span<ExactSum> sums) const;
    /// In place, the element-wise maximum; no NaN among the values. A maximum of zero is +0, also on one rank.
    void maximum(std::span<double> values) const;

    /// Messages of fixed sizes, planned once and exchanged many times. Offsets and counts in doubles within the buffers
    /// of exchange(). Sorted by rank, at most one per rank and direction, never to oneself, no count zero; what one
    /// rank sends is what the other receives.
    struct Messages {
        struct Part {
            int rank;
            std::size_t offset, count;
        };
        std::vector<Part> sends, receives;
    };
    /// Fills the received parts of `in` and leaves the rest of it alone. The buffers do not overlap.
    void exchange(const Messages& messages, std::span<const double> out, std::span<double> in) const;

    /// One message to every rank (also to oneself, also empty): for things done once. result[rank] is what that rank
    /// sent here.
    [[nodiscard]] std::vector<std::vector<std::byte>> all_to_all(std::vector<std::vector<std::byte>> messages) const;

    void barrier() const;

    /// Looks up from long work of one's own, for what others ask of this rank's memory (SharedCounter): some networks
    /// cannot reach it by themselves. Not collective; cheap enough for every iteration.
    void attend() const;

    /// The ranks that say the same color, in their order, as a group with messages of its own. It ends with this one.
    [[nodiscard]] Collective split(int color) const;

    /// What this rank has sent to others in exchange(), and the calls of sum and maximum and the bytes it put into
    /// them, since it was created or reset.
    struct Traffic {
        std::uint64_t messages = 0, bytes = 0;
        std::uint64_t reductions = 0, reduced_bytes = 0;
        double exchange_seconds = 0.0, reduction_seconds = 0.0;  ///< waiting for other ranks included
    };
    [[nodiscard]] Traffic traffic() const;
    void reset_traffic() const;

    /// What carries the messages: for src/parallel.
    [[nodiscard]] RankGroup& group() const { return *group_; }

private:
    std::shared_ptr<RankGroup> group_;
    int rank_;
    int size_;
};

}  // namespace polykarma
