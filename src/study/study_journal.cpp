#include "study/study_journal.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/build_info.hpp"
#include "base/fingerprint.hpp"
#include "config/choices.hpp"
#include "io/agreed.hpp"

namespace polykarma {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "polykarma-journal 3";
constexpr const char* kEnding = ".journal";
/// Of points that are named in one message.
constexpr std::size_t kNamed = 10;

/// 1of1-run002-rank0003.journal
std::string file_name(const Shard& shard, int run, int rank) {
    return fmt::format("{}-run{:03}-rank{:04}{}", shard.name(), run, rank, kEnding);
}

/// "2of8-run002-rank0003.journal" -> "2of8", 2; nothing for names of anything else.
std::optional<std::pair<std::string, int>> shard_and_run(const fs::path& file) {
    const std::string name = file.filename().string();
    const auto at = name.find("-run");
    if (at == std::string::npos || file.extension() != kEnding) return {};
    return std::pair(name.substr(0, at), std::atoi(name.c_str() + at + 4));
}

MessageWriter header_of(const StudyIdentity& identity) {
    MessageWriter header;
    header.put(std::string(kFormat));
    header.put(identity.program);
    header.put(identity.manner);
    header.put(static_cast<std::int64_t>(identity.study));
    return header;
}

void add(std::string& text, const StudyAxis& axis) {
    text += fmt::format("axis {} {} {} {} {} {} {} {} {}\n", axis.name, axis.key, axis.from, axis.to, axis.count,
                        axis.lower, axis.upper, name_of(axis.spacing), axis.zip);
    for (std::size_t i = 0; i < axis.values.size(); ++i) text += axis.values[i].text + '\n' + axis.labels[i] + '\n';
    if (axis.is_sampled())
        text += fmt::format("sample {} {} {}\n", name_of(axis.sample.method), axis.sample.count, axis.sample.seed);
}

}  // namespace

std::string Shard::name() const { return fmt::format("{}of{}", index + 1, count); }

StudyIdentity StudyIdentity::of(const StudyConfig& study, std::span<const std::string> overrides,
                                const std::string& manner) {
    std::string text = study.base_text + '\n';
    for (const StudyStart& start : study.starts)
        text += fmt::format("start {} {}\n", start.name, fmt::join(start.overrides, " "));
    for (const StudyAxis& axis : study.axes) add(text, axis);
    for (const std::string& assignment : overrides) text += "set " + assignment + '\n';
    return {fmt::format("{} (commit {})", build_info().version, build_info().commit), manner, fingerprint(text)};
}

StudyJournal::StudyJournal(const std::optional<JournalFolder>& folder, StudyIdentity identity, std::size_t points,
                           const Identify& identify, IsFull is_full, const Collective& ranks)
    : folder_(folder), identity_(std::move(identity)), is_full_(std::move(is_full)), ranks_(ranks), known_(points) {
    if (!folder_) return;
    agreed_with_root(ranks_, [&] {
        if (!folder_->resume) refuse_what_is_not_resumed();
        find_known(identify);
        for (const fs::path& file : files())
            if (const auto [shard, run] = *shard_and_run(file); shard == folder_->shard.name())
                run_ = std::max(run_, run + 1);
    });
    run_ = ranks_.broadcast(run_);
    std::vector<std::byte> known;
    for (const bool is_known : known_) known.push_back(std::byte{is_known});
    known = ranks_.broadcast(std::move(known));
    for (std::size_t i = 0; i < points; ++i) known_[i] = known[i] != std::byte{0};
}

std::vector<fs::path> StudyJournal::files() const {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(folder_->path, error), end; !error && entry != end; entry.increment(error))
        if (shard_and_run(entry->path())) found.push_back(entry->path());
    if (error) throw IoError(folder_->path.string(), "cannot be read", error.message());
    std::ranges::sort(found);
    return found;
}

void StudyJournal::refuse_what_is_not_resumed() const {
    for (const fs::path& file : files()) {
        const std::string shard = shard_and_run(file)->first;
        const std::string others = shard.substr(shard.find("of"));
        if (shard == folder_->shard.name() || others != fmt::format("of{}", folder_->shard.count))
            throw InputError({}, "--work-dir", folder_->path.string(),
                             "holds what an earlier run has computed: " + file.filename().string(),
                             "--resume to go on from there, or another folder");
    }
}

