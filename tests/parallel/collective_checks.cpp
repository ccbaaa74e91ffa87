#include "parallel/collective_checks.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <thread>

#include <gtest/gtest.h>

#include "base/fixed_point.hpp"
#include "support/counted_heap.hpp"
#include "support/random.hpp"

namespace polykarma::test {
namespace {

using Bytes = std::vector<std::byte>;

std::size_t at(int rank) { return static_cast<std::size_t>(rank); }

std::uint64_t bits(double x) { return std::bit_cast<std::uint64_t>(x); }

/// Content that tells who sent it, and what.
Bytes content(std::size_t size, std::size_t seed) {
    Bytes message(size);
    for (std::size_t i = 0; i < size; ++i) message[i] = static_cast<std::byte>((i * 31 + seed * 7) % 251);
    return message;
}

double letter(int from, int to, std::size_t i, int round) {
    return ((from * 100.0 + to) * 1000 + round) + static_cast<double>(i) / 1024;
}

/// How items may be spread over ranks: dealt round robin, in blocks, all to the last rank.
using Owner = int (*)(const Collective& ranks, std::size_t item, std::size_t count);
constexpr Owner kSpreads[] = {
    [](const Collective& ranks, std::size_t item, std::size_t) { return ranks.owner(item); },
    [](const Collective& ranks, std::size_t item, std::size_t count) {
        return static_cast<int>(item * at(ranks.size()) / count);
    },
    [](const Collective& ranks, std::size_t, std::size_t) { return ranks.size() - 1; },
};

void every_item_has_one_owner_and_ranks_differ_by_one_at_most(const Collective& ranks) {
    constexpr std::size_t kItems = 17;
    std::vector<int> owned(at(ranks.size()), 0);
    for (std::size_t item = 0; item < kItems; ++item) {
        ASSERT_GE(ranks.owner(item), 0);
        ASSERT_LT(ranks.owner(item), ranks.size());
        ++owned[at(ranks.owner(item))];
    }
    const auto [least, most] = std::minmax_element(owned.begin(), owned.end());
    EXPECT_LE(*most - *least, 1);
    EXPECT_EQ(ranks.owner(0), 0);
    EXPECT_EQ(ranks.is_root(), ranks.rank() == 0);
}

// The root hears the ranks in the order of the items, whoever is ready first; large messages do not fit any buffer.
void messages_of_a_rank_arrive_in_order_whatever_their_size(const Collective& ranks) {
    const std::size_t sizes[] = {0, 1, 4096, std::size_t{3} << 20, 5};
    for (std::size_t item = 0; item < 23; ++item) {
        const int owner = ranks.owner(item);
        if (owner == 0) continue;
        if (owner == ranks.rank()) ranks.send_to_root(content(sizes[item % 5], item));
        if (ranks.is_root()) {
            EXPECT_EQ(ranks.receive(owner), content(sizes[item % 5], item)) << "item " << item;
        }
    }
}

void the_last_rank_can_be_heard_first(const Collective& ranks) {
    if (!ranks.is_root()) return ranks.send_to_root(content(100, at(ranks.rank())));
    for (int rank = ranks.size(); --rank > 0;) EXPECT_EQ(ranks.receive(rank), content(100, at(rank)));
}

void the_value_of_the_root_is_everybodys(const Collective& ranks) {
    EXPECT_EQ(ranks.broadcast(ranks.is_root() ? 17 : -ranks.rank()), 17);
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{3} << 20}) {
        const Bytes own = ranks.is_root() ? content(size, 5) : content(at(ranks.rank()) * 10, 6);
        EXPECT_EQ(ranks.broadcast(own), content(size, 5));
    }
}

void integer_sums_are_exact(const Collective& ranks) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    const auto r = static_cast<std::int64_t>(ranks.rank());
    const auto n = static_cast<std::int64_t>(ranks.size());
    const std::int64_t share = ranks.is_root() ? kMost / n + kMost % n : kMost / n;
    std::array<std::int64_t, 5> values{1, r + 1, -(std::int64_t{1} << 60) / n, share, r == n - 1 ? -7 : 0};
    ranks.sum(values);
    const std::array<std::int64_t, 5> expected{n, n * (n + 1) / 2, -(std::int64_t{1} << 60) / n * n, kMost, -7};
    EXPECT_EQ(values, expected);
}

