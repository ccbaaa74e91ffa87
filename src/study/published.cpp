#include "study/published.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>

#include "base/error.hpp"

namespace polykarma {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> cells;
    std::stringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
    if (line.ends_with(',')) cells.emplace_back();
    return cells;
}

double number(const std::string& text, const std::string& column, const SourceLocation& where) {
    std::size_t used = 0;
    double value = kUnknown;
    try {
        value = std::stod(text, &used);
    } catch (const std::exception&) {
        used = 0;
    }
    if (used == 0 || used != text.size()) throw InputError(where, column, text, "not a number", "a number");
    return value;
}

/// One line of a file behind the other.
class PublishedReader {
public:
    PublishedReader(const std::filesystem::path& file, const std::vector<std::string>& axes)
        : file_(file.string()), axes_(axes) {
        table_.kind = file.stem().string();
    }

    void line(const std::string& text) {
        ++line_;
        if (text.starts_with('#')) {
            table_.source += (table_.source.empty() ? "" : " ") + text.substr(std::min(text.size(), std::size_t{2}));
            return;
        }
        const auto cells = split(text);
        if (header_.empty()) return read_header(cells);
        if (cells.size() != header_.size())
            throw InputError(where(), "row", text, fmt::format("{} cells", cells.size()),
                             fmt::format("{} cells", header_.size()));
        if (by_quantity_)
            read_quantity(cells);
        else
            read_row(cells);
    }

    PublishedTable take() {
        if (header_.empty()) throw InputError({file_, 0}, "header", "", "is missing", "a line of column names");
        return std::move(table_);
    }

private:
    [[nodiscard]] SourceLocation where() const { return {file_, line_}; }
    [[nodiscard]] bool is_axis(const std::string& name) const { return std::ranges::count(axes_, name) > 0; }

    void read_header(const std::vector<std::string>& cells) {
        header_ = cells;
        by_quantity_ = axes_.empty() && cells == std::vector<std::string>{"quantity", "value", "width"};
        if (by_quantity_) return;
        for (const auto& axis : axes_)
            if (std::ranges::count(cells, axis) == 0)
                throw InputError(where(), axis, "", "no such column", "a column per axis of the study");
        for (const auto& name : cells) {
            if (is_axis(name))
                table_.labels.push_back({name, {}});
            else
                table_.numbers.push_back({name, {}});
        }
    }
    void read_row(const std::vector<std::string>& cells) {
        auto label = table_.labels.begin();
        auto value = table_.numbers.begin();
        for (std::size_t c = 0; c < header_.size(); ++c) {
            if (is_axis(header_[c]))
                (label++)->values.push_back(cells[c]);
            else
                (value++)->values.push_back(number(cells[c], header_[c], where()));
        }
    }
    void read_quantity(const std::vector<std::string>& cells) {
        table_.numbers.push_back({cells[0], {number(cells[1], cells[0], where())}});
        table_.widths.push_back(cells[2].empty() ? kUnknown : number(cells[2], "width", where()));
    }

    std::string file_;
    const std::vector<std::string>& axes_;
    PublishedTable table_;
    std::vector<std::string> header_;
    bool by_quantity_ = false;
    int line_ = 0;
};

/// The number at the end of "prefix<number>".
std::optional<std::size_t> numbered(std::string_view name, std::string_view prefix) {
    if (!name.starts_with(prefix)) return {};
    std::size_t number = 0;
    const char* const end = name.data() + name.size();
    const auto [at, error] = std::from_chars(name.data() + prefix.size(), end, number);
    return error == std::errc{} && at == end ? std::optional(number) : std::nullopt;
}

double at(const std::vector<double>& values, std::size_t i) { return i < values.size() ? values[i] : 0.0; }

/// A quantity that a social state has by itself, apart from those of types; NaN for any other name.
double share_of(const StudyRow& row, const std::string& quantity) {
    const Marginals& m = row.marginals;
    if (m.holders.empty()) return kUnknown;
    if (const auto bid = numbered(quantity, "bid_share_")) return at(m.bid_share.front(), *bid);
    if (const auto karma = numbered(quantity, "karma_share_")) return m.karma_share(0, *karma);
    return kUnknown;
}

