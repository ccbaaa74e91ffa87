#include "study/design_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "config/choices.hpp"
#include "config/economy_numbers.hpp"
#include "config/overrides.hpp"
#include "io/stored_fields.hpp"
#include "io/summary.hpp"
#include "study/attempt.hpp"
#include "study/deal.hpp"
#include "study/maximise.hpp"
#include "study/solve_economy.hpp"
#include "study/study_rows.hpp"

namespace polykarma {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// What a combination came to: every point in the order of the search, and the image of the best.
struct DesignFindings {
    std::vector<StudyRow> rows;
    std::optional<std::size_t> best;  ///< row
    std::vector<std::byte> image;     ///< of the best
};

void put(MessageWriter& message, const StudyRow& row) {
    message.put(std::int64_t{row.evaluation});
    message.put(std::span(row.variables));
    message.put(row.certified);
    message.put(row.reason);
    message.put(row.lambda);
    message.put(static_cast<std::int64_t>(row.payoffs.size()));
    for (const Payoff& payoff : row.payoffs) {
        message.put(payoff.endogenous);
        message.put(payoff.exogenous);
    }
    message.put(row.nash.endogenous);
    message.put(row.nash.exogenous);
    for (const auto& field : kCertificateFields) message.put(row.certificate.*field.member);
    message.put(std::int64_t{row.iterations});
    message.put(row.error);
}

/// `row` knows its combination already.
StudyRow take(MessageReader& message, StudyRow row) {
    row.evaluation = message.integer();
    row.variables = message.numbers();
    row.certified = message.truth();
    row.reason = message.text();
    row.lambda = message.number();
    row.payoffs.resize(static_cast<std::size_t>(message.integer()));
    for (Payoff& payoff : row.payoffs) {
        payoff.endogenous = message.number();
        payoff.exogenous = message.number();
    }
    row.nash.endogenous = message.number();
    row.nash.exogenous = message.number();
    for (const auto& field : kCertificateFields) row.certificate.*field.member = message.number();
    row.iterations = message.integer();
    row.error = message.text();
    return row;
}

MessageWriter packed(const DesignFindings& findings) {
    MessageWriter message;
    message.put(static_cast<std::int64_t>(findings.rows.size()));
    for (const StudyRow& row : findings.rows) put(message, row);
    message.put(findings.best ? static_cast<std::int64_t>(*findings.best) : std::int64_t{-1});
    message.put(std::span(findings.image));
    return message;
}

DesignFindings unpacked(MessageReader& message, const PointKey& key) {
    DesignFindings findings;
    findings.rows.resize(static_cast<std::size_t>(message.integer()));
    for (StudyRow& row : findings.rows) row = take(message, failed_row(key, {}));
    if (const auto best = message.integer(); best >= 0) findings.best = static_cast<std::size_t>(best);
    findings.image = message.bytes();
    return findings;
}

/// The search of one combination of the axes' values.
class Search {
public:
    Search(const StudyConfig& study, std::size_t design, std::span<const std::string> overrides,
           const DesignProgress& progress)
        : study_(study),
          design_(design),
          overrides_(overrides),
          progress_(progress),
          point_(study.design_point(design)) {}

    DesignFindings run() && {
        if (const auto base = base_values(); !base.empty()) evaluate(base);
        next_ = 1;
        SearchBox box{{}, {}, study_.variable_starts()};
        for (const StudyVariable& variable : study_.variables) {
            box.lower.push_back(variable.lower);
            box.upper.push_back(variable.upper);
        }
        maximise(study_.design, box, [this](std::span<const double> values) { return evaluate(values); });
        return std::move(findings_);
    }

private:
    /// The base economy's own values of the variables; empty unless every one has a value, and within its bounds.
    [[nodiscard]] std::vector<double> base_values() const {
        std::vector<double> values;
        try {
            const EconomyConfig economy = economy_of(study_, point_, overrides_);
            for (const StudyVariable& variable : study_.variables) {
                const auto found = numbers_at(economy, variable.key);
                const auto other = [&](double x) { return x != found.front(); };
                if (found.empty() || std::any_of(found.begin(), found.end(), other)) return {};
                if (!(variable.lower <= found.front() && found.front() <= variable.upper)) return {};
                values.push_back(found.front());
            }
        } catch (const InputError&) {
            return {};  // it is an economy for other values of the variables only
        }
        return values;
    }

