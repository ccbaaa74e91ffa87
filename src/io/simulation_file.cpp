#include "io/simulation_file.hpp"

#include <algorithm>
#include <numeric>
#include <span>
#include <system_error>

#include "io/agreed.hpp"
#include "io/placed_file.hpp"
#include "io/provenance.hpp"
#include "io/record_writer.hpp"
#include "io/simulation_arrays.hpp"

namespace polykarma {
namespace {

using hdf5::Axes;
using hdf5::Axis;
using hdf5::GroupWriter;
using hdf5::Meaning;
using hdf5::SimulationArrays;

constexpr const char* kStream = "trace.h5";

template <class Infos>
std::vector<std::string> names_of(const Infos& infos) {
    std::vector<std::string> names;
    for (const auto& info : infos) names.push_back(info.name);
    return names;
}

/// Everything but the arrays that grow with the runs: what is known before the first of them.
class Beginning {
public:
    Beginning(GroupWriter& root, const SimulationRecord& simulation, const SimulationArrays& arrays)
        : root_(root), simulation_(simulation), arrays_(arrays), layout_(*simulation.layout) {}

    void everything() {
        heading();
        names();
        balances();
        cohorts();
        runs();
        if (simulation_.distance_of_sample)
            root_.scalar({"distance_of_sample", "mean distance of as many agents, drawn from the distribution of the policy", "1"},
                         *simulation_.distance_of_sample);
        root_.string({"economy", "the economy, every default spelled out (TOML)", ""}, simulation_.economy);
    }

private:
    void heading() {
        hdf5::write_heading(root_, hdf5::kSimulationFormat, simulation_.title);
        root_.attribute("allocation", simulation_.allocation);
        root_.attribute("agents", static_cast<std::int64_t>(simulation_.agents));
        root_.attribute("burn_in", std::int64_t{simulation_.plan.burn_in});
        root_.attribute("periods", std::int64_t{simulation_.plan.periods});
    }

    void names() {
        std::vector<std::string> stages, accounts;
        for (const auto r : Range<Stage>(layout_.stages())) stages.push_back(layout_.stage(r).name);
        for (const auto a : Range<Account>(layout_.lattice().accounts())) accounts.push_back(layout_.account_name(a));
        root_.coordinate({"stage", "contest of a period, in their order", ""}, stages);
        root_.coordinate({"urgency", "urgency state", ""}, names_of(layout_.exogenous_infos()));
        root_.coordinate({"outcome", "what an agent may come by; the first is what bids are for, the last staying away", ""}, simulation_.outcomes);
        if (!accounts.empty()) root_.coordinate({"account", "karma account", ""}, accounts);
    }

    void balances() {
        for (const auto a : Range<Account>(layout_.lattice().accounts())) {
            std::vector<std::int32_t> numbers(layout_.lattice().line_length(a));
            std::iota(numbers.begin(), numbers.end(), 0);
            root_.coordinate({arrays_.karma(a).name, "karma balance; the last one stands for itself and more", "karma"},
                             numbers);
        }
    }

    void cohorts() {
        std::vector<std::string> types, behaviours;
        std::vector<std::int64_t> sizes;
        for (const Cohort& cohort : simulation_.cohorts) {
            types.push_back(layout_.type_infos()[cohort.type.at()].name);
            behaviours.push_back(simulation_.behaviours[cohort.behaviour].name());
            sizes.push_back(static_cast<std::int64_t>(cohort.size()));
        }
        const Axes axes{arrays_.cohort()};
        root_.strings({"cohort_type", "user type of the agents of a cohort", ""}, types, axes);
        root_.strings({"cohort_behaviour", "how the agents of a cohort come by their bids", ""}, behaviours, axes);
        root_.array<std::int64_t>({"cohort_agents", "agents of a cohort", ""}, sizes, axes);
    }

    void runs() {
        const std::vector<std::int64_t> seeds(simulation_.seeds.begin(), simulation_.seeds.end());
        const TracePlan& plan = simulation_.plan;
        std::vector<std::int64_t> periods;
        for (std::size_t record = 1; record <= plan.records(); ++record)
            periods.push_back(plan.burn_in + static_cast<std::int64_t>(std::min<std::size_t>(record * plan.every, plan.periods)));
        root_.array<std::int64_t>({"seed", "of the random numbers of a run", ""}, seeds, {arrays_.run()});
        root_.array<std::int64_t>({"period", "periods that had been played, burn-in included", ""}, periods,
                                  {arrays_.record()});
    }

