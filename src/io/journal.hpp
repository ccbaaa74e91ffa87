#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <vector>

namespace polykarma {

/// A file to which whole records are appended, each by one write: whatever ends the program, at most the last record is
/// lost. Throws IoError with the system's reason.
class Journal {
public:
    /// A new file.
    explicit Journal(const std::filesystem::path& file);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    void append(std::span<const std::byte> record);
    /// Until here everything is on the disk.
    void flush();

private:
    std::filesystem::path file_;
    int descriptor_ = -1;
};

/// The records of a journal one after the other. It ends before the first one that is not whole or not as it was
/// written: of a program that was killed, or one that still writes.
class JournalReader {
public:
    /// Throws IoError.
    explicit JournalReader(const std::filesystem::path& file);

    /// Nothing at the end.
    [[nodiscard]] std::optional<std::vector<std::byte>> next();
    /// Of the next record.
    [[nodiscard]] std::uint64_t place() const { return place_; }
    void go_to(std::uint64_t place) { place_ = place; }

private:
    std::ifstream in_;
    std::uint64_t size_;
    std::uint64_t place_ = 0;
};

}  // namespace polykarma
