#pragma once

#include <chrono>
#include <memory>

#include "parallel/collective.hpp"
#include "parallel/shared_counter.hpp"

namespace polykarma {

/// What a Collective is a handle on: one rank's end of a group of ranks. The operations do what they promise there;
/// contracts have been checked.
class RankGroup {
public:
    using Messages = Collective::Messages;

    RankGroup(int rank, int size) : rank_(rank), size_(size) {}
    virtual ~RankGroup() = default;
    RankGroup(const RankGroup&) = delete;
    RankGroup& operator=(const RankGroup&) = delete;

    [[nodiscard]] int rank() const { return rank_; }
    [[nodiscard]] int size() const { return size_; }

    virtual void send_to_root(std::span<const std::byte> message) = 0;
    virtual std::vector<std::byte> receive(int from) = 0;
    virtual int broadcast(int value) = 0;
    virtual std::vector<std::byte> broadcast(std::vector<std::byte> bytes) = 0;
    virtual void sum(std::span<std::int64_t> values) = 0;
    virtual void sum(std::span<double> values) = 0;
    virtual void maximum(std::span<double> values) = 0;
    virtual void exchange(const Messages& messages, std::span<const double> out, std::span<double> in) = 0;
    /// To and from others: the message to oneself is the caller's.
    virtual void all_to_all(std::span<const std::span<const std::byte>> out, std::span<std::vector<std::byte>> in) = 0;
    virtual void barrier() = 0;
    virtual void attend() {}
    /// These live as long as the group, in which they may be collective at their end.
    virtual std::shared_ptr<RankGroup> split(int color) = 0;
    virtual std::shared_ptr<SharedCounter::Place> open_counter() = 0;

    /// Kept by the groups that have other ranks to talk to.
    Collective::Traffic traffic;

protected:
    /// Adds the time it lives to that of an operation.
    class Timed {
    public:
        explicit Timed(double& seconds) : seconds_(seconds), start_(Clock::now()) {}
        ~Timed() { seconds_ += std::chrono::duration<double>(Clock::now() - start_).count(); }
        Timed(const Timed&) = delete;
        Timed& operator=(const Timed&) = delete;

    private:
        using Clock = std::chrono::steady_clock;
        double& seconds_;
        Clock::time_point start_;
    };

    [[nodiscard]] Timed count_reduction(std::size_t bytes) {
        ++traffic.reductions;
        traffic.reduced_bytes += bytes;
        return Timed(traffic.reduction_seconds);
    }
    [[nodiscard]] Timed count_exchange(const Messages& messages) {
        traffic.messages += messages.sends.size();
        for (const auto& part : messages.sends) traffic.bytes += part.count * sizeof(double);
        return Timed(traffic.exchange_seconds);
    }

private:
    int rank_;
    int size_;
};

/// One rank.
[[nodiscard]] std::shared_ptr<RankGroup> serial_group();

}  // namespace polykarma
