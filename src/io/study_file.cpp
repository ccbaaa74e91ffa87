#include "io/study_file.hpp"

#include <cmath>

#include "io/copied_scales.hpp"
#include "io/error_stack.hpp"
#include "io/memory_file.hpp"
#include "io/provenance.hpp"
#include "io/record_writer.hpp"
#include "io/replaced_file.hpp"
#include "io/study_tables.hpp"

namespace polykarma {
namespace {

using hdf5::checked;
using hdf5::GroupWriter;

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
        hdf5::results_table(results).write(root_, {"results", "one row per point: what was found there", ""}, results.rows.size(),
                                name_);
        hdf5::equilibria_table(results).write(root_, {"equilibria", "one row per distinct certified equilibrium of a design", ""},
                                     results.equilibria.size(), name_);
        if (!results.references.empty())
            hdf5::references_table(results).write(
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
            hdf5::results_table(rows).write(root_, {name, what, ""}, rows.rows.size(), name_);
        };
        write(results.evaluations, "evaluations",
              "one row per economy solved; evaluation 0 is the base economy's own point");
        write(results.best, "best", "one row per combination of the axes: its best certified point");
    }

    void write_published(const PublishedTable& published) {
        GroupWriter group = root_.subgroup("published");
        group.attribute("kind", published.kind);
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
