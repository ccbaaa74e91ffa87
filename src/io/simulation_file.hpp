#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "io/equilibrium_file.hpp"
#include "io/simulation_record.hpp"
#include "io/work_folder.hpp"

namespace polykarma {
namespace hdf5 {
class SimulationArrays;
}

/// Writes runs of a finite population as docs/FILE_FORMAT.md describes it, while they are played: what has been recorded is
/// in the file and no longer in memory. Meanwhile the file is beside its target, under another name, and disappears unless
/// the runs come to their end; or it is in a work folder, trace.h5, for another program to go on with.
///
/// Collective; the root writes, since records are small. All functions throw IoError, the same on all ranks.
class SimulationFile final : public TraceRecorder {
public:
    /// Makes room for all that will be recorded.
    ///   simulation: of which no run is needed
    ///   resumed: goes on with the file in the work folder
    SimulationFile(const std::filesystem::path& target, const SimulationRecord& simulation, const WorkFolder* folder,
                   bool resumed, const Collective& ranks);
    ~SimulationFile() override;

    void record(std::size_t run, std::size_t number, const TraceRecord& record, const AgentTraces& seen) override;
    void end(std::size_t run, const Trace& trace) override;
    void flush() override;

    /// All runs have ended: the file becomes its target.   seconds: of all runs
    void keep(const Provenance& provenance, double seconds);
    /// Removes what is in the work folder, when nothing needs it any more.
    void remove() const;

private:
    struct Files;
    Collective ranks_;
    std::unique_ptr<const hdf5::SimulationArrays> arrays_;
    std::unique_ptr<Files> files_;  // on the root
};

}  // namespace polykarma