    GroupWriter& root_;
    const SimulationRecord& simulation_;
    const SimulationArrays& arrays_;
    const Layout& layout_;
};

/// Creates arrays on the axes of their kind and their own; of `Record` they get their values.
template <class Record>
auto creating(GroupWriter& root, Axes kind) {
    return [&root, kind = std::move(kind)](const Meaning& meaning, const Axes& own, const auto& values) {
        using Values = std::invoke_result_t<decltype(values), const Record&>;
        Axes axes = kind;
        axes.insert(axes.end(), own.begin(), own.end());
        root.stretch<typename Values::value_type>(meaning, {}, axes);
    };
}

void create(GroupWriter& root, hdf5::Storage to_come, const SimulationRecord& simulation, const SimulationArrays& arrays) {
    Beginning(root, simulation, arrays).everything();
    root.store(to_come);
    if (simulation.plan.traced_agents > 0) static_cast<void>(root.subgroup("traces"));
    arrays.for_each_of_record(creating<TraceRecord>(root, {arrays.run(), arrays.record()}));
    arrays.for_each_of_run(creating<Trace>(root, {arrays.run()}));
    arrays.for_each_of_contest(creating<AgentTraces>(root, {arrays.run(), arrays.contest()}));
}

/// Puts what a record has to where arrays have their elements of this number, counted along the axes of their kind.
template <class Record>
auto putting(hdf5::PlacedFile& file, const Record& record, std::size_t number) {
    return [&file, &record, number](const Meaning& meaning, const Axes& own, const auto& values) {
        const auto brought = values(record);
        std::size_t size = 1;
        for (const Axis& axis : own) size *= axis.length;
        file.put(meaning.name, number * size, std::span(brought));
    };
}

}  // namespace

/// On the root. Without a work folder what is written is the partial file, else a file of its own.
struct SimulationFile::Files {
    std::filesystem::path target;
    std::optional<std::filesystem::path> kept;
    std::optional<PartialFile> partial;
    std::optional<RemovedOnSignal> removed;
    std::optional<hdf5::PlacedFile> written;
};

SimulationFile::SimulationFile(const std::filesystem::path& target, const SimulationRecord& simulation,
                               const WorkFolder* folder, bool resumed, const Collective& ranks)
    : ranks_(ranks), arrays_(std::make_unique<const SimulationArrays>(simulation)) {
    agreed(ranks_, [&] {
        if (!ranks_.is_root()) return;
        files_ = std::make_unique<Files>();
        files_->target = target;
        const auto make = [&](PartialFile& file) {
            hdf5::outline(file, [&](GroupWriter& root, hdf5::Storage to_come) { create(root, to_come, simulation, *arrays_); });
        };
        if (folder == nullptr) {
            PartialFile& partial = files_->partial.emplace(target);
            files_->removed.emplace(partial.path());
            make(partial);
            files_->written.emplace(files_->partial->path());
            return;
        }
        files_->kept = folder->path() / kStream;
        folder->remove_unfinished(kStream);
        if (!resumed) {
            PartialFile file(*files_->kept);
            make(file);
            file.keep();
        }
        files_->written.emplace(*files_->kept);
    });
}

SimulationFile::~SimulationFile() = default;

void SimulationFile::record(std::size_t run, std::size_t number, const TraceRecord& record, const AgentTraces& seen) {
    agreed(ranks_, [&] {
        if (!ranks_.is_root()) return;
        arrays_->for_each_of_record(putting(*files_->written, record, run * arrays_->record().length + number));
        arrays_->for_each_of_contest(
            putting(*files_->written, seen, run * arrays_->contest().length + arrays_->first_contest(number)));
    });
}

void SimulationFile::end(std::size_t run, const Trace& trace) {
    agreed(ranks_, [&] {
        if (ranks_.is_root()) arrays_->for_each_of_run(putting(*files_->written, trace, run));
    });
}

void SimulationFile::flush() {
    agreed(ranks_, [&] {
        if (ranks_.is_root()) files_->written->flush();
    });
}

void SimulationFile::keep(const Provenance& provenance, double seconds) {
    agreed(ranks_, [&] {
        if (!ranks_.is_root()) return;
        if (files_->kept) {
            files_->partial.emplace(files_->target);
            files_->written->copy_to(*files_->partial);
        }
        hdf5::add_to(files_->partial->path(),
                     [&](GroupWriter& root) { hdf5::write_provenance(root, provenance, seconds); });
        files_->partial->keep();
    });
}

void SimulationFile::remove() const {
    std::error_code gone;
    if (files_ && files_->kept) std::filesystem::remove(*files_->kept, gone);
}

}  // namespace polykarma
