#include "io/provenance.hpp"

#include <chrono>
#include <cstring>
#include <ctime>

#include "base/build_info.hpp"

namespace polykarma::hdf5 {
namespace {

struct Clock {
    std::time_t now;
    double seconds;
};

/// What all ranks write must be the same, and their clocks are not.
Clock of_root(const Collective& ranks, Clock clock) {
    std::vector<std::byte> bytes(sizeof clock);
    std::memcpy(bytes.data(), &clock, sizeof clock);
    bytes = ranks.broadcast(std::move(bytes));
    std::memcpy(&clock, bytes.data(), sizeof clock);
    return clock;
}

/// ISO 8601, UTC
std::string spelled(std::time_t seconds) {
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    char text[sizeof "2000-01-01T00:00:00Z"];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return {text, length};
}

}  // namespace

GroupWriter write_provenance(GroupWriter& root, const Provenance& provenance, double seconds) {
    const BuildInfo& build = build_info();
    GroupWriter made = root.subgroup("provenance");
    made.attribute("version", std::string(build.version));
    made.attribute("commit", std::string(build.commit));
    made.attribute("compiler", std::string(build.compiler));
    made.attribute("build_type", std::string(build.build_type));
    made.attribute("flags", std::string(build.flags));
    made.attribute("hdf5", std::string(build.hdf5));
    made.attribute("mpi", std::string(build.mpi));
    made.attribute("command_line", provenance.command_line);
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    const Clock clock = of_root(root.transfer().ranks(), {now, seconds});
    GroupWriter timing = root.subgroup("timing");
    timing.attribute("seconds", clock.seconds);
    timing.attribute("finished", spelled(clock.now));
    timing.attribute("ranks", std::int64_t{provenance.ranks});
    return timing;
}

}  // namespace polykarma::hdf5
