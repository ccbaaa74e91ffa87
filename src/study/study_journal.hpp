#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "config/study.hpp"
#include "io/journal.hpp"
#include "parallel/collective.hpp"
#include "study/deal.hpp"
#include "study/point_record.hpp"

namespace polykarma {

/// A part of a study's units of work: those whose number is index modulo count.
struct Shard {
    std::size_t index = 0;
    std::size_t count = 1;

    [[nodiscard]] bool has(std::size_t unit) const { return unit % count == index; }
    /// "2of8"; counted from one, as in job arrays that are.
    [[nodiscard]] std::string name() const;
};

/// Where the journals of a study are kept.
struct JournalFolder {
    std::filesystem::path path;
    Shard shard{};
    bool resume = false;  ///< goes on where earlier runs of the shard ended; else there must be none
};

/// What belongs together: records of one study, made by one program in one way.
struct StudyIdentity {
    std::string program;      ///< version and commit
    std::string manner;       ///< whatever else the results depend on, in words
    std::uint64_t study = 0;  ///< of everything that its points come from

    [[nodiscard]] static StudyIdentity of(const StudyConfig& study, std::span<const std::string> overrides,
                                          const std::string& manner);
};

/// What has been found out about the points of a study, by this run and by earlier ones in a work folder. Every rank
/// that computes points appends to a journal of its own: in memory, or a file in the folder.
class StudyJournal {
public:
    /// Tells the identity of a point's economy.
    using Identify = std::function<std::uint64_t(std::size_t point)>;
    /// Whether a point is to be known with its full equilibrium.
    using IsFull = std::function<bool(std::size_t point)>;

    /// Collective. Throws InputError on the root for a folder that holds something else: journals of another study
    /// (naming the points that differ), of another program, or, unless resumed, of this shard.
    StudyJournal(const std::optional<JournalFolder>& folder, StudyIdentity identity, std::size_t points,
                 const Identify& identify, IsFull is_full, const Collective& ranks);

    /// Whether an earlier run has computed a point; the same on all ranks.
    [[nodiscard]] bool has(std::size_t point) const { return point < known_.size() && known_[point]; }
    void append(const PointRecord& record);
    /// Until here everything is on the disk, where there is one. Collective. Throws IoError, the same on all ranks.
    void flush();
    /// What this and all earlier runs know, point by point in their order, on the root. Collective. Throws IoError on the
    /// root, after hearing all ranks.
    void collect(const std::function<void(PointRecord&& record)>& visit);

private:
    struct Place {
        std::size_t file;
        std::uint64_t place;
        bool full;
    };

    /// The files of the folder, in the order of their names.
    [[nodiscard]] std::vector<std::filesystem::path> files() const;
    void refuse_what_is_not_resumed() const;
    [[nodiscard]] bool is_same_study(const std::filesystem::path& file, MessageReader header) const;
    struct Found {
        Place place;
        PointRecord record;
        bool same_study;  ///< and so the same point
    };
    /// visit(found) for every record of every journal in the folder.
    void scan(const std::function<void(Found&& found)>& visit) const;
    void find_known(const Identify& identify);
    /// Throws InputError that names the points, if there are any.
    void refuse_points(const std::set<std::size_t>& points, const std::string& why) const;
    void collect_from_folder(const std::function<void(PointRecord&& record)>& visit) const;

    std::optional<JournalFolder> folder_;
    StudyIdentity identity_;
    IsFull is_full_;
    Collective ranks_;
    std::vector<bool> known_;  ///< [point]
    int run_ = 1;              ///< of this shard in this folder
    std::unique_ptr<Journal> file_;
    Findings in_memory_;
};

}  // namespace polykarma
