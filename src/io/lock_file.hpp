#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/stat.h>

#include "io/lock_owner.hpp"

namespace polykarma {

/// A lock as another process finds it.
struct FoundLock {
    LockOwner owner;
    std::chrono::seconds silent{};   ///< since its owner refreshed it, by the clock of the file system
    std::optional<std::string> why;  ///< it counts as left behind; nothing when its owner may be at work
};

/// A file that one process holds at a time, as long as the object lives.
///
/// Whoever takes away a lock that was left behind has looked at it earlier, and another process may have put its own
/// there since. So it is taken away only by the holder of a second lock, "<name>.turn", who looks once more. A turn
/// that was itself left behind goes the same way.
class LockFile {
public:
    using Clock = std::chrono::steady_clock;

    /// Throws IoError: when a run that may be at work holds it for longer than `patience`, whose host, job and age it
    /// names; when the lock names no owner; when the directory cannot be written to.
    LockFile(std::filesystem::path path, LockOwner here, std::chrono::seconds patience = {});
    ~LockFile();
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Whether another run has not taken it over, having reason to believe this one gone.
    [[nodiscard]] bool is_held() const { return read_owner(path_) == here_; }

    /// Tells others that this process lives.
    void refresh() const;

    /// Takes the lock of that name away if its owner has left it behind, and throws like the constructor if not.
    /// Nothing happens when there is none.
    void clear(const std::filesystem::path& lock) const;

private:
    std::filesystem::path path_;
    LockOwner here_;
    struct stat made_ {};  ///< of the file system when this lock was asked for
};

}  // namespace polykarma
