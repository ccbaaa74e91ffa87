#include "study/equilibria.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

#include "base/error.hpp"

namespace polykarma {
namespace {

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> cells;
    std::stringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
    return cells;
}

double number(const std::string& text, const std::string& column, const SourceLocation& where) {
    std::size_t used = 0;
    double value = std::numeric_limits<double>::quiet_NaN();
    try {
        value = std::stod(text, &used);
    } catch (const std::exception&) {
        used = 0;
    }
    if (used == 0 || used != text.size()) throw InputError(where, column, text, "not a number", "a number");
    return value;
}

/// A named number of a row: <type>_en, <type>_ex, SW_en, SW_ex; NaN for any other name.
double value_of(const StudyResults& results, const StudyRow& row, const std::string& column) {
    if (column == "SW_en") return row.nash.endogenous;
    if (column == "SW_ex") return row.nash.exogenous;
    for (std::size_t t = 0; t < row.payoffs.size(); ++t) {
        if (column == results.types[t] + "_en") return row.payoffs[t].endogenous;
        if (column == results.types[t] + "_ex") return row.payoffs[t].exogenous;
    }
    return std::numeric_limits<double>::quiet_NaN();
}

/// The certified rows that are one equilibrium.
using Members = std::vector<std::size_t>;

/// Rows of one design, which share their labels.
struct DesignRows {
    std::vector<Members> equilibria{};
};

/// All designs, in the order of their first rows.
std::vector<DesignRows> grouped(const std::vector<StudyRow>& rows, const std::vector<EquilibriumSummary>& summaries) {
    std::vector<DesignRows> designs;
    std::map<std::vector<std::string>, std::size_t> known;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t number = known.try_emplace(rows[i].labels, designs.size()).first->second;
        if (number == designs.size()) designs.emplace_back();
        if (!rows[i].certified) continue;
        std::vector<Members>& equilibria = designs[number].equilibria;
        const auto same = std::ranges::find_if(equilibria, [&](const Members& group) {
            return std::ranges::any_of(group,
                                       [&](std::size_t j) { return same_equilibrium(summaries[i], summaries[j]); });
        });
        if (same == equilibria.end())
            equilibria.push_back({i});
        else
            same->push_back(i);
    }
    return designs;
}

/// NaN is worse than anything.
bool better(double a, double b) { return !std::isnan(a) && (std::isnan(b) || a > b); }

}  // namespace

bool same_equilibrium(const EquilibriumSummary& a, const EquilibriumSummary& b) {
    if (a.bid_share.size() != b.bid_share.size() || a.welfare.payoffs.size() != b.welfare.payoffs.size()) return false;
    // Under another exchange rule the bids may end elsewhere: nobody places those that are not there.
    const auto share = [](const std::vector<double>& nu, std::size_t i) { return i < nu.size() ? nu[i] : 0.0; };
    double distance = 0.0;
    for (std::size_t r = 0; r < a.bid_share.size(); ++r)
        for (std::size_t i = 0; i < std::max(a.bid_share[r].size(), b.bid_share[r].size()); ++i)
            distance += std::abs(share(a.bid_share[r], i) - share(b.bid_share[r], i));
    if (!(distance < kSameBidShares)) return false;
    for (std::size_t t = 0; t < a.welfare.payoffs.size(); ++t)
        if (!(std::abs(a.welfare.payoffs[t].endogenous - b.welfare.payoffs[t].endogenous) < kSamePayoff)) return false;
    return true;
}

std::vector<StudyEquilibrium> number_equilibria(std::vector<StudyRow>& rows,
                                                const std::vector<EquilibriumSummary>& summaries) {
    struct Found {
        Members members;
        StudyEquilibrium equilibrium;
    };
    const auto stationarity = [&](std::size_t i) { return rows[i].certificate.stationarity; };
    for (StudyRow& row : rows) row.equilibrium = 0;
    std::vector<StudyEquilibrium> equilibria;
    for (const DesignRows& design : grouped(rows, summaries)) {
        std::vector<Found> all;
        for (const Members& group : design.equilibria) {
            const std::size_t row = *std::ranges::min_element(group, {}, stationarity);
            Found& found = all.emplace_back(Found{group, {row, {}, summaries[row].price_level}});
            for (const std::size_t i : group) found.equilibrium.starts.push_back(rows[i].start);
        }
        std::ranges::stable_sort(all, [&](const Found& a, const Found& b) {
            return better(rows[a.equilibrium.row].nash.endogenous, rows[b.equilibrium.row].nash.endogenous);
        });
        for (std::size_t i = 0; i < all.size(); ++i) {
            for (const std::size_t row : all[i].members) rows[row].equilibrium = static_cast<int>(i + 1);
            equilibria.push_back(std::move(all[i].equilibrium));
        }
    }
    return equilibria;
}

std::vector<UncertifiedStarts> uncertified_starts(std::span<const StudyRow> rows) {
    std::vector<UncertifiedStarts> reasons;
    for (const StudyRow& row : rows) {
        if (row.certified) continue;
        // The search met its own residuals, the certificate found more.
        const std::string reason = row.reason == to_string(StopReason::converged) ? "above a tolerance" : row.reason;
        auto known = std::ranges::find(reasons, reason, &UncertifiedStarts::reason);
        if (known == reasons.end()) known = reasons.insert(known, {reason, {}});
        known->starts.push_back(row.start);
    }
    return reasons;
}

PublishedTable read_published(const std::filesystem::path& file, const std::vector<std::string>& axes) {
    std::ifstream in(file);
    if (!in) throw IoError(file.string(), "cannot be read", "");
    PublishedTable table;
    std::vector<std::string> header;
    int line_number = 0;
    for (std::string line; std::getline(in, line);) {
        const SourceLocation where{file.string(), ++line_number};
        if (line.starts_with('#')) {
            table.source += (table.source.empty() ? "" : " ") + line.substr(std::min(line.size(), std::size_t{2}));
            continue;
        }
        const auto cells = split(line);
        if (header.empty()) {
            header = cells;
            for (const auto& axis : axes)
                if (std::find(header.begin(), header.end(), axis) == header.end())
                    throw InputError(where, axis, "", "no such column", "a column per axis of the study");
            for (const auto& name : header) {
                if (std::find(axes.begin(), axes.end(), name) != axes.end())
                    table.labels.push_back({name, {}});
                else
                    table.numbers.push_back({name, {}});
            }
            continue;
        }
        if (cells.size() != header.size())
            throw InputError(where, "row", line, fmt::format("{} cells", cells.size()),
                             fmt::format("{} cells", header.size()));
        auto label = table.labels.begin();
        auto value = table.numbers.begin();
        for (std::size_t c = 0; c < header.size(); ++c) {
            if (label != table.labels.end() && label->name == header[c])
                (label++)->values.push_back(cells[c]);
            else
                (value++)->values.push_back(number(cells[c], header[c], where));
        }
    }
    if (header.empty()) throw InputError({file.string(), 0}, "header", "", "is missing", "a line of column names");
    return table;
}

std::vector<double> published_row(const PublishedTable& published, const StudyResults& results, const StudyRow& row) {
    const std::size_t rows = published.labels.empty() ? 0 : published.labels.front().values.size();
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
    for (const auto& column : published.numbers) values.push_back(value_of(results, row, column.name));
    return values;
}

void measure_distances(StudyResults& results, const PublishedTable& published) {
    for (auto& row : results.rows) {
        row.published_distance = std::numeric_limits<double>::quiet_NaN();
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
