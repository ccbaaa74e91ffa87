#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/aligned.hpp"
#include "game/partition.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// Moves numbers per state between a stage and the one that follows, each in the storage and ownership of its own stage:
/// a transposition on every rank, and one message between any two ranks that own parts of the same lines.
///
/// Site i + rows j of a stage is site j + columns i of the next. What one rank owns of the former and one of the latter
/// is, for every i, a run of consecutive j. Messages hold the runs of all types, exogenous states and i, in this order.
class Transposition {
public:
    /// Allocates all buffers.
    Transposition(const Part& part, const Collective& ranks);

    /// `here` [state of r] from `next` [state of the stage after r].
    void backward(Stage r, std::span<const double> next, std::span<double> here);
    /// `next` [state of the stage after r] from `here` [state of r].
    void forward(Stage r, std::span<const double> here, std::span<double> next);

    /// Doubles that this rank sends to others when r goes forward, and when it goes backward.
    [[nodiscard]] std::size_t sent_forward(Stage r) const { return doubles(plans_[r.at()].here); }
    [[nodiscard]] std::size_t sent_backward(Stage r) const { return doubles(plans_[r.at()].next); }

private:
    static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
    struct Run {
        std::size_t first = 0, last = 0;  // of j
        std::size_t start = 0;            // in the message of a block
    };
    /// Sites of one type that one rank owns at r and one at the next stage.
    struct Patch {
        Lattice::Transposition shape;
        std::vector<Run> runs;         // [i]
        std::size_t first = kNone;     // j of any run
        std::size_t last = 0;
        std::size_t count = 0;         // sites in all runs
        std::int64_t here_origin = 0;  // state of the site 0 of the type, were it owned, in the storage of r
        std::int64_t next_origin = 0;  // and in that of the next stage
        std::size_t here_block = 0;    // distance between exogenous states
        std::size_t next_block = 0;
    };
    /// What is shared with another rank.
    struct Link {
        int rank = 0;
        std::vector<Patch> patches;  // [type], empty ones left out
        std::size_t doubles = 0;
    };
    struct Plan {
        std::vector<Link> own;   // one: this rank with itself
        std::vector<Link> here;  // owned here at r, by the other rank at the next stage
        std::vector<Link> next;  // owned by the other rank at r, here at the next stage
        Collective::Messages forward, backward;
    };
    [[nodiscard]] Patch patch(Stage r, Type t, int here, int next) const;
    [[nodiscard]] Link link(Stage r, int here, int next) const;
    [[nodiscard]] static std::size_t doubles(const std::vector<Link>& links);

    Part part_;
    Collective ranks_;
    std::vector<Plan> plans_;  // [stage]
    AlignedVector<double> out_;
    AlignedVector<double> in_;
};

}  // namespace polykarma
