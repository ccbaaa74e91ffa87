#include "io/lock_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"

namespace polykarma {
namespace {

namespace fs = std::filesystem;

/// A turn is over within a few calls of the file system; whoever has one for longer does not answer.
constexpr std::chrono::seconds kTurn{10};
constexpr std::chrono::milliseconds kPause{5};

[[noreturn]] void fail(const fs::path& path, const std::string& what, int error) {
    throw IoError(path.string(), what, std::generic_category().message(error));
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

/// Nothing if there is no lock of that name, or none any more. Throws IoError for one without a readable owner: of an
/// editor's doing, or of a damaged disk.
std::optional<FoundLock> find(const fs::path& lock, const LockOwner& here, const struct stat& now) {
    struct stat before {
    }, after{};
    if (::stat(lock.c_str(), &before) != 0) return {};
    const auto owner = read_owner(lock);
    if (!owner) {
        if (::stat(lock.c_str(), &after) != 0 || after.st_ino != before.st_ino) return {};
        throw IoError(lock.string(), "names no owner", "remove it if no run uses the work folder");
    }
    const std::chrono::seconds silent(now.st_mtim.tv_sec - before.st_mtim.tv_sec);
    return FoundLock{*owner, silent, why_gone(*owner, here, silent)};
}

[[noreturn]] void refuse(const fs::path& lock, const FoundLock& found) {
    throw IoError(lock.string(), "the work folder is in use by another run",
                  described(found.owner) + ", last heard of " + std::to_string(found.silent.count()) +
                      " s ago: wait for it to end, or use another --work-dir");
}

/// The lock as it was found, if it still is.
void take_away(const fs::path& lock, const FoundLock& found, const LockOwner& here) {
    const LockFile turn(lock.string() + ".turn", here, kTurn);
    if (read_owner(lock) != found.owner) return;
    if (::unlink(lock.c_str()) != 0) fail(lock, "cannot be taken over", errno);
    std::fprintf(stderr, "polykarma: note: %s: taken over from %s (%s)\n", lock.c_str(), described(found.owner).c_str(),
                 found.why->c_str());
}

}  // namespace

LockFile::LockFile(fs::path path, LockOwner here, std::chrono::seconds patience)
    : path_(std::move(path)), here_(std::move(here)) {
    const Claim claim(path_, here_);
    made_ = claim.status();
    const auto deadline = Clock::now() + patience;
    while (!claim.succeeds(path_)) {
        const auto found = find(path_, here_, made_);
        if (!found) continue;  // given up just now
        if (found->why)
            take_away(path_, *found, here_);
        else if (Clock::now() < deadline)
            std::this_thread::sleep_for(kPause);
        else
            refuse(path_, *found);
    }
}

LockFile::~LockFile() {
    if (is_held()) ::unlink(path_.c_str());
}

void LockFile::refresh() const {
    if (is_held()) ::utimensat(AT_FDCWD, path_.c_str(), nullptr, 0);
}

void LockFile::clear(const fs::path& lock) const {
    const auto found = find(lock, here_, made_);
    if (!found) return;
    if (!found->why) refuse(lock, *found);
    take_away(lock, *found, here_);
}

}  // namespace polykarma
