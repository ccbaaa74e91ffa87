#include "parallel/emulated.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <tuple>

#include <gtest/gtest.h>

#include "base/fixed_point.hpp"
#include "parallel/collective_checks.hpp"
#include "parallel/shared_counter.hpp"
#include "support/random.hpp"
#include "support/ranks.hpp"

namespace polykarma {
namespace {

using test::on_ranks;

constexpr std::chrono::milliseconds kPause(2);

class Emulated : public testing::TestWithParam<std::tuple<int, test::CollectiveCheck>> {};

TEST_P(Emulated, Check) {
    const auto& [size, check] = GetParam();
    on_ranks(size, check.run);
}

std::string name_of(const testing::TestParamInfo<Emulated::ParamType>& test) {
    return std::string(std::get<1>(test.param).name) + "On" + std::to_string(std::get<0>(test.param));
}
const auto kSizes = testing::Values(1, 2, 3, 5, 7);
INSTANTIATE_TEST_SUITE_P(Collective, Emulated,
                         testing::Combine(kSizes, testing::ValuesIn(test::collective_checks())), name_of);
INSTANTIATE_TEST_SUITE_P(Teams, Emulated, testing::Combine(kSizes, testing::ValuesIn(test::team_checks())), name_of);

TEST(EmulatedRanks, AreAllThereAndAtWorkAtOnce) {
    for (const int size : {1, 2, 7}) {
        std::atomic<int> there{0};
        std::atomic<int> ranks_seen{0};
        emulate_ranks(size, [&](const Collective& ranks) {
            EXPECT_EQ(ranks.size(), size);
            ranks_seen += 1 << ranks.rank();
            ++there;
            while (there < size) std::this_thread::yield();
        });
        EXPECT_EQ(ranks_seen, (1 << size) - 1);
    }
}

/// Operations that no rank can end without the others.
struct Operation {
    const char* name;
    void (*call)(const Collective& ranks);

