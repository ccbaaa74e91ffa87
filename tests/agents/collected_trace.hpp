#pragma once

#include <vector>

#include <gtest/gtest.h>

#include "agents/trace.hpp"

namespace polykarma::test {

/// Everything that is recorded of runs, in memory.
class CollectedTrace final : public TraceRecorder {
public:
    void record(std::size_t, std::size_t number, const TraceRecord& record, const AgentTraces& seen) override {
        EXPECT_EQ(number, records.size());
        records.push_back(record);
        agents.append(seen);
    }
    void end(std::size_t, const Trace&) override {}
    void flush() override {}

    std::vector<TraceRecord> records;
    AgentTraces agents;  ///< on the root
};

}  // namespace polykarma::test
