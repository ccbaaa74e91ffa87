#include "io/journal.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/fingerprint.hpp"
#include "io/partial_file.hpp"

namespace polykarma {
namespace {

/// Before every record.
struct Frame {
    std::uint64_t length;
    std::uint64_t fingerprint;
};

[[noreturn]] void fail(const std::filesystem::path& file, const char* what) {
    throw IoError(file.string(), what, std::generic_category().message(errno));
}

}  // namespace

Journal::Journal(const std::filesystem::path& file)
    : file_(file), descriptor_(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) fail(file_, "cannot be created");
}

Journal::~Journal() { ::close(descriptor_); }

void Journal::append(std::span<const std::byte> record) {
    const Frame frame{record.size(), fingerprint(record)};
    std::vector<std::byte> framed(sizeof frame + record.size());
    std::memcpy(framed.data(), &frame, sizeof frame);
    if (!record.empty()) std::memcpy(framed.data() + sizeof frame, record.data(), record.size());
    const UndisturbedWrite undisturbed;
    for (std::span<const std::byte> rest = framed; !rest.empty();) {
        const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(file_, "cannot be written");
        rest = rest.subspan(static_cast<std::size_t>(written));
    }
}

void Journal::flush() {
    if (::fsync(descriptor_) != 0) fail(file_, "cannot be written");
}

JournalReader::JournalReader(const std::filesystem::path& file) : in_(file, std::ios::binary) {
    std::error_code error;
    size_ = std::filesystem::file_size(file, error);
    if (error || !in_) throw IoError(file.string(), "cannot be read", error ? error.message() : "");
}

std::optional<std::vector<std::byte>> JournalReader::next() {
    Frame frame;
    if (size_ - place_ < sizeof frame) return {};
    in_.clear();
    in_.seekg(static_cast<std::streamoff>(place_));
    in_.read(reinterpret_cast<char*>(&frame), sizeof frame);
    if (!in_ || frame.length > size_ - place_ - sizeof frame) return {};
    std::vector<std::byte> record(frame.length);
    in_.read(reinterpret_cast<char*>(record.data()), static_cast<std::streamsize>(record.size()));
    if (!in_ || fingerprint(record) != frame.fingerprint) return {};
    place_ += sizeof frame + frame.length;
    return record;
}

}  // namespace polykarma
