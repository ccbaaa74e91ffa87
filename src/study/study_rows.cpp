#include "study/study_rows.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <string_view>

#include "config/overrides.hpp"
#include "io/stored_fields.hpp"
#include "study/solve_economy.hpp"

namespace polykarma {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

StudyRow row_of(const PointKey& key) {
    StudyRow row;
    row.point = key.index;
    for (const auto& label : key.labels) row.labels.push_back(label.second);
    for (const auto& variable : key.variables) row.variables.push_back(variable.second);
    row.start = key.start;
    row.published_distance = kUnknown;
    return row;
}

}  // namespace

PointKey key_of(const StudyConfig& study, const StudyPoint& point, std::size_t index) {
    PointKey key{index, point.start.name, {}, {}};
    for (std::size_t a = 0; a < study.axes.size(); ++a) key.labels.emplace_back(study.axes[a].name, point.labels[a]);
    return key;
}

StudyRow failed_row(const PointKey& key, const std::string& error) {
    StudyRow row = row_of(key);
    row.reason = "failed";
    row.lambda = kUnknown;
    row.nash = {kUnknown, kUnknown};
    row.efficiency = kUnknown;
    for (const auto& field : kCertificateFields) row.certificate.*field.member = kUnknown;
    row.error = error;
    return row;
}

StudyRow solved_row(const PointKey& key, const EquilibriumSummary& summary) {
    StudyRow row = row_of(key);
    row.certified = summary.certified;
    row.reason = summary.reason;
    row.lambda = summary.lambda;
    row.payoffs = summary.welfare.payoffs;
    row.nash = summary.welfare.nash;
    row.efficiency = summary.welfare.utilitarian.endogenous;
    row.marginals = summary.marginals;
    row.certificate = summary.certificate;
    row.stability = summary.stability;
    row.iterations = summary.iterations;
    return row;
}

void require_free_names(const StudyConfig& study) {
    static constexpr std::string_view kTaken[] = {"point",
                                                  "start",
                                                  "equilibrium",
                                                  "certified",
                                                  "reason",
                                                  "lambda",
                                                  "SW_en",
                                                  "SW_ex",
                                                  "published_distance",
                                                  "stationarity",
                                                  "gain_mean",
                                                  "gain_max",
                                                  "gain_all",
                                                  "exploitability_mean",
                                                  "exploitability_max",
                                                  "bellman",
                                                  "iterations",
                                                  "warm_from",
                                                  "seconds",
                                                  "error",
                                                  "starts",
                                                  "start_names",
                                                  "evaluation",
                                                  "allocation",
                                                  "agents_efficiency",
                                                  "agents_access_fairness",
                                                  "agents_reward_fairness",
                                                  "attractor",
                                                  "eigenvalue_real",
                                                  "eigenvalue_imaginary",
                                                  "modulus",
                                                  "eigenvalue_residual"};
    const auto require_free = [&](const std::string& kind, const std::string& name, int line) {
        if (std::find(std::begin(kTaken), std::end(kTaken), name) != std::end(kTaken))
            throw InputError({study.file.string(), line}, kind + ".name", name, "every study has a result of this name",
                             "another name");
    };
    for (const StudyAxis& axis : study.axes) require_free("axis", axis.name, axis.where.line);
    for (const StudyVariable& variable : study.variables) require_free("variable", variable.name, variable.where.line);
}

void require_free_keys(const StudyConfig& study, std::span<const std::string> overrides) {
    for (const std::string& assignment : overrides) {
        const std::string key = key_of(assignment);
        const auto require_other = [&](const std::string& set, const std::string& who) {
            if (keys_meet(key, set))
                throw InputError(command_line_override(assignment).where, key, "", "is set by " + who,
                                 "a key that the study leaves alone");
        };
        for (const StudyAxis& axis : study.axes) require_other(axis.key, "axis " + axis.name);
        for (const StudyVariable& variable : study.variables) require_other(variable.key, "variable " + variable.name);
        for (const StudyStart& start : study.starts)
            for (const std::string& set : start.overrides) require_other(key_of(set), "start " + start.name);
    }
}

void require_a_point(const StudyConfig& study, std::size_t count, const std::function<StudyPoint(std::size_t)>& point,
                     std::span<const std::string> overrides, int ranks) {
    std::optional<InputError> first;
    for (std::size_t i = 0; i < count; ++i) {
        try {
            require_solvable(economy_of(study, point(i), overrides), ranks);
            return;
        } catch (const InputError& error) {
            if (!first) first = error;
        }
    }
    throw *first;
}

}  // namespace polykarma
