#include "config/study.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "config/choices.hpp"
#include "config/document.hpp"
#include "config/economy_numbers.hpp"
#include "config/overrides.hpp"
#include "config/read_visitor.hpp"
#include "config/reader.hpp"
#include "config/schema.hpp"
#include "config/study_keys.hpp"

namespace polykarma {
namespace {

Value document_of_study(const std::filesystem::path& file) {
    Value document = parse_document(read_text(file), file.string());
    if (document.find("base") == nullptr && document.find("type") != nullptr)
        throw InputError({file.string(), 0}, "base", "", "this is an economy, not a study of economies",
                         "a study names one as its base; polykarma solve takes the economy itself");
    return document;
}

class StudyReader {
public:
    explicit StudyReader(const std::filesystem::path& file)
        : study_(read_config<StudyConfig>(document_of_study(file), study_spec(), state_)) {
        study_.file = file;
    }

    StudyConfig run() {
        study_.base_file = study_.file.parent_path() / study_.base;
        study_.base_text = text_of_base();
        const EconomyConfig base = parse_economy(study_.base_text, study_.base_file.string());
        if (study_.starts.empty()) study_.starts = {start_of(base.solver)};
        for (auto it = study_.starts.begin(); it != study_.starts.end(); ++it)
            if (std::find(study_.starts.begin(), it, *it) != it)
                refuse("starts", fmt::format("{} is there twice", it->name), "each start once");
        complete_axes(study_.axes, study_.sample, state_);
        for (std::size_t i = 0; i < study_.variables.size(); ++i) complete(i);
        if (study_.variables.empty() && state_.sources.contains("design"))
            refuse("design", "there is no [[variable]] to search over", "at least one");
        check_simulation(base.game == GameFamily::pairwise);
        check_size();
        check_points();
        return study_;
    }

private:
    [[nodiscard]] std::string text_of_base() const {
        try {
            return read_text(study_.base_file);
        } catch (const IoError& error) {
            const SourceLocation& where = state_.sources.at("base");
            throw IoError(fmt::format("{}:{}", where.file, where.line), "its base cannot be used", error.what());
        }
    }

    [[noreturn]] void refuse(const std::string& key, const std::string& why, const std::string& allowed) const {
        throw_at(state_, key, key, why, allowed);
    }

    void complete(std::size_t number) {
        StudyVariable& variable = study_.variables[number];
        const std::string path = "variable." + variable.name;
        variable.where = state_.sources.at(path + ".key");
        require_number_key(variable.key, variable.where, path + ".key");
        if (!type_of_share(variable.key).empty())
            refuse(path + ".key", "the shares of the types sum to 1, one of them cannot vary alone", "another key");
        for (const StudyAxis& axis : study_.axes)
            if (axis.name == variable.name) refuse(path + ".name", "an axis has this name", "names are unique");
        for (std::size_t i = 0; i < number; ++i)
            if (keys_meet(study_.variables[i].key, variable.key))
                refuse(path + ".key", "variable " + study_.variables[i].name + " sets this, too",
                       "one variable per key");
        for (const StudyAxis& axis : study_.axes)
            if (keys_meet(axis.key, variable.key) && parts_of(axis.key).size() >= parts_of(variable.key).size())
                refuse(path + ".key", "axis " + axis.name + " sets this, too", "a key that no axis sets");
        if (!(variable.lower < variable.upper))
            refuse(path + ".lower", fmt::format("{} is not below upper = {}", variable.lower, variable.upper),
                   "lower < upper");
        if (std::isnan(variable.start)) variable.start = variable.lower + 0.5 * (variable.upper - variable.lower);
        if (!(variable.lower <= variable.start && variable.start <= variable.upper))
            refuse(path + ".start",
                   fmt::format("{} is not within [{}, {}]", variable.start, variable.lower, variable.upper),
                   "lower <= start <= upper");
    }

    void check_simulation(bool pairs) const {
        const auto& references = study_.simulation.references;
        const auto refuse_reference = [&](std::size_t i, const std::string& why) {
            refuse("simulation.references", fmt::format("{}: {}", name_of(references[i]), why),
                   "coin, turn, dictator of pairs, else uncontrolled; each at most once");
        };
        for (std::size_t i = 0; i < references.size(); ++i) {
            if (references[i] == Allocation::bids) refuse_reference(i, "that is how every equilibrium is played");
            if ((references[i] == Allocation::uncontrolled) == pairs)
                refuse_reference(i, pairs ? "agents meet in pairs" : "agents do not meet in pairs");
            if (std::ranges::count(references, references[i]) > 1) refuse_reference(i, "is there twice");
        }
        if (study_.simulation.is_wanted() && !study_.variables.empty())
            refuse("simulation.agents", "a search over variables is not played", "a study without [[variable]]");
        if (pairs && study_.simulation.agents % 2 == 1)
            refuse("simulation.agents",
                   fmt::format("{} agents are odd: they meet in pairs, and one would sit out", study_.simulation.agents),
                   "an even number");
    }