    /// NaN for an economy without a certified equilibrium.
    double evaluate(std::span<const double> values) {
        PointKey key = key_of(study_, point_, design_);
        for (std::size_t v = 0; v < values.size(); ++v) key.variables.emplace_back(study_.variables[v].name, values[v]);
        const long evaluation = next_++;
        StudyRow row;
        std::vector<std::byte> image;  // of a point better than all before
        const Attempt solved = attempt([&] {
            const EconomyConfig economy = economy_of(study_, study_.at(point_, values), overrides_);
            EquilibriumRecord record = solve_economy(economy, {}, progress_(design_, evaluation, economy));
            row = solved_row(key, summary_of(record));
            if (is_best(row)) image = to_image(record);
            return record;
        });
        if (!solved.record) row = failed_row(key, solved.error);
        row.evaluation = evaluation;
        if (!image.empty()) {
            findings_.best = findings_.rows.size();
            findings_.image = std::move(image);
        }
        findings_.rows.push_back(std::move(row));
        return value_of(findings_.rows.back());
    }
    [[nodiscard]] double value_of(const StudyRow& row) const {
        return row.certified ? objective_of(study_, row) : kUnknown;
    }
    [[nodiscard]] bool is_best(const StudyRow& row) const {
        const double value = value_of(row);
        return std::isfinite(value) && (!findings_.best || value > value_of(findings_.rows[*findings_.best]));
    }

    const StudyConfig& study_;
    std::size_t design_;
    std::span<const std::string> overrides_;
    const DesignProgress& progress_;
    StudyPoint point_;
    long next_ = 0;
    DesignFindings findings_;
};

void require_searchable(const StudyConfig& study, std::span<const std::string> overrides) {
    if (study.variables.empty())
        throw InputError({study.file.string(), 0}, "variable", "", "there is nothing to search over",
                         "a [[variable]], or polykarma sweep for a grid");
    require_free_names(study);
    require_free_keys(study, overrides);
    const auto start = [&](std::size_t i) { return study.at(study.design_point(i), study.variable_starts()); };
    require_a_point(study, study.designs(), start, overrides);
}

/// Root: one combination into the file and the tables.
void collect(const StudyConfig& study, const PointKey& key, const DesignFindings& findings, StudyFile* file,
             DesignOutcome& outcome) {
    StudyRow best;
    if (findings.best) {
        best = findings.rows[*findings.best];
        PointKey found = key;
        for (std::size_t v = 0; v < best.variables.size(); ++v)
            found.variables.emplace_back(study.variables[v].name, best.variables[v]);
        if (file != nullptr) file->add_point(found, findings.image);
    } else {
        best = failed_row(key, fmt::format("none of {} economies has a certified equilibrium in which every type gains",
                                           findings.rows.size()));
        best.variables.assign(study.variables.size(), kUnknown);
        if (file != nullptr) file->add_failure(key, best.error);
    }
    auto& rows = outcome.results.evaluations.rows;
    const bool has_base = !findings.rows.empty() && findings.rows.front().evaluation == 0;
    outcome.base.push_back(has_base ? std::optional(findings.rows.front()) : std::nullopt);
    rows.insert(rows.end(), findings.rows.begin(), findings.rows.end());
    const auto& others = outcome.results.best.rows;
    if (findings.best && (!outcome.best || objective_of(study, best) > objective_of(study, others[*outcome.best])))
        outcome.best = others.size();
    outcome.results.best.rows.push_back(std::move(best));
}

DesignOutcome empty_outcome(const StudyConfig& study) {
    DesignOutcome outcome;
    outcome.results.objective = name_of(study.design.objective);
    outcome.results.selection = fmt::format("equilibrium reached from the start {}", study.starts.front().name);
    const EconomyConfig economy = economy_of(study, study.at(study.design_point(0), study.variable_starts()));
    for (StudyResults* table : {&outcome.results.evaluations, &outcome.results.best}) {
        for (const auto& type : economy.types) table->types.push_back(type.name);
        for (const auto& axis : study.axes) table->axes.push_back(axis.name);
        for (const auto& variable : study.variables) table->variables.push_back(variable.name);
    }
    for (const auto& variable : study.variables) outcome.results.bounds.emplace_back(variable.lower, variable.upper);
    return outcome;
}

}  // namespace

double objective_of(const StudyConfig& study, const StudyRow& row) {
    return study.design.objective == DesignObjective::sw_en ? row.nash.endogenous : row.nash.exogenous;
}

DesignOutcome search_designs(const StudyConfig& study, std::span<const std::string> overrides, const Collective& ranks,
                             StudyFile* file, const DesignProgress& progress) {
    require_searchable(study, overrides);
    DesignOutcome outcome = empty_outcome(study);
    const DesignProgress attentive = [&](std::size_t design, long evaluation, const EconomyConfig& economy) {
        return attending(ranks, progress(design, evaluation, economy));
    };
    deal(
        ranks, study.designs(), [&](std::size_t i) { return packed(Search(study, i, overrides, attentive).run()); },
        [&](std::size_t i, MessageReader& message) {
            const PointKey key = key_of(study, study.design_point(i), i);
            collect(study, key, unpacked(message, key), file, outcome);
        });
    return outcome;
}

}  // namespace polykarma
