#include "study/run_study.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "io/work_folder.hpp"
#include "parallel/teams.hpp"
#include "study/deal.hpp"
#include "study/equilibria.hpp"
#include "study/study_plan.hpp"
#include "study/study_rows.hpp"
#include "study/study_solver.hpp"

namespace polykarma {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// Keeps a lock fresh and attends to the other ranks.
std::function<void()> attending_to(const Collective& ranks, std::optional<WorkFolder>& lock) {
    return [&] {
        ranks.attend();
        if (lock) lock->refresh();
    };
}

/// Progress that keeps a lock fresh, too, and attends to the other ranks.
PointProgress attentive(const Collective& ranks, std::optional<WorkFolder>& lock, const PointProgress& progress) {
    return [&](std::size_t index, const EconomyConfig& economy) {
        return attending(ranks, [&lock, told = progress(index, economy)](long iteration, const Residuals& residuals) {
            if (lock) lock->refresh();
            if (told) told(iteration, residuals);
        });
    };
}

bool is_known(const WorkUnits& units, std::size_t unit, const StudyJournal& journal) {
    return std::ranges::all_of(units.points(unit), [&](std::size_t point) { return journal.has(point); });
}

/// The units of the shard with a point of which nothing is known.
std::vector<std::size_t> pending_units(const WorkUnits& units, const StudyRun& how, const StudyJournal& journal) {
    std::vector<std::size_t> pending;
    if (!how.solve) return pending;
    for (std::size_t unit = 0; unit < units.count(); ++unit) {
        if (how.folder && !how.folder->shard.has(unit)) continue;
        if (!is_known(units, unit, journal)) pending.push_back(unit);
    }
    return pending;
}

/// References of the shard of which nothing is known.
std::vector<std::size_t> pending_references(const StudySolver& solver, const WorkUnits& units, const StudyRun& how,
                                            const StudyJournal& journal) {
    std::vector<std::size_t> pending;
    if (!how.solve) return pending;
    for (std::size_t i = 0; i < solver.references().size(); ++i)
        if ((!how.folder || how.folder->shard.has(units.count() + i)) && !journal.has(kFirstReference + i))
            pending.push_back(i);
    return pending;
}

/// Root: what agents without karma came by.
void add(const Reference& reference, const PointRecord& record, StudyOutcome& outcome) {
    StudyReference row;
    row.labels = reference.labels;
    row.allocation = reference.allocation;
    row.error = record.error;
    const ExactReference known = exact(reference);
    row.efficiency = known.efficiency;
    row.access = known.access;
    if (record.agents) row.agents = *record.agents;
    outcome.results.references.push_back(std::move(row));
}

/// Root: one point into the file and the tables.
void add(const StudyConfig& study, const PointRecord& record, bool is_full, StudyFile* file, StudyOutcome& outcome) {
    const PointKey key = key_of(study, study.point(record.point), record.point);
    outcome.seconds.push_back(record.seconds);
    EquilibriumSummary& summary = outcome.summaries.emplace_back(record.summary);
    if (!record.error.empty()) {
        outcome.results.rows.push_back(failed_row(key, record.error));
        if (file != nullptr && is_full) file->add_failure(key, record.error);
        return;
    }
    summary.seconds = record.seconds;
    summary.start = key.start;
    if (is_full && record.image.empty()) ++outcome.without_image;
    if (file != nullptr && is_full && !record.image.empty()) file->add_point(key, record.image);
    outcome.results.types = summary.types;
    outcome.results.stages = summary.stages;
    outcome.results.accounts = summary.accounts;
    outcome.results.urgencies = summary.urgencies;
    outcome.results.rows.push_back(solved_row(key, summary));
    outcome.results.rows.back().warm_from = record.warm_from;
    outcome.results.rows.back().agents = record.agents;
}

/// Names of what no solved point has told.
void complete(const StudyConfig& study, StudyResults& results) {
    if (!results.types.empty()) return;
    const EconomyConfig economy = economy_of(study, study.point(0));
    for (const auto& type : economy.types) results.types.push_back(type.name);
    results.stages = stage_names(economy);
}

/// What the ranks have spent their time on.
StudyTiming timing_of(const Collective& ranks, const StudySolver& solver, Clock::time_point begin) {
    const auto all = static_cast<std::size_t>(ranks.size()), own = static_cast<std::size_t>(ranks.rank());
    std::vector<double> of_rank(2 * all, 0.0);
    of_rank[2 * own] = solver.seconds();
    of_rank[2 * own + 1] = static_cast<double>(solver.points());
    ranks.maximum(of_rank);
    StudyTiming timing;
    for (std::size_t i = 0; i < of_rank.size(); i += 2) {
        timing.rank_seconds_solving += of_rank[i];
        timing.points += static_cast<std::size_t>(of_rank[i + 1]);
    }
    timing.seconds = seconds_since(begin);
    timing.ranks = ranks.size();
    return timing;
}

}  // namespace

