#include "io/study_file.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "config/choices.hpp"
#include "io/copied_scales.hpp"
#include "io/error_stack.hpp"
#include "io/memory_file.hpp"
#include "io/provenance.hpp"
#include "io/record_writer.hpp"
#include "io/replaced_file.hpp"
#include "io/stored_fields.hpp"
#include "io/table_writer.hpp"

namespace polykarma {
namespace {

using hdf5::checked;
using hdf5::GroupWriter;
using hdf5::Table;

constexpr std::size_t kGrowth = std::size_t{16} << 20;

/// At least four digits, so that listings are in order.
std::string group_name(std::size_t index) {
    const std::string digits = std::to_string(index);
    return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

void write_key(GroupWriter& group, const PointKey& key) {
    group.attribute("index", static_cast<std::int64_t>(key.index));
    group.attribute("start", key.start);
    for (const auto& [axis, label] : key.labels) group.attribute("axis_" + axis, label);
    for (const auto& [variable, value] : key.variables) group.attribute("variable_" + variable, value);
}

/// One column of a table: take(row) for every row.
template <class T, class Row, class Take>
void add_column(Table& table, const std::string& name, const std::vector<Row>& rows, Take&& take) {
    std::vector<T> values;
    for (const auto& row : rows) values.push_back(T(take(row)));
    table.add(name, std::move(values));
}

void add_label_columns(Table& table, const std::vector<std::string>& axes, const std::vector<StudyRow>& rows) {
    for (std::size_t i = 0; i < axes.size(); ++i)
        add_column<std::string>(table, axes[i], rows, [&](const StudyRow& row) { return row.labels[i]; });
}

void add_payoff_columns(Table& table, const std::vector<std::string>& types, const std::vector<StudyRow>& rows,
                        const std::string& suffix, double Payoff::*reading) {
    for (std::size_t t = 0; t < types.size(); ++t)
        add_column<double>(table, "payoff_" + suffix + "_" + types[t], rows, [&](const StudyRow& row) {
            return t < row.payoffs.size() ? row.payoffs[t].*reading : std::numeric_limits<double>::quiet_NaN();
        });
    add_column<double>(table, "SW_" + suffix, rows, [&](const StudyRow& row) { return row.nash.*reading; });
}

void add_payoff_columns(Table& table, const std::vector<std::string>& types, const std::vector<StudyRow>& rows) {
    add_payoff_columns(table, types, rows, "en", &Payoff::endogenous);
    add_payoff_columns(table, types, rows, "ex", &Payoff::exogenous);
}

/// take(row), or NaN where a row has no such number.
template <class Row, class Take>
void add_number(Table& table, const std::string& name, const std::vector<Row>& rows, Take&& take) {
    add_column<double>(table, name, rows, [&](const Row& row) {
        const std::optional<double> number = take(row);
        return number ? *number : std::numeric_limits<double>::quiet_NaN();
    });
}

void add_marginal_columns(Table& table, const StudyResults& results) {
    for (std::size_t t = 0; t < results.types.size(); ++t)
        add_number(table, "access_" + results.types[t], results.rows, [&](const StudyRow& row) {
            return t < row.marginals.access.size() ? std::optional(row.marginals.access[t]) : std::nullopt;
        });
    for (std::size_t a = 0; a < results.accounts.size(); ++a)
        for (std::size_t t = 0; t < results.types.size(); ++t)
            add_number(table, "karma_" + results.accounts[a] + "_" + results.types[t], results.rows,
                       [&](const StudyRow& row) {
                           return a < row.marginals.holders.size() ? std::optional(row.marginals.karma(a, t))
                                                                   : std::nullopt;
                       });
}

/// Two columns for every measure: its mean and its standard error.
///   agents(row): optional measures
template <class Row, class Agents>
void add_agent_columns(Table& table, const std::vector<std::string>& types, const std::vector<Row>& rows,
                       Agents&& agents) {
    for (const AgentMeasure& measure : agent_measures(types)) {
        const auto of = [&](double Estimate::*part) {
            return [&, part](const Row& row) -> std::optional<double> {
                const PopulationMeasures* const measures = agents(row);
                return measures != nullptr ? std::optional(measure.of(*measures).*part) : std::nullopt;
            };
        };
        add_number(table, measure.name, rows, of(&Estimate::mean));
        add_number(table, measure.name + "_error", rows, of(&Estimate::error));
    }
}

void add_distance_column(Table& table, const std::vector<StudyRow>& rows) {
    add_column<double>(table, "published_distance", rows, [](const StudyRow& row) { return row.published_distance; });
}

void add_certificate_columns(Table& table, const std::vector<StudyRow>& rows) {
    for (const auto& field : std::span(kCertificateFields).first<kSummaryFields>())
        add_column<double>(table, field.name, rows, [&](const StudyRow& row) { return row.certificate.*field.member; });
}

void add_stability_columns(Table& table, const std::vector<StudyRow>& rows) {
    const auto add = [&](const char* name, const auto& take) {
        add_column<double>(table, name, rows, [&](const StudyRow& row) {
            return row.stability ? take(*row.stability) : std::numeric_limits<double>::quiet_NaN();
        });
    };
    add_column<std::string>(table, "attractor", rows, [](const StudyRow& row) {
        return row.stability ? to_string(row.stability->attraction()) : std::string_view{};
    });
    add("eigenvalue_real", [](const Stability& s) { return s.real; });
    add("eigenvalue_imaginary", [](const Stability& s) { return s.imaginary; });
    add("modulus", [](const Stability& s) { return s.modulus(); });
    add("eigenvalue_residual", [](const Stability& s) { return s.residual; });
}

Table table_of(const StudyResults& results) {
    const auto& rows = results.rows;
    Table table;
    add_column<std::int64_t>(table, "point", rows, [](const StudyRow& row) { return row.point; });
    add_label_columns(table, results.axes, rows);
    const bool search = !results.variables.empty();
    if (search) add_column<std::int64_t>(table, "evaluation", rows, [](const StudyRow& row) { return row.evaluation; });
    for (std::size_t i = 0; i < results.variables.size(); ++i)
        add_column<double>(table, results.variables[i], rows, [&](const StudyRow& row) { return row.variables[i]; });
    add_column<std::string>(table, "start", rows, [](const StudyRow& row) { return row.start; });
    if (!search)
        add_column<std::int64_t>(table, "equilibrium", rows, [](const StudyRow& row) { return row.equilibrium; });
    add_column<std::int64_t>(table, "certified", rows, [](const StudyRow& row) { return row.certified; });
    add_column<std::string>(table, "reason", rows, [](const StudyRow& row) { return row.reason; });
    add_column<double>(table, "lambda", rows, [](const StudyRow& row) { return row.lambda; });
    add_payoff_columns(table, results.types, rows);
    if (!search) add_marginal_columns(table, results);
    if (results.played)
        add_agent_columns(table, results.types, rows,
                          [](const StudyRow& row) { return row.agents ? &*row.agents : nullptr; });
    if (!search) add_distance_column(table, rows);
    add_certificate_columns(table, rows);
    add_column<std::int64_t>(table, "iterations", rows, [](const StudyRow& row) { return row.iterations; });
    if (results.warm_starts)
        add_column<std::int64_t>(table, "warm_from", rows, [](const StudyRow& row) {
            return row.warm_from ? static_cast<std::int64_t>(*row.warm_from) : -1;
        });
    add_column<std::string>(table, "error", rows, [](const StudyRow& row) { return row.error; });
    return table;
}

Table equilibria_of(const StudyResults& results) {
    const auto& found = results.equilibria;
    std::vector<StudyRow> rows;
    for (const auto& equilibrium : found) rows.push_back(results.rows[equilibrium.row]);
    Table table;
    add_label_columns(table, results.axes, rows);
    add_column<std::int64_t>(table, "equilibrium", rows, [](const StudyRow& row) { return row.equilibrium; });
    add_column<std::int64_t>(table, "starts", found, [](const StudyEquilibrium& e) { return e.starts.size(); });
    add_column<std::string>(table, "start_names", found,
                            [](const StudyEquilibrium& e) { return fmt::format("{}", fmt::join(e.starts, ",")); });
    add_column<std::int64_t>(table, "point", rows, [](const StudyRow& row) { return row.point; });
    add_payoff_columns(table, results.types, rows);
    for (std::size_t r = 0; r < results.stages.size(); ++r)
        add_column<double>(table, std::string(kPriceLevel) + "_" + results.stages[r], found,
                           [&](const StudyEquilibrium& e) { return e.price_level[r]; });
    add_distance_column(table, rows);
    add_certificate_columns(table, rows);
    add_stability_columns(table, rows);
    return table;
}

Table references_of(const StudyResults& results) {
    const auto& rows = results.references;
    Table table;
    for (std::size_t i = 0; i < results.axes.size(); ++i)
        add_column<std::string>(table, results.axes[i], rows, [&](const StudyReference& row) { return row.labels[i]; });
    add_column<std::string>(table, "allocation", rows, [](const StudyReference& row) { return name_of(row.allocation); });
    add_column<double>(table, "efficiency", rows, [](const StudyReference& row) { return row.efficiency; });
    for (std::size_t t = 0; t < results.types.size(); ++t)
        add_number(table, "access_" + results.types[t], rows, [&](const StudyReference& row) {
            return t < row.access.size() ? std::optional(row.access[t]) : std::nullopt;
        });
    add_agent_columns(table, results.types, rows,
                      [](const StudyReference& row) { return row.error.empty() ? &row.agents : nullptr; });
    add_column<std::string>(table, "error", rows, [](const StudyReference& row) { return row.error; });
    return table;
}

}  // namespace

class StudyFile::Content {
public:
    Content(const std::filesystem::path& file, const std::string& title)
        : path_(file),
          name_(file.string()),
          file_(hdf5::create_in_memory(name_, kGrowth)),
          root_(hdf5::Group(checked(H5Gopen2(file_.get(), "/", H5P_DEFAULT), name_, "cannot be prepared")), name_),
          points_(root_.subgroup("points")) {
        hdf5::write_heading(root_, hdf5::kStudyFormat, title);
    }