void sums_on_a_grid_do_not_depend_on_who_holds_the_terms(const Collective& ranks) {
    constexpr std::size_t kElements = 700;
    constexpr std::size_t kTerms = 31;
    Random random(1);
    const std::vector<double> terms = random.numbers(kElements * kTerms, 0.0, 2.0 / kTerms);
    std::vector<double> expected(kElements, 0.0);
    for (std::size_t i = 0; i < terms.size(); ++i) expected[i % kElements] += kShares(terms[i]);
    for (const Owner owner : kSpreads) {
        std::vector<double> sums(kElements, 0.0);
        for (std::size_t i = 0; i < terms.size(); ++i)
            if (owner(ranks, i / kElements, kTerms) == ranks.rank()) sums[i % kElements] += kShares(terms[i]);
        ranks.sum(sums);
        for (std::size_t i = 0; i < kElements; ++i) ASSERT_EQ(bits(sums[i]), bits(expected[i])) << i;
    }
}

void exact_sums_do_not_depend_on_who_holds_the_terms(const Collective& ranks) {
    constexpr std::size_t kTerms = 1000;
    Random random(2);
    std::vector<double> terms(kTerms);
    for (double& x : terms) x = std::ldexp(random.between(-1.0, 1.0), static_cast<int>(random.below(2000)) - 1000);
    std::array<ExactSum, 3> expected;
    for (std::size_t i = 0; i < kTerms; ++i) expected[i % 3].add(terms[i]);
    for (const Owner owner : kSpreads) {
        std::array<ExactSum, 3> sums;
        for (std::size_t i = 0; i < kTerms; ++i)
            if (owner(ranks, i, kTerms) == ranks.rank()) sums[i % 3].add(terms[i]);
        ranks.sum(sums);
        for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(bits(sums[i].value()), bits(expected[i].value()));
    }
    std::array<ExactSum, 1> special;
    if (ranks.rank() == ranks.size() - 1) special[0].add(std::nan(""));
    ranks.sum(special);
    EXPECT_TRUE(std::isnan(special[0].value()));
}

void the_maximum_is_everybodys_and_zero_is_positive(const Collective& ranks) {
    const double last = ranks.size() - 1;
    const double infinity = std::numeric_limits<double>::infinity();
    std::array<double, 5> values{static_cast<double>(ranks.rank()), -1.0 - ranks.rank(), -0.0,
                                 ranks.rank() % 2 == 0 ? -0.0 : 0.0, ranks.is_root() ? -1e300 : -infinity};
    ranks.maximum(values);
    const std::array<double, 5> expected{last, -1.0, 0.0, 0.0, -1e300};
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(bits(values[i]), bits(expected[i])) << i;
}

void nothing_can_be_reduced(const Collective& ranks) {
    ranks.sum(std::span<std::int64_t>());
    ranks.sum(std::span<double>());
    ranks.sum(std::span<ExactSum>());
    ranks.maximum(std::span<double>());
    EXPECT_EQ(ranks.broadcast(Bytes()), Bytes());
}

/// How much `from` sends to `to` here: nothing to oneself, nothing at all by or for rank 1, and between the first and
/// the last rank more than fits any buffer.
std::size_t letters(const Collective& ranks, int from, int to) {
    if (from == to || from == 1 || to == 1) return 0;
    if (from == 0 && to == ranks.size() - 1) return 300'000;
    return at(3 * from + to + 1);
}

struct Plan {
    Collective::Messages messages;
    std::size_t sent = 0, received = 0;  ///< doubles, gaps of one between messages included
};

Plan plan(const Collective& ranks) {
    Plan result;
    for (int other = 0; other < ranks.size(); ++other) {
        if (const auto count = letters(ranks, ranks.rank(), other); count > 0) {
            result.messages.sends.push_back({other, result.sent, count});
            result.sent += count + 1;
        }
        if (const auto count = letters(ranks, other, ranks.rank()); count > 0) {
            result.messages.receives.push_back({other, result.received, count});
            result.received += count + 1;
        }
    }
    return result;
}

