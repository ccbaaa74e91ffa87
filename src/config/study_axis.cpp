#include "config/study_axis.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "config/read_visitor.hpp"

namespace polykarma {
namespace {

/// A string without its quotes, everything else as written.
std::string label_of(const AnyValue& value) {
    const bool is_plain_string =
        value.text.size() >= 2 && value.text.front() == '"' && value.text.find('\\') == std::string::npos;
    return is_plain_string ? value.text.substr(1, value.text.size() - 2) : value.text;
}

/// The number that lies the share of the way from one end to the other.
std::string number_between(double from, double to, AxisSpacing spacing, double share) {
    const double exact =
        spacing == AxisSpacing::linear ? from + share * (to - from) : from * std::pow(to / from, share);
    const std::string rounded = fmt::format("{:.12g}", exact);
    const auto [least, most] = std::minmax(from, to);
    const double number = std::stod(rounded);
    if (number < least) return fmt::format("{}", least);
    if (number > most) return fmt::format("{}", most);
    return rounded;
}

class AxisChecks {
public:
    AxisChecks(const StudyAxis& axis, const ReadState& state) : axis_(axis), path_("axis." + axis.name), state_(state) {}

    void listed() const {
        if (axis_.labels.size() != axis_.values.size())
            refuse("labels", fmt::format("{} labels for {} values", axis_.labels.size(), axis_.values.size()),
                   "one label per value");
        // Of axes that advance together the labels of all tell points apart.
        if (axis_.zip.empty() && has_duplicates(axis_.labels))
            refuse("labels", "two values have the same label", "unique labels");
    }

    void ends(const char* first_key, double first, const char* last_key, double last) const {
        if (axis_.spacing == AxisSpacing::log && !(first > 0.0 && last > 0.0))
            refuse(first > 0.0 ? last_key : first_key, fmt::format("{}", first > 0.0 ? last : first),
                   "above 0, as spacing is \"log\"");
    }

    void computed() const {
        ends("from", axis_.from, "to", axis_.to);
        if (axis_.from == axis_.to && axis_.count > 1)
            refuse("to", fmt::format("{} is from, too", axis_.to), "another number, or count = 1");
    }

    void sampled() const {
        ends("lower", axis_.lower, "upper", axis_.upper);
        if (!(axis_.lower < axis_.upper))
            refuse("lower", fmt::format("{} is not below upper = {}", axis_.lower, axis_.upper), "lower < upper");
        if (axis_.sample.count < 1)
            throw_at(state_, state_.sources.contains("sample") ? "sample" : path_ + ".lower", "sample.count",
                     "is missing", "how many points the sampled axes have");
    }

    [[nodiscard]] SourceLocation where() const {
        for (const char* key : {"values", "from", "lower"})
            if (const auto at = state_.sources.find(path_ + "." + key); at != state_.sources.end()) {
                if (key == std::string_view("values") && !axis_.is_listed()) refuse(key, "is empty", "at least one value");
                return at->second;
            }
        throw_at(state_, path_, path_, "has no values", "values; from, to and count; or lower and upper of a [sample]");
    }

    [[noreturn]] void refuse(const std::string& key, const std::string& why, const std::string& allowed) const {
        throw_at(state_, path_ + "." + key, path_ + "." + key, why, allowed);
    }

private:
    static bool has_duplicates(std::vector<std::string> words) {
        std::ranges::sort(words);
        return std::ranges::adjacent_find(words) != words.end();
    }

    const StudyAxis& axis_;
    std::string path_;
    const ReadState& state_;
};

void check_group(const std::vector<StudyAxis>& axes, const AxisGroup& group, const ReadState& state) {
    const StudyAxis& first = axes[group.axes.front()];
    for (const std::size_t a : group.axes)
        if (axes[a].size() != group.size)
            AxisChecks(axes[a], state)
                .refuse("zip", fmt::format("{} values beside the {} of axis {}", axes[a].size(), group.size, first.name),
                        "as many, to advance together");
    if (group.axes.size() == 1 && !first.zip.empty())
        AxisChecks(first, state).refuse("zip", "no other axis has this word", "the same word on axes that advance together");
    if (group.axes.size() == 1 || first.is_sampled()) return;
    std::vector<std::string> labels(group.size);
    for (const std::size_t a : group.axes)
        for (std::size_t i = 0; i < group.size; ++i) labels[i] += axes[a].label(i) + '\n';
    std::ranges::sort(labels);
    if (std::ranges::adjacent_find(labels) != labels.end())
        AxisChecks(first, state)
            .refuse("zip", "two steps of the axes that advance together have the same labels", "unique labels");
}

}  // namespace

std::size_t StudyAxis::size() const {
    if (is_listed()) return values.size();
    return static_cast<std::size_t>(is_sampled() ? sample.count : count);
}

AnyValue StudyAxis::value(std::size_t position) const {
    POLYKARMA_EXPECTS(position < size());
    if (is_listed()) return values[position];
    if (is_sampled())
        return {number_between(lower, upper, spacing, sample_coordinate(sample, position, coordinate)), where};
    const double share = count == 1 ? 0.0 : static_cast<double>(position) / (count - 1);
    return {number_between(from, to, spacing, share), where};
}

std::string StudyAxis::label(std::size_t position) const {
    return is_listed() ? labels[position] : value(position).text;
}

void complete_axes(std::vector<StudyAxis>& axes, const SampleConfig& sample, const ReadState& state) {
    std::size_t coordinates = 0;
    for (StudyAxis& axis : axes) {
        if (axis.is_listed() && axis.labels.empty())
            std::ranges::transform(axis.values, std::back_inserter(axis.labels), label_of);
        if (axis.is_sampled()) {
            axis.sample = sample;
            axis.coordinate = coordinates++;
        }
        const AxisChecks checks(axis, state);
        axis.where = checks.where();
        if (axis.is_listed())
            checks.listed();
        else if (axis.is_sampled())
            checks.sampled();
        else
            checks.computed();
    }
    for (std::size_t a = 0; a < axes.size(); ++a) {
        const auto rest = std::span(axes).subspan(a + 1);
        if (std::ranges::find(rest, axes[a].key, &StudyAxis::key) != rest.end())
            AxisChecks(axes[a], state).refuse("key", "is that of a later axis, too", "one axis per key");
    }
    if (coordinates == 0 && state.sources.contains("sample"))
        throw_at(state, "sample", "sample", "no axis is sampled", "an axis with lower and upper");
    for (const AxisGroup& group : groups_of(axes)) check_group(axes, group, state);
}

std::vector<AxisGroup> groups_of(const std::vector<StudyAxis>& axes) {
    std::vector<AxisGroup> groups;
    for (std::size_t a = 0; a < axes.size(); ++a) {
        const auto together = [&](const AxisGroup& group) {
            const StudyAxis& first = axes[group.axes.front()];
            return axes[a].is_sampled() ? first.is_sampled() : !axes[a].zip.empty() && axes[a].zip == first.zip;
        };
        const auto known = std::ranges::find_if(groups, together);
        if (known == groups.end())
            groups.push_back({{a}, axes[a].size()});
        else
            known->axes.push_back(a);
    }
    return groups;
}

}  // namespace polykarma
