#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "parallel/collective_checks.hpp"
#include "parallel/shared_counter.hpp"
#include "parallel/teams.hpp"

namespace polykarma::test {
namespace {

std::size_t at(int rank) { return static_cast<std::size_t>(rank); }

/// How often each item was counted, over all ranks.
std::vector<std::int64_t> totals(const Collective& ranks, std::vector<std::int64_t> counts) {
    ranks.sum(std::span(counts));
    return counts;
}

void ranks_of_a_color_are_a_group_of_their_own(const Collective& ranks) {
    const int color = ranks.rank() % 2;
    const Collective part = ranks.split(color);
    EXPECT_EQ(part.size(), (ranks.size() + 1 - color) / 2);
    EXPECT_EQ(part.rank(), ranks.rank() / 2);
    EXPECT_EQ(part.broadcast(part.is_root() ? 100 + ranks.rank() : 0), 100 + color);
    std::vector<std::int64_t> one{1};
    part.sum(std::span(one));
    EXPECT_EQ(one[0], part.size());
}

// One part sums while the other has nothing to sum.
void groups_do_not_wait_for_each_other(const Collective& ranks) {
    const Collective part = ranks.split(ranks.is_root() ? 1 : 0);
    for (int round = 0; round < (ranks.is_root() ? 2 : 5); ++round) {
        std::vector<std::int64_t> value{part.rank()};
        part.sum(std::span(value));
        EXPECT_EQ(value[0], part.size() * (part.size() - 1) / 2);
    }
    ranks.barrier();
}

void every_number_of_a_counter_goes_to_one_rank(const Collective& ranks) {
    constexpr std::size_t kEach = 200;
    const SharedCounter counter(ranks);
    std::vector<std::int64_t> counts(kEach * at(ranks.size()), 0);
    std::int64_t last = -1;
    for (std::size_t i = 0; i < kEach; ++i) {
        const std::int64_t number = counter.next();
        EXPECT_GT(number, last);
        last = number;
        ++counts[static_cast<std::size_t>(number)];
    }
    EXPECT_EQ(std::ranges::count(totals(ranks, counts), 1), std::ssize(counts));
}

void counters_are_counted_apart(const Collective& ranks) {
    const SharedCounter first(ranks);
    const SharedCounter second(ranks);
    for (int i = 0; i < 3; ++i) static_cast<void>(first.next());
    ranks.barrier();
    std::vector<double> least{-static_cast<double>(second.next())};
    ranks.maximum(least);
    EXPECT_EQ(least[0], 0.0);
}

void teams_have_at_least_as_many_ranks_as_asked_for(const Collective& ranks) {
    for (const int least : {1, 2, 3, 9}) {
        const Teams teams(ranks, least);
        EXPECT_EQ(teams.count(), std::max(1, ranks.size() / least));
        EXPECT_GE(teams.own().size(), std::min(least, ranks.size()));
        EXPECT_LT(teams.number(), teams.count());
        std::vector<std::int64_t> sizes(at(teams.count()), 0);
        ++sizes[at(teams.number())];
        sizes = totals(ranks, sizes);
        EXPECT_EQ(sizes[at(teams.number())], teams.own().size());
        const auto [least_size, most_size] = std::ranges::minmax(sizes);
        EXPECT_LE(most_size - least_size, 1);
    }
}

void every_item_is_done_by_all_ranks_of_one_team(const Collective& ranks) {
    for (const int least : {1, 2}) {
        const Teams teams(ranks, least);
        for (const std::size_t items : {std::size_t{0}, std::size_t{1}, std::size_t{40}}) {
            std::vector<std::int64_t> done(items, 0), members(items, 0);
            teams.share(items, [&](std::size_t item) {
                std::vector<std::int64_t> sum{1};
                teams.own().sum(std::span(sum));
                EXPECT_EQ(sum[0], teams.own().size());
                ++done[item];
                members[item] = teams.own().is_root() ? teams.own().size() : 0;
            });
            EXPECT_EQ(totals(ranks, done), totals(ranks, members));
            EXPECT_EQ(std::ranges::count(totals(ranks, done), 0), 0);
        }
    }
}

// The first item takes as long as all others together.
void a_team_that_is_free_takes_what_is_left(const Collective& ranks) {
    if (ranks.size() == 1) return;
    const Teams teams(ranks, 1);
    constexpr std::size_t kItems = 21;
    std::vector<std::int64_t> done(at(ranks.size()), 0);
    std::int64_t first = -1;
    teams.share(kItems, [&](std::size_t item) {
        ++done[at(ranks.rank())];
        if (item == 0) first = ranks.rank();
        std::this_thread::sleep_for(std::chrono::milliseconds(item == 0 ? 400 : 1));
    });
    if (first >= 0) {
        EXPECT_EQ(done[at(ranks.rank())], 1);
    }
}

// The last rank is told, which may be alone with it in a team of several.
void one_rank_that_is_told_to_stop_stops_all_teams(const Collective& ranks) {
    const Teams teams(ranks, 2);
    const bool told = ranks.rank() == ranks.size() - 1;
    int taken = 0;
    teams.share(
        1'000'000,
        [&](std::size_t) {
            ++taken;
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        },
        [&] { return told && taken == 3; });
    if (told) {
        EXPECT_EQ(taken, 3);
    }
    EXPECT_LT(taken, 100'000);
}

constexpr CollectiveCheck kChecks[] = {
    {"RanksOfAColorAreAGroupOfTheirOwn", ranks_of_a_color_are_a_group_of_their_own},
    {"GroupsDoNotWaitForEachOther", groups_do_not_wait_for_each_other},
    {"EveryNumberOfACounterGoesToOneRank", every_number_of_a_counter_goes_to_one_rank},
    {"CountersAreCountedApart", counters_are_counted_apart},
    {"TeamsHaveAtLeastAsManyRanksAsAskedFor", teams_have_at_least_as_many_ranks_as_asked_for},
    {"EveryItemIsDoneByAllRanksOfOneTeam", every_item_is_done_by_all_ranks_of_one_team},
    {"ATeamThatIsFreeTakesWhatIsLeft", a_team_that_is_free_takes_what_is_left},
    {"OneRankThatIsToldToStopStopsAllTeams", one_rank_that_is_told_to_stop_stops_all_teams},
};

}  // namespace

std::span<const CollectiveCheck> team_checks() { return kChecks; }

}  // namespace polykarma::test