void exchanged_messages_arrive_where_planned_again_and_again(const Collective& ranks) {
    constexpr double kUntouched = -1.0;
    const Plan planned = plan(ranks);
    std::vector<double> out(planned.sent, 0.0);
    for (int round = 0; round < 10; ++round) {
        for (const auto& [to, offset, count] : planned.messages.sends)
            for (std::size_t i = 0; i < count; ++i) out[offset + i] = letter(ranks.rank(), to, i, round);
        std::vector<double> in(planned.received, kUntouched);
        ranks.exchange(planned.messages, out, in);
        std::vector<double> expected(planned.received, kUntouched);
        for (const auto& [from, offset, count] : planned.messages.receives)
            for (std::size_t i = 0; i < count; ++i) expected[offset + i] = letter(from, ranks.rank(), i, round);
        ASSERT_TRUE(in == expected) << "round " << round;
    }
}

void all_to_all_delivers_every_message(const Collective& ranks) {
    const auto size = [&](int from, int to) {
        if (from == 0 && to == ranks.size() - 1) return std::size_t{3} << 20;
        return (from + to) % 3 == 2 ? std::size_t{0} : at(from * 10 + to + 1);
    };
    std::vector<Bytes> messages;
    std::vector<Bytes> expected;
    for (int other = 0; other < ranks.size(); ++other) {
        messages.push_back(content(size(ranks.rank(), other), at(ranks.rank() * 10 + other)));
        expected.push_back(content(size(other, ranks.rank()), at(other * 10 + ranks.rank())));
    }
    EXPECT_EQ(ranks.all_to_all(messages), expected);
    // Into what is there already, longer or shorter.
    std::vector<Bytes> in(at(ranks.size()), Bytes(7));
    ranks.all_to_all(std::vector<std::span<const std::byte>>(messages.begin(), messages.end()), in);
    EXPECT_EQ(in, expected);
    EXPECT_EQ(ranks.all_to_all(std::vector<Bytes>(at(ranks.size()))), std::vector<Bytes>(at(ranks.size())));
}

// The ranks of a test share a machine and its steady clock.
void nobody_passes_a_barrier_before_the_last_has_come(const Collective& ranks) {
    using Ticks = std::chrono::steady_clock::rep;
    const auto now = [] { return std::chrono::steady_clock::now().time_since_epoch().count(); };
    for (int late = 0; late < ranks.size(); ++late) {
        if (ranks.rank() == late) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        const Ticks came = now();
        ranks.barrier();
        const Ticks passed = now();
        Bytes message(sizeof came);
        std::memcpy(message.data(), &came, sizeof came);
        for (const Bytes& other : ranks.all_to_all(std::vector<Bytes>(at(ranks.size()), message))) {
            Ticks others = 0;
            ASSERT_EQ(other.size(), sizeof others);
            std::memcpy(&others, other.data(), sizeof others);
            EXPECT_LE(others, passed);
        }
    }
}

void traffic_counts_what_goes_to_others(const Collective& ranks) {
    const Collective copy = ranks;
    copy.reset_traffic();
    EXPECT_EQ(ranks.traffic().exchange_seconds + ranks.traffic().reduction_seconds, 0.0);
    const Plan planned = plan(ranks);
    const std::vector<double> out(planned.sent, 1.0);
    std::vector<double> in(planned.received);
    std::array<double, 3> shares{};
    std::array<std::int64_t, 2> numbers{};
    std::array<ExactSum, 1> sums;
    for (int i = 0; i < 2; ++i) {
        ranks.exchange(planned.messages, out, in);
        ranks.sum(shares);
        ranks.sum(numbers);
        ranks.sum(sums);
        ranks.maximum(shares);
    }
    const Collective::Traffic traffic = copy.traffic();
    if (ranks.size() == 1) {
        EXPECT_EQ(traffic.messages + traffic.bytes + traffic.reductions + traffic.reduced_bytes, 0u);
        EXPECT_EQ(traffic.exchange_seconds + traffic.reduction_seconds, 0.0);
        return;
    }
    EXPECT_EQ(traffic.messages, 2 * planned.messages.sends.size());
    EXPECT_EQ(traffic.bytes, 2 * 8 * (planned.sent - planned.messages.sends.size()));
    EXPECT_EQ(traffic.reductions, 8u);
    EXPECT_EQ(traffic.reduced_bytes, 2 * 8 * (3 + 2 + ExactSum::kWords + 3));
    EXPECT_GT(traffic.exchange_seconds, 0.0);
    EXPECT_GT(traffic.reduction_seconds, 0.0);
    ranks.reset_traffic();
    EXPECT_EQ(copy.traffic().reductions, 0u);
}

