#include "study/study_solver.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "agents/trace.hpp"
#include "base/fingerprint.hpp"
#include "config/choices.hpp"
#include "config/reader.hpp"
#include "study/attempt.hpp"
#include "study/solve_economy.hpp"

namespace polykarma {
namespace {

/// Adds the time it lives.
class Timed {
public:
    explicit Timed(double& seconds) : seconds_(seconds), begin_(Clock::now()) {}
    ~Timed() { seconds_ += std::chrono::duration<double>(Clock::now() - begin_).count(); }
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;

private:
    using Clock = std::chrono::steady_clock;
    double& seconds_;
    Clock::time_point begin_;
};

/// Whether the states of one economy are those of the other, in the same lattice: the same actions, and the same mass and
/// karma are conserved.
bool have_the_same_states(const EconomyConfig& a, const EconomyConfig& b) {
    const auto same_account = [](const ResourceConfig& x, const ResourceConfig& y) {
        return x.k_max == y.k_max && x.k_mean == y.k_mean;
    };
    const auto same_share = [](const TypeConfig& x, const TypeConfig& y) { return x.share == y.share; };
    return a.game == b.game && std::ranges::equal(a.resources, b.resources, same_account) &&
           a.contest.k_max == b.contest.k_max && a.contest.k_mean == b.contest.k_mean &&
           std::ranges::equal(a.types, b.types, same_share) && a.urgencies.size() == b.urgencies.size() &&
           a.exchange == b.exchange;
}

std::string name_of(std::size_t point) { return fmt::format("point {}", point); }

/// Thrown by a start that is needed after all: the checkpoint instead of it cannot be read.
struct BeginAgain {};

StartFrom start_that_is_gone() {
    return [](const auto&, const Part&, const Collective&) -> StartState { throw BeginAgain{}; };
}

}  // namespace

/// A point on the way through a unit.
struct StudySolver::Step {
    std::size_t point;
    std::optional<std::size_t> before{};  ///< the point whose equilibrium it may start from
    std::string start{};                  ///< all that such a start depends on, in words
};

/// Where a unit goes on.
struct StudySolver::Entry {
    std::size_t step = 0;
    bool is_warm = false;  ///< in the midst of a search that began at the equilibrium of the point before
};

/// The point before, to start the next one from.
struct StudySolver::Solved {
    std::size_t point;
    EconomyConfig economy;
    EquilibriumRecord record;

