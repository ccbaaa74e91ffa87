#include "study/run_study.hpp"

#include "study/attempt.hpp"
#include "study/deal.hpp"
#include "study/equilibria.hpp"
#include "study/solve_economy.hpp"
#include "study/study_rows.hpp"

namespace polykarma {
namespace {

/// What a rank tells the root about a point: its clock, whether it failed, and why, or the image of its equilibrium.
MessageWriter solve_point(const StudyConfig& study, std::size_t index, std::span<const std::string> overrides,
                          const PointProgress& progress, StudyExtent extent) {
    std::vector<std::byte> image;
    const Attempt solved = attempt([&] {
        const EconomyConfig economy = economy_of(study, study.point(index), overrides);
        EquilibriumRecord record = solve_economy(economy, {}, progress(index, economy));
        if (extent == StudyExtent::with_stability) measure_stability(economy, record);
        image = to_image(record);
        return record;
    });
    MessageWriter message;
    message.put(solved.record ? solved.record->seconds : 0.0);
    message.put(!solved.record);
    if (solved.record)
        message.put(std::span(image));
    else
        message.put(solved.error);
    return message;
}

/// Root: one point into the file and the tables.
void collect(const PointKey& key, MessageReader& message, StudyFile* file, StudyOutcome& outcome) {
    outcome.seconds.push_back(message.number());
    EquilibriumSummary& summary = outcome.summaries.emplace_back();
    if (message.truth()) {
        const std::string error = message.text();
        outcome.results.rows.push_back(failed_row(key, error));
        if (file != nullptr) file->add_failure(key, error);
        return;
    }
    const std::vector<std::byte> image = message.bytes();
    summary = read_summary(image);
    summary.seconds = outcome.seconds.back();
    summary.start = key.start;
    if (file != nullptr) file->add_point(key, image);
    outcome.results.types = summary.types;
    outcome.results.stages = summary.stages;
    outcome.results.rows.push_back(solved_row(key, summary));
}

}  // namespace

StudyOutcome run_study(const StudyConfig& study, std::span<const std::string> overrides, const Collective& ranks,
                       StudyFile* file, const PointProgress& progress, StudyExtent extent) {
    require_free_names(study);
    require_free_keys(study, overrides);
    require_a_point(
        study, study.size(), [&](std::size_t i) { return study.point(i); }, overrides);
    StudyOutcome outcome;
    for (const auto& axis : study.axes) outcome.results.axes.push_back(axis.name);
    deal(
        ranks, study.size(), [&](std::size_t i) { return solve_point(study, i, overrides, progress, extent); },
        [&](std::size_t i, MessageReader& message) {
            collect(key_of(study, study.point(i), i), message, file, outcome);
        });
    if (!ranks.is_root()) return outcome;
    outcome.results.equilibria = number_equilibria(outcome.results.rows, outcome.summaries);
    if (outcome.results.types.empty()) {
        // Every point failed: the tables still have their columns.
        const EconomyConfig economy = economy_of(study, study.point(0));
        for (const auto& type : economy.types) outcome.results.types.push_back(type.name);
        outcome.results.stages = stage_names(economy);
    }
    return outcome;
}

}  // namespace polykarma