    void check_size() const {
        std::size_t points = study_.starts.size();
        for (const AxisGroup& group : groups_of(study_.axes)) {
            points *= group.size;  // at most a million, and refused as soon as it is too large
            if (points > max_study_points)
                refuse("axis", "too many points", fmt::format("at most {}", max_study_points));
        }
    }

    /// Of a search every point has to be an economy; of a sweep those that are none fail, unless no other is left.
    void check_points() {
        const std::vector<std::size_t> points = points_to_check();
        study_.refused.of = points.size();
        for (const std::size_t point : points) {
            try {
                check_point(study_.point(point));
            } catch (const InputError& error) {
                if (!study_.variables.empty()) throw;
                if (++study_.refused.count == 1) study_.refused.first = error.what();
            }
        }
        if (study_.refused.count == points.size()) throw InputError(study_.refused.first);
    }

    [[nodiscard]] std::vector<std::size_t> points_to_check() const {
        std::vector<std::size_t> points;
        // Starts need no check of their own, and are the fastest index.
        const std::size_t starts = study_.starts.size();
        if (study_.size() <= max_checked_points * starts) {
            for (std::size_t i = 0; i < study_.size(); i += starts) points.push_back(i);
            return points;
        }
        std::size_t stride = study_.size();
        for (const AxisGroup& group : groups_of(study_.axes)) {
            stride /= group.size;
            const std::size_t steps = std::min(group.size, max_checked_points);
            for (std::size_t j = 0; j < steps; ++j) points.push_back(j * group.size / steps * stride);
        }
        return points;
    }

    /// A problem that shows at a key of the base is reported at the study all the same.
    void check_point(StudyPoint point) const {
        point = study_.at(std::move(point), study_.variable_starts());
        try {
            static_cast<void>(economy_of(study_, point));
        } catch (const InputError& error) {
            const std::string_view message = error.what();
            if (message.starts_with(study_.file.string() + ":") || point.places.empty()) throw;
            throw InputError(point.places.front(), "point", fmt::format("{}", fmt::join(point.labels, ", ")),
                             "the base economy cannot be changed like this", std::string(message));
        }
    }

    ReadState state_;
    StudyConfig study_;
};

}  // namespace

std::size_t StudyConfig::size() const {
    std::size_t points = starts.size();
    for (const AxisGroup& group : groups_of(axes)) points *= group.size;
    return points;
}

StudyPoint StudyConfig::point(std::size_t index) const {
    POLYKARMA_EXPECTS(index < size());
    StudyPoint point;
    point.start = starts[index % starts.size()];
    index /= starts.size();
    std::vector<std::size_t> positions(axes.size());
    const std::vector<AxisGroup> groups = groups_of(axes);
    for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
        for (const std::size_t axis : group->axes) positions[axis] = index % group->size;
        index /= group->size;
    }
    for (std::size_t a = 0; a < axes.size(); ++a) {
        const AnyValue value = axes[a].value(positions[a]);
        point.labels.push_back(axes[a].label(positions[a]));
        point.overrides.push_back(axes[a].key + "=" + value.text);
        point.places.push_back(value.where);
    }
    return point;
}

StudyPoint StudyConfig::at(StudyPoint point, std::span<const double> values) const {
    POLYKARMA_EXPECTS(values.size() == variables.size());
    for (std::size_t v = 0; v < values.size(); ++v) {
        point.overrides.push_back(fmt::format("{}={}", variables[v].key, values[v]));
        point.places.push_back(variables[v].where);
    }
    return point;
}

std::vector<double> StudyConfig::variable_starts() const {
    std::vector<double> starts;
    for (const StudyVariable& variable : variables) starts.push_back(variable.start);
    return starts;
}

StudyConfig read_study(const std::filesystem::path& file) { return StudyReader(file).run(); }

bool is_study(const std::filesystem::path& file) {
    return parse_document(read_text(file), file.string()).find("base") != nullptr;
}

StudyConfig study_of(const std::filesystem::path& economy, std::vector<StudyStart> starts,
                     std::span<const std::string> overrides) {
    StudyConfig study;
    study.base = economy.string();
    study.starts = std::move(starts);
    study.file = economy;
    study.base_file = economy;
    study.base_text = read_text(economy);
    study.title = parse_economy(study.base_text, economy.string(), overrides).title;
    return study;
}

EconomyConfig economy_of(const StudyConfig& study, const StudyPoint& point, std::span<const std::string> overrides) {
    std::vector<Override> changes;
    for (std::size_t i = 0; i < point.overrides.size(); ++i) changes.push_back({point.overrides[i], point.places[i]});
    for (const std::string& assignment : point.start.overrides)
        changes.push_back({assignment, {study.file.string(), 0}});
    for (const std::string& assignment : overrides) changes.push_back(command_line_override(assignment));
    return parse_economy_with(study.base_text, study.base_file.string(), changes);
}

}  // namespace polykarma
