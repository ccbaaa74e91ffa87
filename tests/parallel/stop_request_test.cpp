// Signals that ask for an early end, as one rank or all of them see it.
#include "parallel/stop_request.hpp"

#include <csignal>

#include <gtest/gtest.h>

#include "support/ranks.hpp"

namespace polykarma {
namespace {

/// In a process of its own each, as there is no way back.
void ask_by(int signal) {
    heed_stop_signals();
    const bool before = stop_signalled();
    std::raise(signal);
    std::_Exit(!before && stop_signalled() ? 0 : 1);
}

TEST(StopRequest, IsMadeByTheSignalsOfBatchSystems) {
    for (const int signal : {SIGUSR1, SIGTERM}) EXPECT_EXIT(ask_by(signal), testing::ExitedWithCode(0), "") << signal;
}

TEST(StopRequest, IsNotHeededUnasked) {
    EXPECT_EXIT(
        {
            std::raise(SIGUSR1);
            std::_Exit(0);
        },
        testing::KilledBySignal(SIGUSR1), "");
}

TEST(StopRequest, OfOneRankIsThatOfAll) {
    for (const int size : test::kRankCounts)
        test::on_ranks(size, [](const Collective& ranks) { EXPECT_FALSE(stop_requested(ranks)); });
    heed_stop_signals();
    std::raise(SIGUSR1);
    for (const int size : test::kRankCounts)
        test::on_ranks(size, [](const Collective& ranks) { EXPECT_TRUE(stop_requested(ranks)); });
}

}  // namespace
}  // namespace polykarma
