#include "study/run_study.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <iterator>
#include <limits>
#include <new>
#include <optional>
#include <string_view>

#include "config/choices.hpp"
#include "io/stored_fields.hpp"
#include "study/equilibria.hpp"
#include "study/solve_economy.hpp"

namespace polykarma {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// What one rank tells the root about a point: its clock, then the image of its equilibrium or why there is none.
struct PointMessage {
    double seconds = 0.0;
    bool failed = false;
    std::vector<std::byte> content;

    [[nodiscard]] std::vector<std::byte> pack() const {
        std::vector<std::byte> bytes(sizeof(seconds) + 1);
        std::memcpy(bytes.data(), &seconds, sizeof(seconds));
        bytes[sizeof(seconds)] = std::byte{failed};
        bytes.insert(bytes.end(), content.begin(), content.end());
        return bytes;
    }
    static PointMessage unpack(const std::vector<std::byte>& bytes) {
        PointMessage message;
        std::memcpy(&message.seconds, bytes.data(), sizeof(message.seconds));
        message.failed = bytes[sizeof(message.seconds)] != std::byte{0};
        message.content.assign(bytes.begin() + sizeof(message.seconds) + 1, bytes.end());
        return message;
    }
    static PointMessage failure(const std::string& reason) {
        PointMessage message;
        message.failed = true;
        for (const char c : reason) message.content.push_back(static_cast<std::byte>(c));
        return message;
    }
    [[nodiscard]] std::string reason() const {
        return {reinterpret_cast<const char*>(content.data()), content.size()};
    }
};

PointMessage solve_point(const StudyConfig& study, const StudyPoint& point, std::size_t index,
                         std::span<const std::string> overrides, const PointProgress& progress) {
    try {
        const EconomyConfig economy = economy_of(study, point, overrides);
        const EquilibriumRecord record = solve_economy(economy, {}, progress(index, economy));
        return {record.seconds, false, to_image(record)};
    } catch (const ContractViolation&) {
        throw;
    } catch (const std::bad_alloc&) {
        return PointMessage::failure("out of memory");
    } catch (const std::exception& error) {
        return PointMessage::failure(error.what());
    }
}

/// A mistake in the overrides fails every point: then it is the input that is wrong, not a point.
void require_a_point(const StudyConfig& study, std::span<const std::string> overrides) {
    std::optional<InputError> first;
    for (std::size_t i = 0; i < study.size(); ++i) {
        try {
            static_cast<void>(affordable_rules(economy_of(study, study.point(i), overrides)));
            return;
        } catch (const InputError& error) {
            if (!first) first = error;
        }
    }
    throw *first;
}

/// Axes become columns beside those of every study.
void require_free_names(const StudyConfig& study) {
    static constexpr std::string_view kTaken[] = {
        "point", "start", "equilibrium", "certified", "reason", "lambda", "SW_en", "SW_ex", "published_distance",
        "stationarity", "gain_mean", "gain_max", "gain_all", "exploitability_mean", "exploitability_max", "bellman",
        "iterations", "seconds", "error"};
    for (const StudyAxis& axis : study.axes)
        if (std::find(std::begin(kTaken), std::end(kTaken), axis.name) != std::end(kTaken))
            throw InputError({study.file.string(), axis.values.front().where.line}, "axis.name", axis.name,
                             "every study has a result of this name", "another name");
}

StudyRow row_of(const PointKey& key) {
    StudyRow row;
    row.point = key.index;
    for (const auto& label : key.labels) row.labels.push_back(label.second);
    row.start = key.start;
    row.published_distance = kUnknown;
    return row;
}

/// What is unknown of a point that could not be computed is not 0.
StudyRow failed_row(const PointKey& key, const std::string& error) {
    StudyRow row = row_of(key);
    row.reason = "failed";
    row.lambda = kUnknown;
    row.nash = {kUnknown, kUnknown};
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
    row.certificate = summary.certificate;
    row.iterations = summary.iterations;
    return row;
}

/// Root: one point into the file and the tables.
void collect(const PointKey& key, const PointMessage& message, StudyFile* file, StudyOutcome& outcome) {
    EquilibriumSummary summary;
    if (message.failed) {
        outcome.results.rows.push_back(failed_row(key, message.reason()));
        if (file != nullptr) file->add_failure(key, message.reason());
    } else {
        summary = read_summary(message.content);
        summary.seconds = message.seconds;
        if (file != nullptr) file->add_point(key, message.content);
        outcome.results.types = summary.types;
        outcome.results.rows.push_back(solved_row(key, summary));
    }
    outcome.summaries.push_back(std::move(summary));
    outcome.seconds.push_back(message.seconds);
}

}  // namespace

StudyOutcome run_study(const StudyConfig& study, std::span<const std::string> overrides, const Collective& ranks,
                       StudyFile* file, const PointProgress& progress) {
    require_free_names(study);
    require_a_point(study, overrides);
    StudyOutcome outcome;
    for (const auto& axis : study.axes) outcome.results.axes.push_back(axis.name);
    std::vector<PointMessage> own;  // the root's, until their turn to be collected
    for (std::size_t i = 0; i < study.size(); ++i) {
        if (ranks.owner(i) != ranks.rank()) continue;
        PointMessage message = solve_point(study, study.point(i), i, overrides, progress);
        if (ranks.is_root())
            own.push_back(std::move(message));
        else
            ranks.send_to_root(message.pack());
    }
    if (!ranks.is_root()) return outcome;
    auto next_own = own.begin();
    std::exception_ptr trouble;  // thrown once nobody waits for the root any more
    for (std::size_t i = 0; i < study.size(); ++i) {
        const StudyPoint point = study.point(i);
        PointKey key{i, std::string(name_of(point.start)), {}};
        for (std::size_t a = 0; a < study.axes.size(); ++a) key.labels.emplace_back(study.axes[a].name, point.labels[a]);
        const PointMessage message =
            ranks.owner(i) == 0 ? std::move(*next_own++) : PointMessage::unpack(ranks.receive(ranks.owner(i)));
        if (trouble) continue;
        try {
            collect(key, message, file, outcome);
        } catch (const IoError&) {
            trouble = std::current_exception();
        }
    }
    if (trouble) std::rethrow_exception(trouble);
    number_equilibria(outcome.results.rows, outcome.summaries);
    if (outcome.results.types.empty()) {
        // Every point failed: the tables still have their columns.
        for (const auto& type : economy_of(study, study.point(0)).types) outcome.results.types.push_back(type.name);
    }
    return outcome;
}

}  // namespace polykarma
