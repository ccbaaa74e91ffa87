#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agents/trace.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// Makes runs that have ended, and the one that has not, the content of a file, as a whole or not at all,
/// as docs/FILE_FORMAT.md describes it. Collective; under MPI all ranks write, each its agents. Throws IoError, the same
/// on all ranks.
///   identity: what is simulated, for nobody else to go on with; as text
void write_run_checkpoint(const std::filesystem::path& file, const std::string& identity,
                          const std::vector<Trace>& ended, const OpenRun& run, const Population& agents,
                          const Collective& ranks);

/// Everything in such a file but the agents. Throws IoError with the reason when it cannot be used here. Not collective.
struct KeptRuns {
    std::vector<Trace> ended;
    OpenRun run;

    template <class Self, class Visit>
    static void for_each_member(Self& self, Visit&& visit) {
        visit(self.ended), visit(self.run);
    }
};
[[nodiscard]] KeptRuns read_kept_runs(const std::filesystem::path& file, const std::string& identity);

/// What the agents of this rank have. Throws IoError, also for what no agent can have. Not collective.
///   exogenous: number of states
void read_agents(const std::filesystem::path& file, std::size_t exogenous, Population& agents);

}  // namespace polykarma
