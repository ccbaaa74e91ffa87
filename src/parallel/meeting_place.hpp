#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <typeindex>
#include <utility>
#include <vector>

#include "parallel/emulated.hpp"

/// Behind emulated.hpp.
namespace polykarma::emulation {

inline std::size_t at(int rank) { return static_cast<std::size_t>(rank); }

inline void require(bool condition, const char* otherwise) {
    if (!condition) throw std::logic_error(otherwise);
}

/// What the threads share. One mutex guards all of it, and what a rank hands over is read and written by others under
/// that mutex only, while the rank waits.
class MeetingPlace {
public:
    /// Of some of these ranks, who are lost there when they are lost here.
    struct Part {
        std::shared_ptr<MeetingPlace> place;
        std::vector<int> ranks;
    };

    explicit MeetingPlace(int size) : left_(at(size), false), arrivals_(at(size)), to_root_(at(size)) {}

    [[nodiscard]] int size() const { return static_cast<int>(left_.size()); }

    /// Returns once all ranks are here. The last to come calls combine(all), where all(rank) is the argument of that
    /// rank, while the others wait: nobody reads what another has stopped offering.
    template <class Argument, class Combine>
    void meet(int rank, Argument& argument, Combine combine) {
        std::unique_lock lock(mutex_);
        if (someone_left_) throw RankLost();
        // An operation is known by the type of what it combines with.
        arrivals_[at(rank)] = {typeid(Combine), &argument};
        if (++arrived_ < size()) {
            const auto present = meeting_;
            changed_.wait(lock, [&] { return meeting_ != present || someone_left_; });
            if (meeting_ == present) throw RankLost();
            return;
        }
        try {
            for (const Arrival& arrival : arrivals_)
                require(arrival.operation == typeid(Combine), "ranks are in different operations");
            combine([&](int r) -> Argument& { return *static_cast<Argument*>(arrivals_[at(r)].argument); });
        } catch (...) {
            give_up(std::current_exception());
            throw;
        }
        arrived_ = 0;
        ++meeting_;
        changed_.notify_all();
    }

    void send_to_root(int from, std::span<const std::byte> message) {
        const std::lock_guard lock(mutex_);
        if (failed_ || left_[0]) throw RankLost();
        to_root_[at(from)].emplace_back(message.begin(), message.end());
        changed_.notify_all();
    }

    std::vector<std::byte> receive(int from) {
        std::unique_lock lock(mutex_);
        auto& waiting = to_root_[at(from)];
        changed_.wait(lock, [&] { return !waiting.empty() || failed_ || left_[at(from)]; });
        if (failed_ || waiting.empty()) throw RankLost();
        std::vector<std::byte> message = std::move(waiting.front());
        waiting.pop_front();
        return message;
    }

    /// A rank has ended and takes part in nothing any more.
    void leave(int rank) {
        const std::lock_guard lock(mutex_);
        left_[at(rank)] = someone_left_ = true;
        changed_.notify_all();
        for (const Part& part : parts_)
            if (const auto found = std::ranges::find(part.ranks, rank); found != part.ranks.end())
                part.place->leave(static_cast<int>(found - part.ranks.begin()));
    }
    /// It has ended by an exception.
    void fail(std::exception_ptr exception) {
        const std::lock_guard lock(mutex_);
        give_up(std::move(exception));
    }
    /// Within the combination of a meeting.
    void add_part(Part part) { parts_.push_back(std::move(part)); }
    /// Throws the first exception, if there was one.
    void rethrow() {
        if (first_) std::rethrow_exception(first_);
    }

private:
    struct Arrival {
        std::type_index operation = typeid(void);
        void* argument = nullptr;
    };

    void give_up(std::exception_ptr why) {
        if (!first_) first_ = std::move(why);
        failed_ = someone_left_ = true;
        changed_.notify_all();
        for (const Part& part : parts_) part.place->fail(first_);
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<bool> left_;
    bool someone_left_ = false;  ///< there will be no further meeting
    bool failed_ = false;        ///< and no further operation of any kind
    std::exception_ptr first_;
    std::vector<Arrival> arrivals_;
    int arrived_ = 0;
    std::uint64_t meeting_ = 0;
    std::vector<std::deque<std::vector<std::byte>>> to_root_;  ///< [from], oldest first
    std::vector<Part> parts_;
};

}  // namespace polykarma::emulation
