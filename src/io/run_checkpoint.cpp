#include "io/run_checkpoint.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/build_info.hpp"
#include "base/error.hpp"
#include "base/fingerprint.hpp"
#include "base/first_difference.hpp"
#include "base/message.hpp"
#include "io/agreed.hpp"
#include "io/error_stack.hpp"
#include "io/memory_file.hpp"
#include "io/replaced_file.hpp"
#include "io/shared_file.hpp"
#include "io/stored_group.hpp"
#include "parallel/communicator.hpp"

namespace polykarma {
namespace {

using hdf5::GroupWriter;
using hdf5::StoredGroup;
namespace fs = std::filesystem;

constexpr const char* kFormat = "polykarma-run-checkpoint";
constexpr std::int64_t kVersion = 2;  // raised with every change of what a run has to know
constexpr std::size_t kGrowth = std::size_t{1} << 20;

std::string karma_name(std::size_t account) { return "karma_" + std::to_string(account); }

/// What agents carry from one period to the next, by name.
///   visit(name, long name, values, least possible integer): of all agents of this rank
template <class AnyPopulation, class Visit>
void for_each_array(AnyPopulation& agents, Visit&& visit) {
    for (std::size_t a = 0; a < agents.karma.size(); ++a) visit(karma_name(a), "balance", agents.karma[a], 0);
    visit("exogenous", "exogenous state", agents.exogenous, 0);
    visit("payoff", "payoff so far", agents.payoff, 0);
    visit("contests", "contests taken part in", agents.contests, 0);
    visit("successes", "of these, with the first outcome", agents.successes, 0);
    if (agents.learning.cell.empty()) return;
    visit("learning_cell", "what was taken last", agents.learning.cell, -1);
    visit("learning_payoff", "what was come by", agents.learning.payoff, 0);
}

/// Files know signed integers only.
std::span<const std::int32_t> in_file(const std::vector<std::int32_t>& values) { return values; }
std::span<const double> in_file(const std::vector<double>& values) { return values; }
std::span<const std::int32_t> in_file(const std::vector<std::uint32_t>& values) {
    return {reinterpret_cast<const std::int32_t*>(values.data()), values.size()};
}
std::span<const std::int8_t> in_file(const std::vector<std::uint8_t>& values) {
    return {reinterpret_cast<const std::int8_t*>(values.data()), values.size()};
}

/// Of the threads of one process the root alone may use HDF5: it is given what the others have.
template <class T>
std::vector<T> on_root(std::span<const T> own, const Collective& ranks) {
    std::vector<std::vector<std::byte>> messages(static_cast<std::size_t>(ranks.size()));
    const auto bytes = std::as_bytes(own);
    messages[0].assign(bytes.begin(), bytes.end());
    std::vector<T> all;
    for (const auto& part : ranks.all_to_all(std::move(messages))) {
        const auto* const first = reinterpret_cast<const T*>(part.data());
        all.insert(all.end(), first, first + part.size() / sizeof(T));
    }
    return all;
}

class Writing {
public:
    /// Collective: what the root knows of traced agents, all ranks bring to the file.
    Writing(const std::string& identity, const std::vector<Trace>& ended, const OpenRun& run, const Collective& ranks)
        : identity_(identity) {
        MessageWriter message;
        message.put_all(ended);
        message.put_all(run);
        runs_ = ranks.broadcast(std::move(message).release());
    }

