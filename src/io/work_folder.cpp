#include "io/work_folder.hpp"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "io/agreed.hpp"
#include "io/lock_owner.hpp"

namespace polykarma {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const fs::path& path, const std::string& what, int error) {
    throw IoError(path.string(), what, std::generic_category().message(error));
}

void make_directory(const fs::path& directory) {
    std::error_code error;
    fs::create_directories(directory, error);
    if (error) fail(directory, "the work folder cannot be created", error.value());
    if (!fs::is_directory(directory)) fail(directory, "the work folder cannot be used", ENOTDIR);
}

std::chrono::seconds seconds_between(const struct stat& earlier, const struct stat& later) {
    return std::chrono::seconds(later.st_mtim.tv_sec - earlier.st_mtim.tv_sec);
}

/// A file of this process alone with the text of a lock, which becomes the lock by getting its name as well.
class Claim {
public:
    Claim(const fs::path& lock, const LockOwner& owner)
        : path_(lock.string() + ".claim-" + owner.host + '-' + std::to_string(owner.process)) {
        errno = 0;
        {
            std::ofstream file(path_);
            file << to_text(owner);
        }
        const int error = errno;
        if (::stat(path_.c_str(), &status_) != 0 || status_.st_size == 0) {
            ::unlink(path_.c_str());
            fail(lock.parent_path(), "the work folder cannot be written to", error);
        }
    }
    ~Claim() { ::unlink(path_.c_str()); }
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

    /// False if there is a lock already.
    [[nodiscard]] bool succeeds(const fs::path& lock) const {
        if (::link(path_.c_str(), lock.c_str()) == 0) return true;
        if (errno != EEXIST) fail(lock, "cannot be created", errno);
        return false;
    }
    /// What the file system knows of it: made just now, so its time is the present one there.
    [[nodiscard]] const struct stat& status() const { return status_; }

private:
    std::string path_;
    struct stat status_ {};
};

/// What a lock is on, by its name: "lock.2of8" is on one of 8, "lock" on one of 1. Nothing for other files.
std::optional<int> division_of(const fs::path& file) {
    const std::string name = file.filename().string();
    if (name == "lock") return 1;
    int part = 0, parts = 0, length = 0;
    const bool is_lock = std::sscanf(name.c_str(), "lock.%6dof%6d%n", &part, &parts, &length) == 2 &&
                         static_cast<std::size_t>(length) == name.size();
    return is_lock ? std::optional(parts) : std::nullopt;
}

[[noreturn]] void refuse(const fs::path& lock, const LockOwner& owner, std::chrono::seconds silent) {
    throw IoError(lock.string(), "the work folder is in use by another run",
                  described(owner) + ", last heard of " + std::to_string(silent.count()) +
                      " s ago: wait for it to end, or use another --work-dir");
}

/// Takes a lock away that its owner has left behind. Another run may have done so between the look and the renaming,
/// which then has moved that run's lock: it gets it back.
void take_away(const fs::path& lock, const LockOwner& gone, const std::string& why) {
    const std::string aside = lock.string() + ".stale-" + this_run({}).host + '-' + std::to_string(::getpid());
    if (::rename(lock.c_str(), aside.c_str()) != 0) {
        if (errno == ENOENT) return;
        fail(lock, "cannot be taken over", errno);
    }
    if (read_owner(aside) == gone)
        std::fprintf(stderr, "polykarma: note: %s: taken over from %s (%s)\n", lock.c_str(), described(gone).c_str(),
                     why.c_str());
    else
        static_cast<void>(::link(aside.c_str(), lock.c_str()));
    ::unlink(aside.c_str());
}

/// What a lock without a readable owner is: of an editor's doing, or of a damaged disk.
[[noreturn]] void refuse_unreadable(const fs::path& lock) {
    throw IoError(lock.string(), "names no owner", "remove it if no run uses the work folder");
}

}  // namespace

/// On the disk as long as it lives.
class WorkFolder::Lock {
public:
    Lock(fs::path path, const std::string& shard) : path_(std::move(path)), here_(this_run(shard)) {
        const Claim claim(path_, here_);
        while (!claim.succeeds(path_)) {
            struct stat status {};
            if (::stat(path_.c_str(), &status) != 0) continue;  // given up just now
            const auto owner = read_owner(path_);
            if (!owner) refuse_unreadable(path_);
            const auto silent = seconds_between(status, claim.status());
            const auto why = why_gone(*owner, here_, silent);
            if (!why) refuse(path_, *owner, silent);
            take_away(path_, *owner, *why);
        }
        try {
            require_no_rival(claim);
        } catch (...) {
            ::unlink(path_.c_str());
            throw;
        }
    }
    ~Lock() {
        if (is_mine()) ::unlink(path_.c_str());
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

    void refresh() {
        const auto now = Clock::now();
        if (now - refreshed_ < kBeat) return;
        refreshed_ = now;
        if (is_mine()) ::utimensat(AT_FDCWD, path_.c_str(), nullptr, 0);
    }
    void require_mine() const {
        if (!is_mine()) throw IoError(path_.string(), "is not this run's any more", "another run has taken it over");
    }

private:
    /// Of another division; what such a one left behind is taken away. Two that begin at the same moment may refuse each other; neither goes on unseen.
    void require_no_rival(const Claim& claim) const {
        for (const auto& entry : fs::directory_iterator(path_.parent_path())) {
            const auto division = division_of(entry.path());
            if (!division || division == division_of(path_)) continue;
            const auto owner = read_owner(entry.path());
            struct stat status {};
            if (!owner || ::stat(entry.path().c_str(), &status) != 0) continue;
            const auto silent = seconds_between(status, claim.status());
            const auto why = why_gone(*owner, here_, silent);
            if (!why) refuse(entry.path(), *owner, silent);
            take_away(entry.path(), *owner, *why);
        }
    }
    [[nodiscard]] bool is_mine() const { return read_owner(path_) == here_; }

    fs::path path_;
    LockOwner here_;
    Clock::time_point refreshed_ = Clock::now();
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
