#pragma once

#include <algorithm>
#include <span>

#include "base/fixed_point.hpp"
#include "game/partition.hpp"

namespace polykarma {

/// One number per line and exogenous state for what passes between lines: the value of entering a line from another one,
/// or the mass that does. The ghosts of a piece follow its own lines.
class Entries {
public:
    /// Room for any stage of a part.
    explicit Entries(const Part& part) : data_(part.most_entries(), 0.0) {}

    /// [slot] of a block of a piece.
    [[nodiscard]] std::span<double> of(const Piece& piece, Exogenous u) {
        return std::span(data_).subspan(piece.first_entry + u.at() * piece.slots(), piece.slots());
    }
    [[nodiscard]] std::span<double> all() { return data_; }

private:
    AlignedVector<double> data_;
};

/// Mass that enters lines, from one rank or many: a sum that does not depend on the order of its terms, since both of
/// its halves are exact. What a term loses is at most half a unit of the lower grid.
class EnteringMass {
public:
    explicit EnteringMass(const Part& part) : high(part), low(part) {}

    /// One block of a piece.
    struct Block {
        std::span<double> high;
        std::span<double> low;
        void add(std::size_t slot, double mass) const {
            const SplitShare term = split(mass);
            high[slot] += term.high;
            low[slot] += term.low;
        }
        [[nodiscard]] double value(std::size_t slot) const { return SplitShare{high[slot], low[slot]}.value(); }
    };
    [[nodiscard]] Block of(const Piece& piece, Exogenous u) { return {high.of(piece, u), low.of(piece, u)}; }
    void clear() {
        std::fill(high.all().begin(), high.all().end(), 0.0);
        std::fill(low.all().begin(), low.all().end(), 0.0);
    }

    Entries high;
    Entries low;
};

}  // namespace polykarma