    /// Another economy in the lattice of the record, a larger one than it begins with where accounts have no bound.
    /// Nothing where the record is no state of it.
    [[nodiscard]] std::optional<EconomyConfig> leads_to(const EconomyConfig& next) const {
        if (!have_the_same_states(economy, next)) return {};
        EconomyConfig there = as_found(next, *record.layout);
        if (there.contest.k_max > next.contest.largest_k_max) return {};
        return there;
    }
    [[nodiscard]] StartFrom start() const {
        return [this](const auto&, const Part& part, const Collective&) {
            return StartState{name_of(point), moved_to(part, record.mass), moved_to(part, record.response)};
        };
    }
};

StudySolver::StudySolver(const StudyConfig& study, std::span<const std::string> overrides, const StudyRun& how)
    : study_(study), overrides_(overrides), how_(how), references_(references_of(study, overrides)) {}

std::string StudySolver::manner() const {
    const auto word = [](bool is_on) { return is_on ? "yes" : "no"; };
    const SimulationConfig& played = study_.simulation;
    std::string references;
    for (const Allocation reference : played.references) references += fmt::format(" {}", name_of(reference));
    return fmt::format("stability {}, warm starts {}, played {}", word(how_.extent == StudyExtent::with_stability),
                       word(how_.warm_start),
                       played.is_wanted() ? fmt::format("by {} agents for {} + {} periods with {} seeds beside{}",
                                                        played.agents, played.burn_in, played.periods, played.seeds,
                                                        references.empty() ? " nobody" : references)
                                          : "by nobody");
}

std::uint64_t StudySolver::identity(std::size_t record) const {
    if (record >= kFirstReference) {
        const Reference& reference = references_[record - kFirstReference];
        return fingerprint(fmt::format("{} {}", name_of(reference.allocation), to_toml(reference.economy)));
    }
    if (record >= study_.size()) return 0;
    try {
        return fingerprint(to_toml(economy_of(study_, study_.point(record), overrides_)));
    } catch (const InputError& error) {
        return fingerprint(error.what());
    }
}

std::vector<StudySolver::Step> StudySolver::steps_of(const WorkUnits& units, std::size_t unit) const {
    std::vector<Step> steps{{.point = units.point(unit, 0)}};
    std::string way;
    for (std::size_t i = 1; i < units.length(); ++i) {
        const std::size_t before = steps.back().point;
        way += fmt::format("{:016x}", identity(before));
        steps.push_back({.point = units.point(unit, i),
                         .before = before,
                         .start = fmt::format("{}, by way {:016x}", name_of(before), fingerprint(way))});
    }
    return steps;
}

/// At the last point that has a checkpoint, if all before it are known; else a unit begins again.
StudySolver::Entry StudySolver::entry_of(std::span<const Step> steps, UnitCheckpoints& checkpoints,
                                         const std::function<bool(std::size_t point)>& is_known) const {
    std::size_t first_unknown = 0;
    while (first_unknown + 1 < steps.size() && is_known(steps[first_unknown].point)) ++first_unknown;
    for (std::size_t i = first_unknown; i > 0; --i) {
        if (!checkpoints.has(steps[i].point)) continue;
        try {
            const std::string economy = to_toml(economy_of(study_, study_.point(steps[i].point), overrides_));
            const bool warm = checkpoints.start_of(steps[i].point) == steps[i].start;
            if (checkpoints.of(steps[i].point, {economy, warm ? steps[i].start : ""}).has_usable()) return {i, warm};
        } catch (const InputError&) {
            // It is no economy, and will be a failed point.
        }
    }
    return {};
}

void StudySolver::solve_unit(const WorkUnits& units, std::size_t unit, const Collective& team,
                             const StudyCompany& company,
                             const std::function<void(const PointRecord& record)>& tell) {
    const std::vector<Step> steps = steps_of(units, unit);
    std::optional<UnitCheckpoints> checkpoints;
    if (company.kept != nullptr) checkpoints.emplace(*company.kept, team);
    const auto solve_from = [&](Entry entry) {
        std::optional<Solved> last;
        for (const Step& step : std::span(steps).subspan(entry.step)) {
            const PointRecord record = solve_point(step, std::exchange(entry.is_warm, false), team, company,
                                                   checkpoints ? &*checkpoints : nullptr, last);
            if (!company.is_known(step.point)) {
                tell(record);
                points_ += team.is_root() ? 1 : 0;
            }
            if (checkpoints) checkpoints->leave();
        }
    };
    try {
        try {
            solve_from(checkpoints ? entry_of(steps, *checkpoints, company.is_known) : Entry{});
        } catch (const BeginAgain&) {
            solve_from({});
        }
    } catch (const Stopped&) {
        // The state of a search is kept, what has been played is lost; the run ends.
        if (checkpoints) checkpoints->leave();
        return;
    }
    if (checkpoints) checkpoints->end(units.points(unit));
    units_ += team.is_root() ? 1 : 0;
}

std::optional<PointRecord> StudySolver::solve_reference(std::size_t number, const Collective& team, const StudyCompany& company) {
    PointRecord record{.point = kFirstReference + number};
    record.identity = identity(record.point);
    const Timed timed(seconds_);
    try {
        record.agents = play_reference(references_[number], study_.simulation, team, {company.alive, how_.stop});
    } catch (const Stopped&) {
        return {};
    } catch (const InputError& error) {
        record.error = error.what();
    }
    units_ += team.is_root() ? 1 : 0;
    return record;
}

void StudySolver::play_point(const EconomyConfig& economy, const EquilibriumRecord& record, const Collective& team,
                             const StudyCompany& company, PointRecord& point) {
    const Timed timed(seconds_);
    const std::vector<std::byte> image = team.broadcast(point.image);
    try {
        point.agents = play_equilibrium(as_found(economy, *record.layout), image, study_.simulation, team,
                                        {company.alive, how_.stop});
    } catch (const InputError& error) {
        point.error = error.what();
    }
}

PointRecord StudySolver::solve_point(const Step& step, bool goes_on_warm, const Collective& team,
                                     const StudyCompany& company, UnitCheckpoints* checkpoints,
                                     std::optional<Solved>& last) {
    PointRecord point{.point = step.point};
    std::optional<EconomyConfig> economy;
    Attempt solved = attempt(
        [&] {
            economy = economy_of(study_, study_.point(step.point), overrides_);
            const std::optional<EconomyConfig> there = last ? last->leads_to(*economy) : std::nullopt;
            const bool warm = there || goes_on_warm;
            if (warm) point.warm_from = step.before;
            const Progress watched = team.is_root() ? company.progress(step.point, *economy) : Progress{};
            Checkpoints* const keeper =
                checkpoints != nullptr ? &checkpoints->of(step.point, {to_toml(*economy), warm ? step.start : ""})
                                       : nullptr;
            const StartFrom start = there ? last->start() : goes_on_warm ? start_that_is_gone() : StartFrom{};
            const Timed timed(seconds_);
            EquilibriumRecord record = solve_economy(there ? *there : *economy, start, watched, team, keeper);
            if (how_.extent == StudyExtent::with_stability) measure_stability(*economy, record, team);
            return record;
        },
        team);
    point.error = solved.error;
    point.identity = fingerprint(economy ? to_toml(*economy) : solved.error);
    if (solved.record) {
        point.seconds = solved.record->seconds;
        point.summary = summary_of(*solved.record);
        const bool played = study_.simulation.is_wanted() && solved.record->certified && !company.is_known(step.point);
        const bool full = !how_.is_full || how_.is_full(step.point);
        if (full || played) point.image = to_image(*solved.record, team);
        if (played) play_point(*economy, *solved.record, team, company, point);
        if (!full) point.image.clear();
    }
    last.reset();
    if (how_.warm_start && solved.record && solved.record->certified)
        last.emplace(Solved{step.point, std::move(*economy), std::move(*solved.record)});
    return point;
}

}  // namespace polykarma