    void add_point(const PointKey& key, std::span<const std::byte> image) {
        const std::string name = group_name(key.index);
        const hdf5::File source = hdf5::open_image(image, name_ + " (point " + name + ")");
        checked(H5Ocopy(source.get(), "/", points_.id(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), name_,
                "point " + name + " cannot be written");
        GroupWriter point(hdf5::Group(checked(H5Gopen2(points_.id(), name.c_str(), H5P_DEFAULT), name_,
                                              "point " + name + " cannot be written")),
                          name_);
        hdf5::restore_scales(source.get(), point.id(), name_);
        write_key(point, key);
    }

    void add_failure(const PointKey& key, const std::string& error) {
        GroupWriter point = points_.subgroup(group_name(key.index));
        write_key(point, key);
        point.attribute("error", error);
    }

    void write_results(const StudyResults& results) {
        table_of(results).write(root_, {"results", "one row per point: what was found there", ""}, results.rows.size(),
                                name_);
        equilibria_of(results).write(root_, {"equilibria", "one row per distinct certified equilibrium of a design", ""},
                                     results.equilibria.size(), name_);
        if (!results.references.empty())
            references_of(results).write(
                root_, {"references", "one row per allocation without karma and population: what agents came by", ""},
                results.references.size(), name_);
    }

    void write_design(const DesignResults& results) {
        root_.attribute("objective", results.objective);
        root_.attribute("selection", results.selection);
        for (std::size_t v = 0; v < results.bounds.size(); ++v) {
            root_.attribute("lower_" + results.best.variables[v], results.bounds[v].first);
            root_.attribute("upper_" + results.best.variables[v], results.bounds[v].second);
        }
        const auto write = [&](const StudyResults& rows, const char* name, const char* what) {
            table_of(rows).write(root_, {name, what, ""}, rows.rows.size(), name_);
        };
        write(results.evaluations, "evaluations",
              "one row per economy solved; evaluation 0 is the base economy's own point");
        write(results.best, "best", "one row per combination of the axes: its best certified point");
    }

    void write_published(const PublishedTable& published) {
        GroupWriter group = root_.subgroup("published");
        group.attribute("source", published.source);
        for (const auto& column : published.labels)
            group.strings({column.name, "published: " + column.name, ""}, column.values,
                          {{"row", column.values.size()}});
        for (const auto& column : published.numbers)
            group.array<double>({column.name, "published: " + column.name, ""}, column.values,
                                {{"row", column.values.size()}});
        for (std::size_t i = 0; i < published.widths.size(); ++i)
            if (!std::isnan(published.widths[i]))
                group.attribute("width_" + published.numbers[i].name, published.widths[i]);
    }

    void write_timing(const StudyTiming& timing, std::vector<double> point_seconds) {
        timing_ = timing;
        point_seconds_ = std::move(point_seconds);
    }

    void commit(const Provenance& provenance, double seconds) {
        GroupWriter timing = hdf5::write_provenance(root_, provenance, seconds);
        if (timing_) {
            timing.attribute("points", static_cast<std::int64_t>(timing_->points));
            timing.attribute("share_solving", timing_->share_solving());
            timing.array<double>({"point_seconds", "wall clock of the solve of every row of results", "s"},
                                 point_seconds_, {{"row", point_seconds_.size()}});
        }
        replace_file(path_, hdf5::take_image(file_, name_));
    }

private:
    std::filesystem::path path_;
    std::string name_;
    hdf5::File file_;
    GroupWriter root_;
    GroupWriter points_;
    std::optional<StudyTiming> timing_;
    std::vector<double> point_seconds_;
};

StudyFile::StudyFile(const std::filesystem::path& file, const std::string& title) {
    require_writable(file);
    const hdf5::QuietErrors quiet;
    content_ = std::make_unique<Content>(file, title);
}

StudyFile::~StudyFile() = default;
StudyFile::StudyFile(StudyFile&&) noexcept = default;
StudyFile& StudyFile::operator=(StudyFile&&) noexcept = default;

void StudyFile::add_point(const PointKey& key, std::span<const std::byte> image) {
    const hdf5::QuietErrors quiet;
    content_->add_point(key, image);
}

void StudyFile::add_failure(const PointKey& key, const std::string& error) {
    const hdf5::QuietErrors quiet;
    content_->add_failure(key, error);
}

void StudyFile::write_results(const StudyResults& results) {
    const hdf5::QuietErrors quiet;
    content_->write_results(results);
}

void StudyFile::write_design(const DesignResults& results) {
    const hdf5::QuietErrors quiet;
    content_->write_design(results);
}

void StudyFile::write_published(const PublishedTable& published) {
    const hdf5::QuietErrors quiet;
    content_->write_published(published);
}

void StudyFile::write_timing(const StudyTiming& timing, std::vector<double> point_seconds) {
    content_->write_timing(timing, std::move(point_seconds));
}

void StudyFile::commit(const Provenance& provenance, double seconds) {
    const hdf5::QuietErrors quiet;
    content_->commit(provenance, seconds);
}

}  // namespace polykarma
