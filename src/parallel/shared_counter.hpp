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
        virtual std::int64_t next() = 0;
    };

    /// Collective. Valid as long as the group.
    explicit SharedCounter(const Collective& ranks);

    /// 0, 1, 2, ...: every number goes to one caller.
    [[nodiscard]] std::int64_t next() const { return place_->next(); }

private:
    std::shared_ptr<Place> place_;
};

}  // namespace polykarma