    friend void PrintTo(const Operation& operation, std::ostream* out) { *out << operation.name; }
};

constexpr Operation kOperations[] = {
    {"Barrier", [](const Collective& ranks) { ranks.barrier(); }},
    {"BroadcastOfAValue", [](const Collective& ranks) { static_cast<void>(ranks.broadcast(1)); }},
    {"BroadcastOfBytes",
     [](const Collective& ranks) { static_cast<void>(ranks.broadcast(std::vector<std::byte>(10))); }},
    {"SumOfIntegers",
     [](const Collective& ranks) {
         std::array<std::int64_t, 3> values{};
         ranks.sum(values);
     }},
    {"SumOfDoubles",
     [](const Collective& ranks) {
         std::array<double, 3> values{};
         ranks.sum(values);
     }},
    {"SumOfExactSums",
     [](const Collective& ranks) {
         std::array<ExactSum, 3> values{};
         ranks.sum(values);
     }},
    {"Maximum",
     [](const Collective& ranks) {
         std::array<double, 3> values{};
         ranks.maximum(values);
     }},
    {"AllToAll",
     [](const Collective& ranks) {
         static_cast<void>(
             ranks.all_to_all(std::vector(static_cast<std::size_t>(ranks.size()), std::vector<std::byte>(10))));
     }},
    {"Exchange",
     [](const Collective& ranks) {
         Collective::Messages messages;
         std::vector<double> out(static_cast<std::size_t>(ranks.size()));
         std::vector<double> in(out.size());
         for (int other = 0; other < ranks.size(); ++other)
             if (other != ranks.rank()) messages.sends.push_back({other, static_cast<std::size_t>(other), 1});
         messages.receives = messages.sends;
         ranks.exchange(messages, out, in);
     }},
    {"Split", [](const Collective& ranks) { static_cast<void>(ranks.split(0)); }},
    {"SharedCounter", [](const Collective& ranks) { static_cast<void>(SharedCounter(ranks)); }},
    {"RoundTripToTheRoot",
     [](const Collective& ranks) {
         if (!ranks.is_root()) ranks.send_to_root({});
         if (ranks.is_root())
             for (int from = 1; from < ranks.size(); ++from) static_cast<void>(ranks.receive(from));
         static_cast<void>(ranks.broadcast(0));
     }},
};

struct Thrown {
    int rank;
};

// One of four ranks throws, or leaves, while its neighbour waits for it in a group of the two.
TEST(EmulatedRanks, AreLostInTheirGroupsToo) {
    for (const bool throws : {true, false}) {
        std::atomic<int> lost{0};
        const auto body = [&](const Collective& ranks) {
            const Collective pair = ranks.split(ranks.rank() / 2);
            if (ranks.rank() == 3 && throws) throw Thrown{3};
            if (ranks.rank() == 3) return;
            try {
                if (ranks.rank() == 2) pair.barrier();
            } catch (const RankLost&) {
                ++lost;
                throw;
            }
        };
        if (throws)
            EXPECT_THROW(emulate_ranks(4, body), Thrown);
        else
            EXPECT_THROW(emulate_ranks(4, body), RankLost);
        EXPECT_EQ(lost, 1);
    }
}

class LostRank : public testing::TestWithParam<Operation> {};

INSTANTIATE_TEST_SUITE_P(EmulatedRanks, LostRank, testing::ValuesIn(kOperations),
                         [](const auto& test) { return std::string(test.param.name); });

/// Each rank calls the operation three times; one throws before its second call. Expects the others to leave with
/// RankLost and the one's exception to come out.
void expect_the_exception_of(int thrower, int size, const Operation& operation, bool others_wait) {
    std::atomic<int> lost{0};
    const auto body = [&](const Collective& ranks) {
        for (int call = 0; call < 3; ++call) {
            if (call == 1) {
                if ((ranks.rank() == thrower) == others_wait) std::this_thread::sleep_for(kPause);
                if (ranks.rank() == thrower) throw Thrown{thrower};
            }
            try {
                operation.call(ranks);
            } catch (const RankLost&) {
                EXPECT_EQ(call, 1);
                ++lost;
                throw;
            }
        }
    };
    try {
        emulate_ranks(size, body);
        ADD_FAILURE() << "no exception";
    } catch (const Thrown& thrown) {
        EXPECT_EQ(thrown.rank, thrower);
    }
    EXPECT_EQ(lost, size - 1);
}

TEST_P(LostRank, EndsTheOperationOfAllOthers) {
    for (const int size : {2, 3, 5})
        for (int thrower = 0; thrower < size; ++thrower)
            for (const bool others_wait : {true, false}) {
                SCOPED_TRACE(std::to_string(thrower) + " of " + std::to_string(size));
                expect_the_exception_of(thrower, size, GetParam(), others_wait);
            }
}

TEST_P(LostRank, ThatHasReturnedEndsItToo) {
    for (const int missing : {0, 1, 2}) {
        const auto body = [&](const Collective& ranks) {
            if (ranks.rank() != missing) GetParam().call(ranks);
        };
        EXPECT_THROW(emulate_ranks(3, body), RankLost) << missing;
    }
}

TEST_P(LostRank, StaysLostForThoseWhoGoOn) {
    std::atomic<int> lost{0};
    const auto body = [&](const Collective& ranks) {
        if (ranks.rank() == 1) throw Thrown{1};
        for (int call = 0; call < 3; ++call) try {
                GetParam().call(ranks);
            } catch (const RankLost&) {
                ++lost;
            }
    };
    EXPECT_THROW(emulate_ranks(3, body), Thrown);
    EXPECT_EQ(lost, 6);
}

TEST(LostRank, BeforeOrAfterAllOperationsIsReportedAsWell) {
    EXPECT_THROW(emulate_ranks(3, [](const Collective& ranks) { throw Thrown{ranks.rank()}; }), Thrown);
    EXPECT_THROW(emulate_ranks(1, [](const Collective& ranks) { throw Thrown{ranks.rank()}; }), Thrown);
    const auto late = [](const Collective& ranks) {
        ranks.barrier();
        if (ranks.rank() == 2) throw Thrown{2};
    };
    EXPECT_THROW(emulate_ranks(3, late), Thrown);
}

TEST(LostRank, TheFirstExceptionIsTheOneThrownOn) {
    const auto body = [](const Collective& ranks) {
        if (ranks.rank() == 1) throw Thrown{1};
        try {
            ranks.barrier();
        } catch (const RankLost&) {
            throw Thrown{ranks.rank()};
        }
    };
    try {
        emulate_ranks(5, body);
        ADD_FAILURE() << "no exception";
    } catch (const Thrown& thrown) {
        EXPECT_EQ(thrown.rank, 1);
    }
}

TEST(LostRank, EndsMessagesBetweenOthersToo) {
    std::atomic<bool> root_knows{false};
    std::atomic<bool> sender_knows{false};
    const auto wait_for = [](const std::atomic<bool>& flag) {
        while (!flag) std::this_thread::yield();
    };
    const auto body = [&](const Collective& ranks) {
        if (ranks.rank() == 2) throw Thrown{2};
        if (ranks.is_root()) {
            EXPECT_THROW(static_cast<void>(ranks.receive(1)), RankLost);
            root_knows = true;
            return wait_for(sender_knows);
        }
        wait_for(root_knows);
        EXPECT_THROW(ranks.send_to_root({}), RankLost);
        sender_knows = true;
    };
    EXPECT_THROW(emulate_ranks(3, body), Thrown);
}

TEST(LostRank, LeavesItsMessagesToTheRoot) {
    emulate_ranks(3, [](const Collective& ranks) {
        if (!ranks.is_root()) return ranks.send_to_root(std::vector<std::byte>(4));
        std::this_thread::sleep_for(kPause);
        EXPECT_EQ(ranks.receive(2).size(), 4u);
        EXPECT_EQ(ranks.receive(1).size(), 4u);
        EXPECT_THROW(static_cast<void>(ranks.receive(1)), RankLost);
    });
}

/// What a Collective cannot promise under MPI but a bug should not hide behind: RankLost is no logic_error.
void expect_mistake(int size, const std::function<void(const Collective&)>& body) {
    EXPECT_THROW(emulate_ranks(size, body), std::logic_error);
}

TEST(Mistake, RanksInDifferentOperations) {
    for (const Operation& one : kOperations)
        for (const Operation& other : {kOperations[0], kOperations[4], kOperations[8]}) {
            const std::string names[] = {one.name, other.name};
            if (names[0] == names[1] || names[0] == "RoundTripToTheRoot") continue;
            SCOPED_TRACE(names[0] + " and " + names[1]);
            expect_mistake(3, [&](const Collective& ranks) { (ranks.rank() == 1 ? other : one).call(ranks); });
        }
}

TEST(Mistake, DifferentNumbersOfValues) {
    expect_mistake(3, [](const Collective& ranks) {
        std::vector<double> values(ranks.rank() == 2 ? 4 : 3);
        ranks.sum(values);
    });
}

TEST(Mistake, ASumThatRounds) {
    const double third = 1.0 / 3;
    const auto sum = [](double share) {
        return [share](const Collective& ranks) {
            std::array values{0.5, share};
            ranks.sum(values);
        };
    };
    expect_mistake(5, sum(third));
    EXPECT_NO_THROW(emulate_ranks(5, sum(kShares(third))));
}

TEST(Mistake, MessagesThatDoNotMatch) {
    using Part = Collective::Messages::Part;
    const auto exchange = [](std::optional<Part> sent, std::optional<Part> received) {
        return [=](const Collective& ranks) {
            Collective::Messages messages;
            if (ranks.rank() == 0 && sent) messages.sends.push_back(*sent);
            if (ranks.rank() == 2 && received) messages.receives.push_back(*received);
            const std::array<double, 5> out{};
            std::array<double, 5> in{};
            ranks.exchange(messages, out, in);
        };
    };
    EXPECT_NO_THROW(emulate_ranks(3, exchange(Part{2, 0, 5}, Part{0, 0, 5})));
    expect_mistake(3, exchange(Part{2, 0, 5}, Part{0, 0, 4}));
    expect_mistake(3, exchange(Part{1, 0, 5}, Part{0, 0, 5}));
    expect_mistake(3, exchange(Part{2, 0, 5}, std::nullopt));
    expect_mistake(3, exchange(std::nullopt, Part{0, 0, 5}));
}

// The helpers of other tests.

TEST(ResultsOnRanks, AreInTheOrderOfTheRanks) {
    const auto results = test::results_on_ranks(5, [](const Collective& ranks) {
        std::this_thread::sleep_for(kPause * (ranks.size() - ranks.rank()));
        return ranks.rank();
    });
    EXPECT_EQ(results, (std::vector{0, 1, 2, 3, 4}));
}

TEST(SameBitsOnAnyRanks, HoldForSumsOnAGrid) {
    test::Random random(1);
    const std::vector<double> terms = random.numbers(1000, 0.0, 1e-3);
    test::expect_same_bits_on_any_ranks([&](const Collective& ranks) {
        std::array sums{0.0, 0.0};
        for (std::size_t i = 0; i < terms.size(); ++i)
            if (ranks.owner(i) == ranks.rank()) sums[i % 2] += kShares(terms[i]);
        ranks.sum(sums);
        return sums;
    });
}

}  // namespace
}  // namespace polykarma
