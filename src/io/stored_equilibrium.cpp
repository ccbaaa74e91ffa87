#include "io/stored_equilibrium.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "config/reader.hpp"
#include "io/agreed.hpp"
#include "io/error_stack.hpp"
#include "io/file_order.hpp"
#include "io/record_writer.hpp"
#include "io/stored_fields.hpp"
#include "io/stored_group.hpp"
#include "io/stored_rows.hpp"
#include "io/summary.hpp"

namespace polykarma {
namespace {

using hdf5::StoredGroup;
namespace fs = std::filesystem;

constexpr std::array kReasons{StopReason::converged, StopReason::smoothed,        StopReason::stalled,
                              StopReason::cycling,   StopReason::iteration_limit, StopReason::not_finite,
                              StopReason::does_not_close};

/// Throws unless the group is of one of our formats and of a version that is understood here.
std::string format_of(const StoredGroup& group) {
    const std::string format = group.has_attribute("format") ? group.text_attribute("format") : "";
    if (format == hdf5::kSimulationFormat) throw IoError(group.file(), "holds no equilibrium", "it is of a simulation");
    if (format != hdf5::kEquilibriumFormat && format != hdf5::kStudyFormat)
        throw IoError(group.file(), "is not a polykarma file",
                      "attribute format is " + (format.empty() ? "missing" : format));
    const auto version = group.integer_attribute("format_version");
    if (version != hdf5::kFormatVersion)
        throw IoError(group.file(), "cannot be read",
                      "format version " + std::to_string(version) + ", this program reads version " +
                          std::to_string(hdf5::kFormatVersion));
    return format;
}

StoredGroup checked_equilibrium(StoredGroup group, const std::string& path) {
    if (group.has_attribute("error"))
        throw IoError(group.file(), path + " holds no equilibrium", group.text_attribute("error"));
    if (format_of(group) == hdf5::kStudyFormat)
        throw IoError(group.file(), "is a study", "name one of its points, such as /points/0000");
    return group;
}

StoredGroup open_equilibrium(const fs::path& file, const std::string& path) {
    return checked_equilibrium(StoredGroup(file, path), path);
}

/// (axis, label) from attributes named axis_<axis>
std::vector<std::pair<std::string, std::string>> labels_of(const StoredGroup& point) {
    static const std::string prefix = "axis_";
    std::vector<std::pair<std::string, std::string>> labels;
    for (const auto& name : point.attribute_names())
        if (name.starts_with(prefix)) labels.emplace_back(name.substr(prefix.size()), point.text_attribute(name));
    return labels;
}

StoredEntry entry_of(const StoredGroup& group, const std::string& path) {
    StoredEntry entry{path, {}, {}, false, {}, {}};
    if (group.has_attribute("error")) {
        entry.error = group.text_attribute("error");
        return entry;
    }
    entry.certified = group.integer_attribute("certified") != 0;
    entry.reason = group.text_attribute("reason");
    return entry;
}

/// [stage][type][urgency][karma of each account]
std::vector<std::size_t> state_shape(const EconomyConfig& economy) {
    std::vector<std::size_t> shape{stage_names(economy).size(), economy.types.size(), economy.urgencies.size()};
    for (const int k_max : largest_balances(economy)) shape.push_back(static_cast<std::size_t>(k_max) + 1);
    return shape;
}

template <class Struct, std::size_t n>
Struct read_fields(const StoredGroup& group, const std::array<StoredField<Struct>, n>& fields) {
    Struct values;
    for (const auto& field : fields) values.*field.member = group.scalar<double>(field.name);
    return values;
}

std::vector<Payoff> read_payoffs(const StoredGroup& group, const std::string& name, std::size_t types) {
    const std::array<std::size_t, 1> shape{types};
    const auto endogenous = group.array<double>(name + "_en", shape);
    const auto exogenous = group.array<double>(name + "_ex", shape);
    std::vector<Payoff> payoffs;
    for (std::size_t t = 0; t < types; ++t) payoffs.push_back({endogenous[t], exogenous[t]});
    return payoffs;
}

EconomyConfig economy_of(const StoredGroup& group) {
    EconomyConfig economy = parse_economy(group.text("economy"), group.file() + ":" + group.path("economy"));
    if (group.shape("d") != state_shape(economy)) group.refuse("economy", "its sizes are not those of d");
    return economy;
}

SearchRecord search_of(const StoredGroup& search) {
    const std::string text = search.text_attribute("reason");
    const auto reason = std::ranges::find(kReasons, text, [](StopReason r) { return to_string(r); });
    if (reason == kReasons.end()) search.refuse("reason", "unknown reason for stopping: " + text);
    return {search.text_attribute("method"),
            search.text_attribute("start"),
            search.text_attribute("karma_start"),
            search.number_attribute("lambda"),
            search.number_attribute("lambda_asked"),
            *reason,
            search.number_attribute("amplitude"),
            static_cast<long>(search.integer_attribute("iterations")),
            {},
            {}};
}

Welfare welfare_of(const StoredGroup& group, std::size_t types) {
    Welfare welfare;
    welfare.payoffs = read_payoffs(group, "payoff", types);
    welfare.benchmark = read_payoffs(group, "benchmark", types);
    for (const auto& field : kMeasureFields) {
        const std::string name = field.name;
        welfare.*field.member = {group.scalar<double>(name + "_en"), group.scalar<double>(name + "_ex")};
    }
    welfare.everyone_gains = group.scalar<std::int8_t>("everyone_gains") != 0;
    return welfare;
}

/// [stage][action]
std::vector<std::vector<double>> bid_share_of(const StoredGroup& group) {
    const auto shape = group.shape("bid_share");
    if (shape.size() != 2) group.refuse("bid_share", "is not [stage, action]");
    const auto values = group.array<double>("bid_share", shape);
    std::vector<std::vector<double>> shares;
    for (std::size_t r = 0; r < shape[0]; ++r)
        shares.emplace_back(values.begin() + static_cast<std::ptrdiff_t>(r * shape[1]),
                            values.begin() + static_cast<std::ptrdiff_t>((r + 1) * shape[1]));
    return shares;
}

/// [stage]; files do not have to have it.
std::vector<double> price_level_of(const StoredGroup& observables, std::size_t stages) {
    const auto names = observables.child_names();
    if (std::ranges::find(names, kPriceLevel) == names.end())
        return std::vector<double>(stages, std::numeric_limits<double>::quiet_NaN());
    const std::array<std::size_t, 1> shape{stages};
    return observables.array<double>(kPriceLevel, shape);
}

std::optional<Stability> stability_of(const StoredGroup& group) {
    if (std::ranges::count(group.child_names(), "stability") == 0) return {};
    const StoredGroup stored = group.child("stability");
    Stability stability;
    for (const auto& field : kStabilityFields) stability.*field.member = stored.number_attribute(field.name);
    stability.products = static_cast<long>(stored.integer_attribute("products"));
    return stability;
}

EquilibriumSummary summary_of(const StoredGroup& group) {
    const EconomyConfig economy = economy_of(group);
    const SearchRecord search = search_of(group.child("search"));
    const StoredGroup certificate = group.child("certificate");
    EquilibriumSummary summary{.title = group.text_attribute("title"),
                               .start = search.start,
                               .reason = std::string(to_string(search.reason)),
                               .certified = group.integer_attribute("certified") != 0,
                               .lambda = search.lambda,
                               .lambda_asked = search.lambda_asked,
                               .amplitude = search.amplitude,
                               .iterations = search.iterations,
                               .types = {},
                               .stages = {},
                               .accounts = {},
                               .urgencies = {},
                               .welfare = welfare_of(group.child("welfare"), economy.types.size()),
                               .tolerance = read_fields(certificate, kToleranceFields),
                               .certificate = read_fields(certificate, kCertificateFields),
                               .stability = stability_of(group),
                               .bid_share = bid_share_of(group),
                               .price_level = price_level_of(group.child("observables"), stage_names(economy).size()),
                               .marginals = {},
                               .seconds = 0.0};
    for (const auto& type : economy.types) summary.types.push_back(type.name);
    summary.stages = stage_names(economy);
    return summary;
}

}  // namespace

std::vector<StoredEntry> list_equilibria(const fs::path& file) {
    const hdf5::QuietErrors quiet;
    const StoredGroup root(file, "/");
    if (format_of(root) == hdf5::kEquilibriumFormat) return {entry_of(root, "/")};
    std::vector<std::pair<std::int64_t, StoredEntry>> points;
    const StoredGroup parent = root.child("points");
    for (const auto& name : parent.child_names()) {
        const StoredGroup point = parent.child(name);
        StoredEntry entry = entry_of(point, parent.path(name));
        entry.labels = labels_of(point);
        entry.start = point.text_attribute("start");
        points.emplace_back(point.integer_attribute("index"), std::move(entry));
    }
    std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<StoredEntry> entries;
    for (auto& [index, entry] : points) entries.push_back(std::move(entry));
    return entries;
}

std::string read_title(const fs::path& file) {
    const hdf5::QuietErrors quiet;
    const StoredGroup root(file, "/");
    format_of(root);
    return root.text_attribute("title");
}

EconomyConfig read_stored_economy(const fs::path& file, const std::string& path) {
    const hdf5::QuietErrors quiet;
    return economy_of(open_equilibrium(file, path));
}

namespace {

/// open(): the group to read from
template <class Open>
SocialState read_state(const Part& part, const Collective& ranks, Open&& open) {
    const FileShares shares(part.layout(), ranks);
    const auto lengths = row_lengths_in_file(shares, part);
    const std::size_t pairs = cuts_of(ranks, part.pairs()).back();
    SparseRows rows;
    const auto mass = agreed(ranks, [&] {
        if (shares.size() == 0) return std::vector<double>{};
        const hdf5::QuietErrors quiet;
        const StoredGroup group = open();
        auto values = group.stretch<double>("d", state_shape(part.layout()), shares.first(), shares.last());
        rows = hdf5::read_rows(group.child("pi"), shares, lengths, pairs);
        return values;
    });
    return {from_file_order(shares, part, mass), from_file_order(shares, part, rows)};
}

StoredGroup open_image(std::span<const std::byte> image) {
    return checked_equilibrium(StoredGroup(image, "an equilibrium in memory"), "/");
}

}  // namespace

SocialState read_social_state(const fs::path& file, const std::string& path, const Part& part,
                              const Collective& ranks) {
    return read_state(part, ranks, [&] { return open_equilibrium(file, path); });
}

SocialState read_social_state(std::span<const std::byte> image, const Part& whole) {
    return read_state(whole, Collective::serial(), [&] { return open_image(image); });
}

Field read_value(const fs::path& file, const std::string& path, const Part& part, const Collective& ranks) {
    const FileShares shares(part.layout(), ranks);
    const auto values = agreed(ranks, [&] {
        if (shares.size() == 0) return std::vector<double>{};
        const hdf5::QuietErrors quiet;
        return open_equilibrium(file, path)
            .stretch<double>("V", state_shape(part.layout()), shares.first(), shares.last());
    });
    return from_file_order(shares, part, values);
}

Certificate read_certificate(const fs::path& file, const std::string& path) {
    const hdf5::QuietErrors quiet;
    return read_fields(open_equilibrium(file, path).child("certificate"), kCertificateFields);
}

Tolerance read_tolerance(const fs::path& file, const std::string& path) {
    const hdf5::QuietErrors quiet;
    return read_fields(open_equilibrium(file, path).child("certificate"), kToleranceFields);
}

SearchRecord read_search(const fs::path& file, const std::string& path) {
    const hdf5::QuietErrors quiet;
    return search_of(open_equilibrium(file, path).child("search"));
}

Welfare read_welfare(const fs::path& file, const std::string& path, std::size_t types) {
    const hdf5::QuietErrors quiet;
    return welfare_of(open_equilibrium(file, path).child("welfare"), types);
}

EquilibriumSummary read_summary(const fs::path& file, const std::string& path) {
    const hdf5::QuietErrors quiet;
    return summary_of(open_equilibrium(file, path));
}

EquilibriumSummary read_summary(std::span<const std::byte> image) {
    const hdf5::QuietErrors quiet;
    return summary_of(open_image(image));
}

}  // namespace polykarma