void traffic_includes_the_time_spent_waiting(const Collective& ranks) {
    constexpr std::chrono::milliseconds kLate(30);
    ranks.barrier();
    ranks.reset_traffic();
    if (ranks.is_root()) std::this_thread::sleep_for(kLate);
    std::array<double, 1> share{};
    ranks.sum(share);
    if (ranks.size() > 1 && !ranks.is_root()) {
        EXPECT_GT(ranks.traffic().reduction_seconds, std::chrono::duration<double>(kLate).count() / 2);
    }
}

void repeated_operations_do_not_allocate(const Collective& ranks) {
    const Plan planned = plan(ranks);
    const std::vector<double> out(planned.sent, 1.0);
    std::vector<double> in(planned.received);
    std::vector<double> shares(500);
    std::vector<std::int64_t> numbers(500);
    std::vector<ExactSum> sums(5);
    const auto all = [&] {
        ranks.sum(shares);
        ranks.sum(numbers);
        ranks.sum(sums);
        ranks.maximum(shares);
        ranks.exchange(planned.messages, out, in);
    };
    all();
    const long before = heap::calls_of_this_thread();
    for (int i = 0; i < 5; ++i) all();
    EXPECT_EQ(heap::calls_of_this_thread(), before);
    const std::vector<double> one(1);
    EXPECT_EQ(heap::calls_of_this_thread(), before + 1);  // or nothing would be counted
}

constexpr CollectiveCheck kChecks[] = {
    {"EveryItemHasOneOwnerAndRanksDifferByOneAtMost", every_item_has_one_owner_and_ranks_differ_by_one_at_most},
    {"MessagesOfARankArriveInOrderWhateverTheirSize", messages_of_a_rank_arrive_in_order_whatever_their_size},
    {"TheLastRankCanBeHeardFirst", the_last_rank_can_be_heard_first},
    {"TheValueOfTheRootIsEverybodys", the_value_of_the_root_is_everybodys},
    {"IntegerSumsAreExact", integer_sums_are_exact},
    {"SumsOnAGridDoNotDependOnWhoHoldsTheTerms", sums_on_a_grid_do_not_depend_on_who_holds_the_terms},
    {"ExactSumsDoNotDependOnWhoHoldsTheTerms", exact_sums_do_not_depend_on_who_holds_the_terms},
    {"TheMaximumIsEverybodysAndZeroIsPositive", the_maximum_is_everybodys_and_zero_is_positive},
    {"NothingCanBeReduced", nothing_can_be_reduced},
    {"ExchangedMessagesArriveWherePlannedAgainAndAgain", exchanged_messages_arrive_where_planned_again_and_again},
    {"AllToAllDeliversEveryMessage", all_to_all_delivers_every_message},
    {"NobodyPassesABarrierBeforeTheLastHasCome", nobody_passes_a_barrier_before_the_last_has_come},
    {"TrafficCountsWhatGoesToOthers", traffic_counts_what_goes_to_others},
    {"TrafficIncludesTheTimeSpentWaiting", traffic_includes_the_time_spent_waiting},
    {"RepeatedOperationsDoNotAllocate", repeated_operations_do_not_allocate},
};

}  // namespace

std::span<const CollectiveCheck> collective_checks() { return kChecks; }

}  // namespace polykarma::test
