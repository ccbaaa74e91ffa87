#include "io/work_folder.hpp"

#include <cerrno>
#include <cstdio>
#include <optional>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "io/agreed.hpp"
#include "io/lock_file.hpp"

namespace polykarma {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& what, int error) {
    throw IoError(path.string(), what, std::generic_category().message(error));
}

void make_directory(const fs::path& directory) {
    std::error_code error;
    fs::create_directories(directory, error);
    if (error) fail(directory, "the work folder cannot be created", error.value());
    if (!fs::is_directory(directory)) fail(directory, "the work folder cannot be used", ENOTDIR);
}

/// What a lock is on, by its name: "lock.2of8" is on one of 8, "lock" on one of 1. Nothing for other files.
std::optional<int> division_of(const fs::path& file) {
    const std::string name = file.filename().string();
    if (name == "lock") return 1;
    int part = 0, parts = 0, length = 0;
    const bool is_lock = std::sscanf(name.c_str(), "lock.%6dof%6d%n", &part, &parts, &length) == 2 &&
                         static_cast<std::size_t>(length) == name.size();
    return is_lock ? std::optional(parts) : std::nullopt;
}

}  // namespace

/// The lock of this run, and when it was last refreshed.
class WorkFolder::Lock {
public:
    Lock(fs::path path, const std::string& shard) : file_(std::move(path), this_run(shard)) { require_no_rival(); }

    void refresh() {
        const auto now = LockFile::Clock::now();
        if (now - refreshed_ < kBeat) return;
        refreshed_ = now;
        file_.refresh();
    }
    void require_mine() const {
        if (!file_.is_held())
            throw IoError(file_.path().string(), "is not this run's any more", "another run has taken it over");
    }

private:
    /// Of another division; what such a one left behind is taken away. Two that begin at the same moment may refuse each
    /// other; neither goes on unseen.
    void require_no_rival() const {
        for (const auto& entry : fs::directory_iterator(file_.path().parent_path())) {
            const auto division = division_of(entry.path());
            if (division && division != division_of(file_.path())) file_.clear(entry.path());
        }
    }

    LockFile file_;
    LockFile::Clock::time_point refreshed_ = LockFile::Clock::now();
};

WorkFolder::WorkFolder(const fs::path& directory, const Collective& ranks, const std::string& shard)
    : directory_(directory) {
    agreed(ranks, [&] {
        if (!ranks.is_root()) return;
        make_directory(directory_);
        lock_ = std::make_unique<Lock>(directory_ / (shard.empty() ? "lock" : "lock." + shard), shard);
    });
}

WorkFolder::~WorkFolder() = default;

void WorkFolder::remove_unfinished(const std::string& prefix) const {
    std::error_code ignored;
    for (fs::directory_iterator entry(directory_, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
        const std::string name = entry->path().filename().string();
        std::error_code gone;
        if (name.starts_with(prefix) && name.find(".partial-") != std::string::npos) fs::remove(entry->path(), gone);
    }
}

void WorkFolder::refresh() {
    if (lock_ != nullptr) lock_->refresh();
}

void WorkFolder::require_held(const Collective& ranks) const {
    agreed(ranks, [&] {
        if (lock_ != nullptr) lock_->require_mine();
    });
}

}  // namespace polykarma
