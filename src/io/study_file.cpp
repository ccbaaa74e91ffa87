#include "io/study_file.hpp"

#include <limits>

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
}

/// One column of the summary: take(row) for every row.
template <class T, class Take>
void add_column(Table& table, const std::string& name, const std::vector<StudyRow>& rows, Take&& take) {
    std::vector<T> values;
    for (const auto& row : rows) values.push_back(T(take(row)));
    table.add(name, std::move(values));
}

void add_payoff_columns(Table& table, const StudyResults& results, const std::string& suffix,
                        double Payoff::*reading) {
    for (std::size_t t = 0; t < results.types.size(); ++t)
        add_column<double>(table, "payoff_" + suffix + "_" + results.types[t], results.rows, [&](const StudyRow& row) {
            return t < row.payoffs.size() ? row.payoffs[t].*reading : std::numeric_limits<double>::quiet_NaN();
        });
    add_column<double>(table, "SW_" + suffix, results.rows, [&](const StudyRow& row) { return row.nash.*reading; });
}

Table table_of(const StudyResults& results) {
    const auto& rows = results.rows;
    Table table;
    add_column<std::int64_t>(table, "point", rows, [](const StudyRow& row) { return row.point; });
    for (std::size_t i = 0; i < results.axes.size(); ++i)
        add_column<std::string>(table, results.axes[i], rows, [&](const StudyRow& row) { return row.labels[i]; });
    add_column<std::string>(table, "start", rows, [](const StudyRow& row) { return row.start; });
    add_column<std::int64_t>(table, "equilibrium", rows, [](const StudyRow& row) { return row.equilibrium; });
    add_column<std::int64_t>(table, "certified", rows, [](const StudyRow& row) { return row.certified; });
    add_column<std::string>(table, "reason", rows, [](const StudyRow& row) { return row.reason; });
    add_column<double>(table, "lambda", rows, [](const StudyRow& row) { return row.lambda; });
    add_payoff_columns(table, results, "en", &Payoff::endogenous);
    add_payoff_columns(table, results, "ex", &Payoff::exogenous);
    add_column<double>(table, "published_distance", rows, [](const StudyRow& row) { return row.published_distance; });
    for (const auto& field : std::span(kCertificateFields).first<kSummaryFields>())
        add_column<double>(table, field.name, rows, [&](const StudyRow& row) { return row.certificate.*field.member; });
    add_column<std::int64_t>(table, "iterations", rows, [](const StudyRow& row) { return row.iterations; });
    add_column<std::string>(table, "error", rows, [](const StudyRow& row) { return row.error; });
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
    }

    void commit(const Provenance& provenance, double seconds) {
        hdf5::write_provenance(root_, provenance, seconds);
        replace_file(path_, hdf5::take_image(file_, name_));
    }

private:
    std::filesystem::path path_;
    std::string name_;
    hdf5::File file_;
    GroupWriter root_;
    GroupWriter points_;
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

void StudyFile::write_published(const PublishedTable& published) {
    const hdf5::QuietErrors quiet;
    content_->write_published(published);
}

void StudyFile::commit(const Provenance& provenance, double seconds) {
    const hdf5::QuietErrors quiet;
    content_->commit(provenance, seconds);
}

}  // namespace polykarma
