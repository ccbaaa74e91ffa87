#include "io/partial_file.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <charconv>
#include <chrono>
#include <csignal>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"

namespace polykarma {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPartial = ".partial-";
/// Processes of other machines cannot be asked whether they live; a write takes far less than this.
constexpr std::chrono::hours kAbandonedAfter{1};

[[noreturn]] void fail(const fs::path& target, const std::string& what, int error) {
    throw IoError(target.string(), what, std::generic_category().message(error));
}

fs::path directory_of(const fs::path& target) { return target.has_parent_path() ? target.parent_path() : "."; }

/// The name survives a power failure only once its directory is on the disk too; not every file system offers this.
void flush_directory(const fs::path& directory) {
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    ::fsync(descriptor);
    ::close(descriptor);
}

bool is_abandoned(const fs::directory_entry& entry, const std::string& prefix) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) return false;
    pid_t process = 0;
    const char* const last = name.data() + name.size();
    const auto [end, error] = std::from_chars(name.data() + prefix.size(), last, process);
    if (error != std::errc{} || end != last || process <= 0) return false;
    std::error_code unknown;
    const auto written = entry.last_write_time(unknown);
    return !unknown && fs::file_time_type::clock::now() - written > kAbandonedAfter &&
           ::kill(process, 0) != 0 && errno == ESRCH;
}

void remove_abandoned(const fs::path& target) {
    const std::string prefix = target.filename().string() + std::string(kPartial);
    std::error_code ignored;
    for (fs::directory_iterator entry(directory_of(target), ignored), end; !ignored && entry != end;
         entry.increment(ignored)) {
        std::error_code gone;
        if (is_abandoned(*entry, prefix)) fs::remove(entry->path(), gone);
    }
}

/// A link is followed, so that the file it stands for is replaced and not the link.
fs::path resolved(const fs::path& target) {
    std::error_code error;
    if (!fs::is_symlink(target, error)) return target;
    const fs::path real = fs::canonical(target, error);
    return error ? target : real;
}

}  // namespace

namespace {

/// What can be said without writing.
void require_place(const fs::path& target) {
    const fs::path directory = directory_of(target);
    std::error_code error;
    const auto place = fs::status(directory, error);
    if (error) fail(target, "cannot be created", error.value());
    if (!fs::is_directory(place)) fail(target, "cannot be created", ENOTDIR);
    if (::access(directory.c_str(), W_OK | X_OK) != 0) fail(target, "cannot be created", errno);
    const auto present = fs::status(target, error);
    if (fs::is_directory(present)) fail(target, "cannot be replaced", EISDIR);
    // Renaming onto a device or a pipe would remove it.
    if (fs::exists(present) && !fs::is_regular_file(present))
        throw IoError(target.string(), "cannot be replaced", "not a regular file");
}

}  // namespace

void require_writable(const fs::path& target) {
    const fs::path place = resolved(target);
    require_place(place);
    // Some file systems let nobody create files and do not say so.
    const fs::path trial = place.string() + ".trial-" + std::to_string(::getpid());
    const int descriptor = ::open(trial.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor < 0) fail(target, "cannot be created", errno);
    ::close(descriptor);
    ::unlink(trial.c_str());
}

UndisturbedWrite::UndisturbedWrite() {
    // By default the signal of the file size limit ends the process; ignored, the write reports EFBIG.
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGXFSZ, &ignore, &on_limit_);
    sigset_t hold;
    sigemptyset(&hold);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&hold, signal);
    ::pthread_sigmask(SIG_BLOCK, &hold, &held_);
}

UndisturbedWrite::~UndisturbedWrite() {
    ::sigaction(SIGXFSZ, &on_limit_, nullptr);
    ::pthread_sigmask(SIG_SETMASK, &held_, nullptr);
}

namespace {

constexpr std::array kEndings{SIGINT, SIGTERM, SIGHUP};
/// Read by the handler, which may not allocate.
std::array<char, PATH_MAX> doomed{};

extern "C" void polykarma_remove_and_end(int signal) {
    ::unlink(doomed.data());
    ::raise(signal);  // by now it does what it does by default
}

}  // namespace

RemovedOnSignal::RemovedOnSignal(const fs::path& file) {
    doomed.fill('\0');
    file.string().copy(doomed.data(), doomed.size() - 1);
    struct sigaction remove {};
    remove.sa_handler = polykarma_remove_and_end;
    remove.sa_flags = static_cast<int>(SA_RESETHAND);
    for (std::size_t i = 0; i < kEndings.size(); ++i) ::sigaction(kEndings[i], &remove, &before_[i]);
}

RemovedOnSignal::~RemovedOnSignal() {
    for (std::size_t i = 0; i < kEndings.size(); ++i) ::sigaction(kEndings[i], &before_[i], nullptr);
}

PartialFile::PartialFile(const fs::path& target) : target_(resolved(target)) {
    require_place(target_);
    remove_abandoned(target_);
    path_ = target_.string() + std::string(kPartial) + std::to_string(::getpid());
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail(target_, "cannot be created", errno);
}

PartialFile::~PartialFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!kept_) ::unlink(path_.c_str());
}

void PartialFile::reserve(std::size_t bytes, const std::string& what_for) {
    int error = EINTR;
    while (error == EINTR) error = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(bytes));
    // Some file systems do not promise anything.
    if (error != 0 && error != EOPNOTSUPP && error != EINVAL)
        throw IoError(target_.string(), "cannot be written", std::generic_category().message(error) + ": needs " +
                                                                 std::to_string(bytes / 1'000'000 + 1) + " MB, " +
                                                                 what_for);
}

void PartialFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(descriptor_, bytes.data(), std::min(bytes.size(), std::size_t{1} << 30));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail(target_, "cannot be written", errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

void PartialFile::keep() {
    if (::fsync(descriptor_) != 0) fail(target_, "cannot be flushed to the disk", errno);
    // Network file systems report a full disk here at the latest.
    if (::close(std::exchange(descriptor_, -1)) != 0) fail(target_, "cannot be closed", errno);
    if (::rename(path_.c_str(), target_.c_str()) != 0) fail(target_, "cannot be replaced", errno);
    kept_ = true;
    flush_directory(directory_of(target_));
}

}  // namespace polykarma
