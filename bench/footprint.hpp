#pragma once

#include <algorithm>
#include <set>
#include <vector>

#include "game/partition.hpp"

namespace polykarma {

/// What an iteration on a multi-karma economy holds and sends, counted from a part alone: neither from the arrays nor
/// from the message plans of the code that does it, so that each can be held against the other. docs/PARALLEL.md gives
/// the formulas in words.
namespace footprint {

/// Bytes that one rank holds, by what they grow with.
struct Memory {
    double fields = 0.0;      ///< d, V and the pushed mass of all stages
    double stage = 0.0;       ///< arrays as long as the states of the largest stage
    double lines = 0.0;       ///< row lengths, and arrays of one block
    double paths = 0.0;       ///< spending paths
    double aggregates = 0.0;  ///< tallies and what derives from them: the same on every rank
    double messages = 0.0;    ///< buffers and plans of what is exchanged
    double response = 0.0;    ///< stored by the dynamics only
    [[nodiscard]] double total() const { return fields + stage + lines + paths + aggregates + messages + response; }
};

namespace detail {

inline constexpr double kDouble = 8.0;

/// Owner at stage `to` of every state that the part owns at `from`.   visit(owner), once per type and site
template <class Visit>
void for_each_owner(const Part& part, Stage from, Stage to, Visit&& visit) {
    const Layout& layout = part.layout();
    const Lattice& lattice = layout.lattice();
    std::vector<int> balances(lattice.accounts());
    for (const Piece& piece : part.pieces(from)) {
        const std::size_t length = layout.line_length(from);
        for (std::size_t site = piece.lines.first * length; site < piece.lines.last * length; ++site) {
            lattice.balances(layout.contested(from), site, balances);
            const std::size_t there = lattice.site(layout.contested(to), balances);
            visit(part.partition().owner(to, piece.type, there / layout.line_length(to)));
        }
    }
}

/// What all iterations hold.   aggregates: how many sets of them
inline Memory shared(const Part& part, double stage_arrays, double aggregates);

}  // namespace detail

/// States of a part at one stage that other ranks own at another one.
inline std::size_t moving(const Part& part, Stage from, Stage to) {
    std::size_t sites = 0;
    detail::for_each_owner(part, from, to, [&](int owner) { sites += owner != part.rank() ? 1 : 0; });
    return part.layout().exogenous_states() * sites;
}

/// Lines of other ranks at one stage, each with all its exogenous states.
inline std::size_t ghosts(const Part& part, Stage r) {
    std::size_t lines = 0;
    for (const Piece& piece : part.pieces(r)) lines += piece.ghosts.size();
    return lines;
}

/// Bytes that travel in one iteration. Transposition: V backward and mass forward, sent by this rank. Ghosts: one value
/// backward, two halves of a mass forward, to and from this rank. Added up over the ranks, each is what they all send.
struct Traffic {
    std::size_t transposition = 0;
    std::size_t ghosts = 0;
    [[nodiscard]] std::size_t total() const { return transposition + ghosts; }
};
inline Traffic traffic(const Part& part) {
    const Layout& layout = part.layout();
    Traffic bytes;
    for (const auto r : Range<Stage>(layout.stages())) {
        const Stage next = layout.next(r);
        bytes.transposition += sizeof(double) * (moving(part, r, next) + moving(part, next, r));
        bytes.ghosts += sizeof(double) * 3 * layout.exogenous_states() * ghosts(part, r);
    }
    return bytes;
}

/// Bytes that every rank puts into reductions in one iteration: the tallies of all stages, two exact sums of 69 words
/// and two maxima.
inline std::size_t reduced(const Layout& layout) {
    std::size_t doubles = 2 * 69 + 2;
    for (const auto r : Range<Stage>(layout.stages()))
        doubles += padded(layout.line_length(r) * padded(layout.stage(r).actions.size()));
    return sizeof(double) * doubles;
}

/// LogitIteration: nothing grows with the number of state-action pairs.
inline Memory of_logit(const Part& part) { return detail::shared(part, 4.0, 2.0); }

/// Evolution: the response, padded to cache lines, and where each of its rows starts. Its first evaluation needs one
/// more array of a stage.
inline Memory of_dynamics(const Part& part) {
    Memory memory = detail::shared(part, 5.0, 1.0);
    std::size_t doubles = part.states();
    for (const auto r : Range<Stage>(part.layout().stages()))
        part.for_each_site(r, [&](const Site&, std::size_t length) { doubles += padded(length); });
    memory.response = detail::kDouble * static_cast<double>(doubles);
    return memory;
}

inline Memory detail::shared(const Part& part, double stage_arrays, double aggregates) {
    const Layout& layout = part.layout();
    const auto exogenous = static_cast<double>(layout.exogenous_states());
    const auto most_states = static_cast<double>(part.most_states());
    Memory memory;
    memory.fields = 3.0 * kDouble * static_cast<double>(part.states());
    memory.stage = stage_arrays * kDouble * most_states;
    std::size_t block = 0, sites = 0, lines = 0, steps = 0, most_moving = 0, all_ghosts = 0, most_ghosts = 0, runs = 0;
    double actions = 0.0;
    for (const auto r : Range<Stage>(layout.stages())) {
        const Stage next = layout.next(r);
        const std::size_t length = layout.line_length(r);
        const Piece* before = nullptr;
        for (const Piece& piece : part.pieces(r)) {
            block = std::max(block, piece.lines.size() * length);
            sites += piece.lines.size() * length;
            if (before != nullptr && before->lines == piece.lines) continue;  // types share the paths of the same lines
            lines += piece.lines.size();
            const auto row_lengths = part.row_lengths(r, piece);
            for (std::size_t line = 0; line < piece.lines.size(); ++line) steps += row_lengths[line * length] - 2;
            before = &piece;
        }
        std::set<int> peers;
        for_each_owner(part, r, next, [&](int owner) { peers.insert(owner); });
        for_each_owner(part, next, r, [&](int owner) { peers.insert(owner); });
        runs += layout.types() * peers.size() * (length + 4);
        most_moving = std::max({most_moving, moving(part, r, next), moving(part, next, r)});
        const std::size_t stage_ghosts = ghosts(part, r);
        all_ghosts += stage_ghosts;
        most_ghosts = std::max(most_ghosts, stage_ghosts);
        const auto stride = static_cast<double>(padded(layout.stage(r).actions.size()));
        actions += stride * (static_cast<double>(length) + aggregates * (2.0 + exogenous));
    }
    memory.lines = 4.0 * static_cast<double>(sites) +
                   kDouble * (2.0 * static_cast<double>(block) + 3.0 * static_cast<double>(part.most_entries()));
    memory.paths = 16.0 * static_cast<double>(steps) + kDouble * static_cast<double>(lines);
    memory.aggregates = kDouble * actions;
    const double buffers = 2.0 * static_cast<double>(most_moving) + 4.0 * exogenous * static_cast<double>(most_ghosts);
    memory.messages = kDouble * buffers + 40.0 * static_cast<double>(all_ghosts) + 24.0 * static_cast<double>(runs);
    return memory;
}

}  // namespace footprint
}  // namespace polykarma
