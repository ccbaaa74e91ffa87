#pragma once

#include <cstddef>
#include <functional>

#include "parallel/collective.hpp"

namespace polykarma {

/// The ranks of a group cut into teams of consecutive ranks that work on different things. A team that is free takes
/// the next piece of work; no rank manages the others.
class Teams {
public:
    /// As many teams as can have `least` ranks each, or one; sizes differ by one at most. Collective.
    Teams(const Collective& all, int least);

    [[nodiscard]] const Collective& all() const { return all_; }
    /// The team of this rank.
    [[nodiscard]] const Collective& own() const { return own_; }
    [[nodiscard]] int count() const { return count_; }
    [[nodiscard]] int number() const { return number_; }  ///< of this rank's team

    /// Calls work(item) for every item < items: on all ranks of one team, and items begin in their order. Before every
    /// item all ranks of the team are asked to stop(); if one of them does, no team takes a further item. Collective;
    /// returns when the own team has nothing more to do.
    void share(std::size_t items, const std::function<void(std::size_t item)>& work,
               const std::function<bool()>& stop = {}) const;

private:
    Collective all_;
    int count_;
    int number_;
    Collective own_;
};

}  // namespace polykarma
