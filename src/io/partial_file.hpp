#pragma once

#include <array>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace polykarma {

/// While alive, nothing but an error ends a write halfway: the file size limit is an error like any other, not a
/// signal, and Ctrl-C, a time limit or a lost terminal end the process after the file is whole, or before it was begun.
class UndisturbedWrite {
public:
    UndisturbedWrite();
    ~UndisturbedWrite();
    UndisturbedWrite(const UndisturbedWrite&) = delete;
    UndisturbedWrite& operator=(const UndisturbedWrite&) = delete;

private:
    struct sigaction on_limit_ {};
    sigset_t held_ {};
};

/// While alive, a signal that ends the process (Ctrl-C, a time limit, a lost terminal) removes a file first: for one that
/// is written all along, and useless when it is not whole. One at a time.
class RemovedOnSignal {
public:
    explicit RemovedOnSignal(const std::filesystem::path& file);
    ~RemovedOnSignal();
    RemovedOnSignal(const RemovedOnSignal&) = delete;
    RemovedOnSignal& operator=(const RemovedOnSignal&) = delete;

private:
    std::array<struct sigaction, 3> before_{};
};

/// Throws IoError unless a file can be put there: the directory exists and may be written to, and what has that name
/// now, if anything, is a regular file. For asking before a long computation.
void require_writable(const std::filesystem::path& target);

/// A file beside its target, named `<target>.partial-<process>`, that disappears unless it is kept. Removes what a
/// process killed while writing the same target left behind, once that is an hour old. A target that is a link is
/// followed, so that the file it stands for is replaced and not the link. All functions throw IoError with the system's
/// reason.
class PartialFile {
public:
    explicit PartialFile(const std::filesystem::path& target);
    ~PartialFile();
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Takes this much room on the disk, so that writing there cannot fail for the lack of it. `what_for` is said
    /// beside the size when there is not as much.
    void reserve(std::size_t bytes, const std::string& what_for);
    void write(std::span<const std::byte> bytes);
    /// Flushes the file to the disk and makes it the target.
    void keep();

private:
    std::filesystem::path target_;
    std::filesystem::path path_;
    int descriptor_ = -1;
    bool kept_ = false;
};

}  // namespace polykarma