StudyOutcome run_study(const StudyConfig& study, std::span<const std::string> overrides, const Collective& ranks,
                       StudyFile* file, const PointProgress& progress, const StudyRun& how) {
    const auto begin = Clock::now();
    require_free_names(study);
    require_free_keys(study, overrides);
    const auto is_full = [&](std::size_t point) {  // references have nothing to keep in full
        return point < study.size() && (!how.is_full || how.is_full(point));
    };
    std::optional<WorkFolder> lock;
    if (how.folder && how.solve)
        lock.emplace(how.folder->path, ranks, how.folder->shard.count > 1 ? how.folder->shard.name() : "");
    StudySolver solver(study, overrides, how);
    StudyJournal journal(
        how.folder, StudyIdentity::of(study, overrides, solver.manner()), solver.records(),
        [&](std::size_t point) { return solver.identity(point); }, is_full, ranks);

    const WorkUnits units(study, how.warm_start);
    if (how.warm_start && units.length() == 1)
        throw InputError({}, "--warm-start", "", "the study has no points in a row",
                         "a last axis of its own, not sampled");
    const StudyPlan plan =
        plan_study(study, overrides, units, pending_units(units, how, journal), how.ranks_per_economy, ranks);
    const Teams teams(ranks, plan.ranks_per_economy);
    require_a_point(
        study, study.size(), [&](std::size_t i) { return study.point(i); }, overrides,
        std::min(plan.ranks_per_economy, ranks.size()));
    std::optional<PointCheckpoints> kept;
    if (lock)
        kept.emplace(
            *lock, how.interval, [&](std::size_t point) { return is_known(units, units.unit(point), journal); }, ranks);
    const StudyCompany company{attentive(ranks, lock, progress), kept ? &*kept : nullptr,
                               [&](std::size_t point) { return journal.has(point); }, attending_to(ranks, lock)};
    const std::vector<std::size_t> references = pending_references(solver, units, how, journal);
    const auto keep = [&](const PointRecord& record) {
        if (teams.own().is_root()) journal.append(record);
    };
    teams.share(
        plan.order.size() + references.size(),
        [&](std::size_t i) {
            if (i < plan.order.size())
                solver.solve_unit(units, plan.order[i], teams.own(), company, keep);
            else if (const auto record =
                         solver.solve_reference(references[i - plan.order.size()], teams.own(), company))
                keep(*record);
        },
        how.stop);

    StudyOutcome outcome;
    for (const auto& axis : study.axes) outcome.results.axes.push_back(axis.name);
    outcome.results.warm_starts = how.warm_start;
    outcome.timing = timing_of(ranks, solver, begin);
    std::array finished{static_cast<std::int64_t>(solver.units())};
    ranks.sum(finished);
    outcome.stopped = finished.front() < static_cast<std::int64_t>(plan.order.size() + references.size());
    outcome.results.played = study.simulation.is_wanted();
    outcome.shard = how.folder && how.folder->shard.count > 1;
    journal.flush();
    if (!outcome.is_collected()) return outcome;
    journal.collect([&](PointRecord&& record) {
        if (record.point < study.size())
            add(study, record, is_full(record.point), file, outcome);
        else
            add(solver.references()[record.point - kFirstReference], record, outcome);
    });
    if (!ranks.is_root()) return outcome;
    outcome.timing.seconds = seconds_since(begin);
    outcome.missing = study.size() + solver.references().size() - outcome.results.rows.size() -
                      outcome.results.references.size();
    outcome.results.equilibria = number_equilibria(outcome.results.rows, outcome.summaries);
    complete(study, outcome.results);
    return outcome;
}

}  // namespace polykarma