    /// with: of the agents of all ranks, by array; only created where it is empty
    void everything(GroupWriter& root, const Population& agents, bool with_values) const {
        root.store(hdf5::Storage::plain);
        root.attribute("format", std::string(kFormat));
        root.attribute("format_version", kVersion);
        root.attribute("version", std::string(build_info().version));
        root.attribute("commit", std::string(build_info().commit));
        root.attribute("fingerprint", static_cast<std::int64_t>(fingerprint(std::span(runs_))));
        root.string({"identity", "what is simulated", ""}, identity_);
        root.array<std::int8_t>({"runs", "runs that have ended, and the one that has not, as a message", ""},
                                {reinterpret_cast<const std::int8_t*>(runs_.data()), runs_.size()},
                                {{"byte", runs_.size()}});
        const hdf5::Axis agent{"agent", agents.agents()};
        for_each_array(agents, [&](const std::string& name, const char* what, const auto& values, int) {
            const auto stored = in_file(values);
            using T = typename decltype(stored)::value_type;
            root.stretch<T>({name, what, ""}, with_values ? stored : std::span<const T>{}, {agent});
        });
    }

private:
    const std::string& identity_;
    std::vector<std::byte> runs_;
};

hdf5::File in_memory(const std::string& name, const Writing& writing, const Population& agents, bool with_values) {
    hdf5::File memory = hdf5::create_in_memory(name, kGrowth);
    GroupWriter root(hdf5::Group(hdf5::checked(H5Gopen2(memory.get(), "/", H5P_DEFAULT), name, "cannot be prepared")), name);
    writing.everything(root, agents, with_values);
    return memory;
}

/// The agents of all ranks, on the root.
Population gathered(const Population& agents, const Collective& ranks) {
    Population all(agents.cohorts, agents.karma.size(), Collective::serial());
    for (std::size_t a = 0; a < agents.karma.size(); ++a) all.karma[a] = on_root<std::int32_t>(agents.karma[a], ranks);
    all.exogenous = on_root<std::uint8_t>(agents.exogenous, ranks);
    all.payoff = on_root<double>(agents.payoff, ranks);
    all.contests = on_root<std::uint32_t>(agents.contests, ranks);
    all.successes = on_root<std::uint32_t>(agents.successes, ranks);
    all.learning.cell = on_root<std::int32_t>(agents.learning.cell, ranks);
    all.learning.payoff = on_root<double>(agents.learning.payoff, ranks);
    return all;
}

}  // namespace

void write_run_checkpoint(const fs::path& file, const std::string& identity, const std::vector<Trace>& ended,
                          const OpenRun& run, const Population& agents, const Collective& ranks) {
    const Writing writing(identity, ended, run, ranks);
    const std::string name = file.string();
    if (communicator(ranks) != MPI_COMM_NULL) {
        const std::size_t room = agreed(ranks, [&]() -> std::size_t {
            if (!ranks.is_root()) return 0;
            const hdf5::QuietErrors quiet;
            return hdf5::room_for(in_memory(name, writing, agents, false), name);
        });
        return hdf5::write_together(file, ranks, room,
                                    [&](GroupWriter& root) { writing.everything(root, agents, true); });
    }
    const Population all = ranks.size() > 1 ? gathered(agents, ranks) : agents;
    agreed(ranks, [&] {
        if (!ranks.is_root()) return;
        const hdf5::QuietErrors quiet;
        replace_file(file, hdf5::take_image(in_memory(name, writing, all, true), name));
    });
}

KeptRuns read_kept_runs(const fs::path& file, const std::string& identity) {
    const hdf5::QuietErrors quiet;
    const StoredGroup root(file, "/");
    const auto refuse = [&](const std::string& why) { throw IoError(root.file(), "cannot be resumed", why); };
    if (!root.has_attribute("format") || root.text_attribute("format") != kFormat) refuse("it is no checkpoint of a run");
    if (root.integer_attribute("format_version") != kVersion) refuse("its format is of another version");
    const std::string version = root.text_attribute("version"), commit = root.text_attribute("commit");
    if (version != build_info().version || commit != build_info().commit)
        refuse("it was written by polykarma " + version + ", commit " + commit);
    if (const std::string stored = root.text("identity"); stored != identity)
        refuse("it is of another simulation: " + first_difference(stored, identity));
    const auto stored = root.array<std::int8_t>("runs", root.shape("runs"));
    const auto bytes = std::as_bytes(std::span(stored));
    if (static_cast<std::int64_t>(fingerprint(bytes)) != root.integer_attribute("fingerprint")) refuse("it is damaged");
    KeptRuns kept;
    MessageReader message(bytes);
    message.take_all(kept);
    return kept;
}

void read_agents(const fs::path& file, std::size_t exogenous, Population& agents) {
    const hdf5::QuietErrors quiet;
    const StoredGroup root(file, "/");
    const std::array<std::size_t, 1> shape{agents.agents()};
    for_each_array(agents, [&](const std::string& name, const char*, auto& values, int least) {
        using T = typename decltype(in_file(values))::value_type;
        const auto stretch = root.stretch<T>(name, shape, agents.first_agent, agents.first_agent + agents.size());
        for (std::size_t i = 0; i < stretch.size(); ++i) {
            // A sum of payoffs may have any sign.
            if (std::is_same_v<T, double> ? !std::isfinite(static_cast<double>(stretch[i])) : stretch[i] < static_cast<T>(least))
                root.refuse(name, "no agent can have that");
            values[i] = static_cast<typename std::remove_reference_t<decltype(values)>::value_type>(stretch[i]);
        }
    });
    if (std::ranges::any_of(agents.exogenous, [&](std::uint8_t u) { return u >= exogenous; }))
        root.refuse("exogenous", "no agent can be in that state");
}

}  // namespace polykarma
