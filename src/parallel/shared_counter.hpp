#pragma once

#include <cstdint>
#include <memory>

#include "parallel/collective.hpp"

namespace polykarma {

/// A number that the ranks of a group count up, each whenever it wants to: nobody waits for another rank.
class SharedCounter {
public:
    /// What it is on one kind of ranks.
    class Place {
    public:
        Place() = default;
        virtual ~Place() = default;
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        /// The number before `step` was added.
        virtual std::int64_t advance(std::int64_t step) = 0;
    };

    /// Collective. Valid as long as the group.
    explicit SharedCounter(const Collective& ranks);

    /// 0, 1, 2, ...: every number goes to one caller.
    [[nodiscard]] std::int64_t next() const { return place_->advance(1); }
    /// Whoever calls next() from now on is given a number that is larger by so much.
    void skip(std::int64_t numbers) const { static_cast<void>(place_->advance(numbers)); }

private:
    std::shared_ptr<Place> place_;
};

}  // namespace polykarma
