#include "io/lock_owner.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include "io/work_folder.hpp"

namespace polykarma {
namespace {

std::string environment(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

/// What the system tells of a process.
struct ProcessStatus {
    char state = ' ';  ///< Z, X: it has ended, and its parent has not asked how
    long born = 0;     ///< 0: unknown
};
ProcessStatus status_of(long process) {
    std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
    std::string line;
    std::getline(stat, line);
    // The name of the program, in parentheses, may contain anything.
    const auto name_end = line.rfind(')');
    if (name_end == std::string::npos) return {};
    std::istringstream rest(line.substr(name_end + 1));
    ProcessStatus status;
    rest >> status.state;
    constexpr int fields_between = 18;  // the state is the 3rd of all, the start time the 22nd
    std::string skipped;
    for (int i = 0; i < fields_between; ++i) rest >> skipped;
    rest >> status.born;
    return status;
}

std::string now() {
    const std::time_t seconds = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, sizeof "2000-01-01T00:00:00Z"> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text.data();
}

/// A number may have been given to another process since; no two of one number were born at the same time.
bool lives(const LockOwner& owner) {
    if (::kill(static_cast<pid_t>(owner.process), 0) != 0 && errno == ESRCH) return false;
    const ProcessStatus present = status_of(owner.process);
    if (present.state == 'Z' || present.state == 'X') return false;
    return owner.born == 0 || present.born == 0 || present.born == owner.born;
}

}  // namespace

LockOwner this_run(const std::string& shard) {
    const long process = ::getpid();
    return {host_name(),
            process,
            status_of(process).born,
            environment("SLURM_JOB_ID"),
            std::atol(environment("SLURM_RESTART_COUNT").c_str()),
            shard,
            now()};
}

std::string to_text(const LockOwner& owner) {
    std::ostringstream text;
    text << "host " << owner.host << "\nprocess " << owner.process << "\nborn " << owner.born << "\njob " << owner.job
         << "\nrestarts " << owner.restarts << "\nshard " << owner.shard << "\nstarted " << owner.started << '\n';
    return text.str();
}

std::optional<LockOwner> read_owner(const std::filesystem::path& lock) {
    std::ifstream file(lock);
    LockOwner owner;
    std::string line;
    const auto rest_of = [&](const std::string& key) {
        return line.starts_with(key + " ") ? line.substr(key.size() + 1) : "";
    };
    while (std::getline(file, line)) {
        if (line.starts_with("host ")) owner.host = rest_of("host");
        if (line.starts_with("process ")) owner.process = std::atol(rest_of("process").c_str());
        if (line.starts_with("born ")) owner.born = std::atol(rest_of("born").c_str());
        if (line.starts_with("job ")) owner.job = rest_of("job");
        if (line.starts_with("restarts ")) owner.restarts = std::atol(rest_of("restarts").c_str());
        if (line.starts_with("shard ")) owner.shard = rest_of("shard");
        if (line.starts_with("started ")) owner.started = rest_of("started");
    }
    if (owner.host.empty() || owner.process <= 0) return {};
    return owner;
}

std::optional<std::string> why_gone(const LockOwner& owner, const LockOwner& here, std::chrono::seconds silent) {
    if (owner.host == here.host && !lives(owner)) return "its process is gone";
    if (!owner.job.empty() && owner.job == here.job && owner.restarts < here.restarts)
        return "the job was requeued since";
    if (owner.host != here.host && silent > WorkFolder::kSilence)
        return "not refreshed for " + std::to_string(silent.count()) + " s";
    return {};
}

std::string described(const LockOwner& owner) {
    return "host " + owner.host + ", process " + std::to_string(owner.process) +
           (owner.job.empty() ? "" : ", job " + owner.job) + (owner.shard.empty() ? "" : ", shard " + owner.shard) +
           ", since " + owner.started;
}

}  // namespace polykarma
