#include "parallel/emulated.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "parallel/meeting_place.hpp"
#include "parallel/rank_group.hpp"

namespace polykarma {
namespace {

using emulation::at;
using emulation::MeetingPlace;
using emulation::require;

/// a + b, which must need no rounding. Knuth's two-sum gives what rounding has cut off.
double exact_addition(double a, double b) {
    const double sum = a + b;
    const double from_b = sum - a;
    const double cut_off = (a - (sum - from_b)) + (b - from_b);
    require(!(cut_off != 0.0 && cut_off == cut_off), "a sum of doubles over ranks is not exact");
    return sum;
}

class EmulatedGroup final : public RankGroup {
public:
    EmulatedGroup(int rank, std::shared_ptr<MeetingPlace> place)
        : RankGroup(rank, place->size()), place_(std::move(place)) {}

    void send_to_root(std::span<const std::byte> message) override { place_->send_to_root(rank(), message); }
    std::vector<std::byte> receive(int from) override { return place_->receive(from); }

    int broadcast(int value) override {
        place_->meet(rank(), value, [this](auto all) {
            for (int r = 1; r < size(); ++r) all(r) = all(0);
        });
        return value;
    }

    std::vector<std::byte> broadcast(std::vector<std::byte> bytes) override {
        place_->meet(rank(), bytes, [this](auto all) {
            for (int r = 1; r < size(); ++r) all(r) = all(0);
        });
        return bytes;
    }

    void sum(std::span<std::int64_t> values) override {
        reduce(values, [](std::int64_t a, std::int64_t b) { return a + b; });
    }
    void sum(std::span<double> values) override { reduce(values, exact_addition); }
    void maximum(std::span<double> values) override {
        reduce(values, [](double a, double b) { return std::max(a, b); });
    }

    void exchange(const Messages& messages, std::span<const double> out, std::span<double> in) override {
        const Timed timed = count_exchange(messages);
        Mail mail{&messages, out, in};
        place_->meet(rank(), mail, [this](auto all) {
            std::size_t sent = 0;
            std::size_t received = 0;
            for (int r = 0; r < size(); ++r) {
                sent += all(r).messages->sends.size();
                received += all(r).messages->receives.size();
                for (const auto& part : all(r).messages->receives) deliver(all(part.rank), r, part, all(r).in);
            }
            require(sent == received, "a message of exchange() is not received");
        });
    }

    void all_to_all(std::span<const std::span<const std::byte>> out, std::span<std::vector<std::byte>> in) override {
        auto mail = std::pair{out, in};
        place_->meet(rank(), mail, [this](auto all) {
            for (int from = 0; from < size(); ++from)
                for (int to = 0; to < size(); ++to) {
                    const auto message = all(from).first[at(to)];
                    if (from != to) all(to).second[at(from)].assign(message.begin(), message.end());
                }
        });
    }

    void barrier() override {
        int nothing = 0;
        place_->meet(rank(), nothing, [](auto) {});
    }

    std::shared_ptr<RankGroup> split(int color) override {
        Seat seat{color, 0, nullptr};
        place_->meet(rank(), seat, [this](auto all) {
            for (int first = 0; first < size(); ++first) {
                if (all(first).place) continue;
                MeetingPlace::Part part;
                for (int r = first; r < size(); ++r)
                    if (all(r).color == all(first).color) part.ranks.push_back(r);
                part.place = std::make_shared<MeetingPlace>(static_cast<int>(part.ranks.size()));
                for (std::size_t i = 0; i < part.ranks.size(); ++i) {
                    all(part.ranks[i]).rank = static_cast<int>(i);
                    all(part.ranks[i]).place = part.place;
                }
                place_->add_part(std::move(part));
            }
        });
        if (seat.place->size() == 1) return serial_group();
        return std::make_shared<EmulatedGroup>(seat.rank, seat.place);
    }

    std::shared_ptr<SharedCounter::Place> open_counter() override {
        std::shared_ptr<SharedCounter::Place> counter;
        place_->meet(rank(), counter, [this](auto all) {
            all(0) = std::make_shared<Count>();
            for (int r = 1; r < size(); ++r) all(r) = all(0);
        });
        return counter;
    }

private:
    /// Of a rank in its part of the group.
    struct Seat {
        int color;
        int rank;
        std::shared_ptr<MeetingPlace> place;
    };

    class Count final : public SharedCounter::Place {
    public:
        std::int64_t advance(std::int64_t step) override { return count_.fetch_add(step); }

    private:
        std::atomic<std::int64_t> count_{0};
    };

    struct Mail {
        const Messages* messages;
        std::span<const double> out;
        std::span<double> in;
    };

    static void deliver(const Mail& sender, int to, const Messages::Part& received, std::span<double> in) {
        const auto& sends = sender.messages->sends;
        const auto sent = std::ranges::lower_bound(sends, to, {}, &Messages::Part::rank);
        require(sent != sends.end() && sent->rank == to && sent->count == received.count,
                "a message of exchange() is not the one expected");
        std::ranges::copy(sender.out.subspan(sent->offset, sent->count), in.subspan(received.offset).begin());
    }

    template <class T, class Operation>
    void reduce(std::span<T> values, Operation operation) {
        const Timed timed = count_reduction(values.size_bytes());
        place_->meet(rank(), values, [&, this](auto all) {
            for (int r = 0; r < size(); ++r)
                require(all(r).size() == values.size(), "ranks reduce different numbers of values");
            for (std::size_t i = 0; i < values.size(); ++i) {
                T total = all(0)[i];
                for (int r = 1; r < size(); ++r) total = operation(total, all(r)[i]);
                for (int r = 0; r < size(); ++r) all(r)[i] = total;
            }
        });
    }

    std::shared_ptr<MeetingPlace> place_;
};

}  // namespace

void emulate_ranks(int size, const std::function<void(const Collective&)>& body) {
    POLYKARMA_EXPECTS(size > 0);
    if (size == 1) return body(Collective::serial());
    const auto place = std::make_shared<MeetingPlace>(size);
    const auto run = [&](int rank) {
        try {
            body(Collective(std::make_shared<EmulatedGroup>(rank, place)));
        } catch (...) {
            place->fail(std::current_exception());
        }
        place->leave(rank);
    };
    {
        std::vector<std::jthread> threads;
        threads.reserve(at(size));
        try {
            for (int rank = 0; rank < size; ++rank) threads.emplace_back(run, rank);
        } catch (...) {
            // The system has no thread left: those that run must not wait for the others.
            place->fail(std::current_exception());
        }
    }
    place->rethrow();
}

}  // namespace polykarma