double value_of_type(const StudyResults& results, const StudyRow& row, std::size_t t, const std::string& quantity) {
    const std::string& type = results.types[t];
    if (quantity == type + "_en") return row.payoffs[t].endogenous;
    if (quantity == type + "_ex") return row.payoffs[t].exogenous;
    const Marginals& m = row.marginals;
    if (m.holders.empty()) return kUnknown;
    if (quantity == "access_" + type) return m.access[t];
    for (std::size_t a = 0; a < results.accounts.size(); ++a)
        if (quantity == "karma_" + results.accounts[a] + "_" + type) return m.karma(a, t);
    for (std::size_t u = 0; u < results.urgencies.size(); ++u)
        if (quantity == "mean_bid_" + type + "_" + results.urgencies[u])
            return m.mean_bid.front()[t * results.urgencies.size() + u];
    return kUnknown;
}

double value_of(const StudyResults& results, const StudyRow& row, const std::string& quantity) {
    if (quantity == "SW_en") return row.nash.endogenous;
    if (quantity == "SW_ex") return row.nash.exogenous;
    if (row.agents)
        for (const AgentMeasure& measure : agent_measures(results.types))
            if (quantity == measure.name) return measure.of(*row.agents).mean;
    for (std::size_t t = 0; t < row.payoffs.size(); ++t)
        if (const double value = value_of_type(results, row, t, quantity); !std::isnan(value)) return value;
    return share_of(row, quantity);
}

/// How far our shares are from the published ones that are called like these: total variation.
double distance(const PublishedTable& published, const StudyRow& row, const std::string& shares) {
    double sum = 0.0;
    for (const auto& column : published.numbers)
        if (numbered(column.name, shares + "_")) sum += std::abs(share_of(row, column.name) - column.values.front());
    return 0.5 * sum;
}

}  // namespace

PublishedTable read_published(const std::filesystem::path& file, const std::vector<std::string>& axes) {
    std::ifstream in(file);
    if (!in) throw IoError(file.string(), "cannot be read", "");
    PublishedReader reader(file, axes);
    for (std::string line; std::getline(in, line);) reader.line(line);
    return reader.take();
}

std::vector<double> published_row(const PublishedTable& published, const StudyResults& results, const StudyRow& row) {
    const std::size_t rows = published.numbers.empty() ? 0 : published.numbers.front().values.size();
    for (std::size_t i = 0; i < rows; ++i) {
        const bool match = std::all_of(published.labels.begin(), published.labels.end(), [&](const auto& column) {
            const auto axis = std::find(results.axes.begin(), results.axes.end(), column.name) - results.axes.begin();
            return row.labels[static_cast<std::size_t>(axis)] == column.values[i];
        });
        if (!match) continue;
        std::vector<double> values;
        for (const auto& column : published.numbers) values.push_back(column.values[i]);
        return values;
    }
    return {};
}

std::vector<double> values_like(const PublishedTable& published, const StudyResults& results, const StudyRow& row) {
    std::vector<double> values;
    for (const auto& column : published.numbers) {
        static constexpr std::string_view kDistance = "_distance";
        const std::string& name = column.name;
        values.push_back(name.ends_with(kDistance)
                             ? distance(published, row, name.substr(0, name.size() - kDistance.size()))
                             : value_of(results, row, name));
    }
    return values;
}

void measure_distances(StudyResults& results, const PublishedTable& published) {
    for (auto& row : results.rows) {
        row.published_distance = kUnknown;
        const auto printed = published_row(published, results, row);
        if (printed.empty() || row.payoffs.empty()) continue;
        const auto ours = values_like(published, results, row);
        double distance = 0.0;
        for (std::size_t c = 0; c < printed.size() && !std::isnan(distance); ++c) {
            const double difference = std::abs(ours[c] - printed[c]);
            if (!(difference <= distance)) distance = difference;  // std::max would drop a NaN
        }
        row.published_distance = distance;
    }
}

}  // namespace polykarma
