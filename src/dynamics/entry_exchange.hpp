#pragma once

#include <span>
#include <vector>

#include "base/aligned.hpp"
#include "game/entries.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// Brings ghosts what their owners know, and owners what entered their lines elsewhere. Which lines are ghosts of which
/// ranks is agreed upon once.
class EntryExchange {
public:
    /// Collective; allocates all buffers.
    EntryExchange(const Part& part, const Collective& ranks);

    /// Values of the ghosts into `entries`.   value(piece, line, out [exogenous]) gives that of an own line
    template <class ValueOf>
    void fetch(Stage r, Entries& entries, ValueOf&& value) {
        const Plan& plan = plans_[r.at()];
        const std::size_t exogenous = part_.layout().exogenous_states();
        double* message = out_.data();
        for (const Line& line : plan.lent) {
            value(part_.pieces(r)[line.piece], line.line, std::span(message, exogenous));
            message += exogenous;
        }
        ranks_.exchange(plan.fetch, out_, in_);
        const double* arrived = in_.data();
        for (const Line& line : plan.ghosts) {
            const Piece& piece = part_.pieces(r)[line.piece];
            for (std::size_t u = 0; u < exogenous; ++u) entries.of(piece, Exogenous{u})[piece.slot(line.line)] = *arrived++;
        }
    }

    /// Mass that entered ghosts to their owners, where it is added. That of the ghosts stays what it was.
    void deliver(Stage r, EnteringMass& mass);

    /// Doubles that this rank sends to others in fetch and in deliver.
    [[nodiscard]] std::size_t fetched(Stage r) const { return part_.layout().exogenous_states() * plans_[r.at()].lent.size(); }
    [[nodiscard]] std::size_t delivered(Stage r) const {
        return 2 * part_.layout().exogenous_states() * plans_[r.at()].ghosts.size();
    }

private:
    struct Line {
        std::size_t piece = 0;  // of this rank
        std::size_t line = 0;   // of the whole lattice
    };
    struct Plan {
        std::vector<Line> ghosts;  // by owner, then type, then line
        std::vector<Line> lent;    // own lines that are others' ghosts: by rank, then type, then line
        Collective::Messages fetch, deliver;
    };
    Part part_;
    Collective ranks_;
    std::vector<Plan> plans_;  // [stage]
    AlignedVector<double> out_;
    AlignedVector<double> in_;
};

}  // namespace polykarma