/// Whether a journal is of this very study.
bool StudyJournal::is_same_study(const fs::path& file, MessageReader header) const {
    const auto refuse = [&](const std::string& what, const std::string& why) {
        throw InputError({file.string(), 0}, what, "", why,
                         "the program and study that it was begun with, or another --work-dir");
    };
    if (const std::string format = header.text(); format != kFormat) refuse("format", "is " + format);
    if (const std::string program = header.text(); program != identity_.program)
        refuse("program", "was written by polykarma " + program + ", this is " + identity_.program);
    if (const std::string manner = header.text(); manner != identity_.manner)
        refuse("options", "was written with " + manner + ", this run has " + identity_.manner);
    return static_cast<std::uint64_t>(header.integer()) == identity_.study;
}

void StudyJournal::scan(const std::function<void(Found&& found)>& visit) const {
    const std::vector<fs::path> all = files();
    for (std::size_t f = 0; f < all.size(); ++f) {
        JournalReader reader(all[f]);
        const auto header = reader.next();
        if (!header) continue;  // killed before the first record
        const bool same_study = is_same_study(all[f], MessageReader(*header));
        while (true) {
            const std::uint64_t place = reader.place();
            const auto bytes = reader.next();
            if (!bytes) break;
            MessageReader message(*bytes);
            PointRecord record = unpacked_point(message);
            visit({{f, place, !record.image.empty()}, std::move(record), same_study});
        }
    }
}

void StudyJournal::find_known(const Identify& identify) {
    std::set<std::size_t> changed, gone;
    scan([&](Found&& found) {
        const PointRecord& record = found.record;
        if (record.point >= known_.size())
            gone.insert(record.point);
        else if (!found.same_study && identify(record.point) != record.identity)
            changed.insert(record.point);
        else if (!record.error.empty() || !record.image.empty() || !is_full_(record.point))
            known_[record.point] = true;
    });
    refuse_points(gone, fmt::format("are not in this study, which has {}", known_.size()));
    refuse_points(changed, "are other economies in this study");
}

void StudyJournal::refuse_points(const std::set<std::size_t>& points, const std::string& why) const {
    if (points.empty()) return;
    const std::size_t named = std::min(kNamed, points.size());
    throw InputError(
        {}, "--work-dir", folder_->path.string(),
        fmt::format("{} of its points {}: {}{}", points.size(), why,
                    fmt::join(points.begin(), std::next(points.begin(), static_cast<std::ptrdiff_t>(named)), ", "),
                    named < points.size() ? ", ..." : ""),
        "the study as it was, or another folder");
}

void StudyJournal::append(const PointRecord& record) {
    const MessageWriter message = packed(record);
    if (!folder_) {
        in_memory_.emplace_back(record.point, std::vector(message.bytes().begin(), message.bytes().end()));
        return;
    }
    if (!file_) {
        file_ = std::make_unique<Journal>(folder_->path / file_name(folder_->shard, run_, ranks_.rank()));
        file_->append(header_of(identity_).bytes());
    }
    file_->append(message.bytes());
}

void StudyJournal::flush() {
    agreed(ranks_, [&] {
        if (file_) file_->flush();
    });
}

void StudyJournal::collect(const std::function<void(PointRecord&& record)>& visit) {
    if (!folder_) {
        collect_in_order(ranks_, std::move(in_memory_),
                         [&](std::size_t, MessageReader& message) { visit(unpacked_point(message)); });
        return;
    }
    if (ranks_.is_root()) collect_from_folder(visit);
}

void StudyJournal::collect_from_folder(const std::function<void(PointRecord&& record)>& visit) const {
    std::map<std::size_t, Place> places;
    scan([&](Found&& found) {
        Place& place = places.try_emplace(found.record.point, found.place).first->second;
        if (!place.full) place = found.place;
    });
    const std::vector<fs::path> all = files();
    std::map<std::size_t, JournalReader> readers;
    for (const auto& entry : places) {
        JournalReader& reader = readers.try_emplace(entry.second.file, all[entry.second.file]).first->second;
        reader.go_to(entry.second.place);
        const auto bytes = reader.next();
        if (!bytes) throw IoError(all[entry.second.file].string(), "cannot be read", "");
        MessageReader message(*bytes);
        visit(unpacked_point(message));
    }
}

}  // namespace polykarma
