#pragma once

#include <cstdint>
#include <utility>

#include "game/multi_karma.hpp"

namespace polykarma {

/// The game, with the states counted whose rows are formed on this rank.
class Counted : public MultiKarma {
public:
    using MultiKarma::MultiKarma;

    template <class Visit>
    void rows(Stage r, const Aggregates& m, std::span<const double> next, Entries& entries, Workspace& w,
              Visit&& visit) const {
        std::int64_t visits = 0;
        MultiKarma::rows(r, m, next, entries, w, [&](const Site& site, const Values& q) {
            ++visits;
            visit(site, q);
        });
        visits_ += visits;
    }

    /// Since this was last asked.
    std::int64_t visits() const { return std::exchange(visits_, 0); }

private:
    mutable std::int64_t visits_ = 0;
};

static_assert(Game<Counted>);

}  // namespace polykarma
