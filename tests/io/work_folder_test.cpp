// Who may use the directory of a run, and when a lock counts as left behind.
#include "io/work_folder.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "io/lock_owner.hpp"

namespace polykarma {
namespace {

namespace fs = std::filesystem;

/// Runs body() in another process; its exit code.
template <class Body>
int in_child(Body&& body) {
    const pid_t child = ::fork();
    if (child == 0) std::_Exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

/// A process number that nobody has.
long gone_process() {
    const pid_t child = ::fork();
    if (child == 0) std::_Exit(0);
    ::waitpid(child, nullptr, 0);
    return child;
}

class WorkFolderTest : public testing::Test {
protected:
    WorkFolderTest() {
        std::string name = (fs::temp_directory_path() / "polykarma-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~WorkFolderTest() override { fs::remove_all(folder_); }

    void put_lock(const LockOwner& owner, std::chrono::seconds age = {}) const {
        std::ofstream(lock()) << to_text(owner);
        fs::last_write_time(lock(), fs::file_time_type::clock::now() - age);
    }
    [[nodiscard]] fs::path lock() const { return folder_ / "lock"; }
    [[nodiscard]] WorkFolder taken() const { return {folder_, Collective::serial()}; }
    /// Why the directory cannot be taken; empty if it can.
    [[nodiscard]] std::string complaint() const {
        try {
            const WorkFolder mine = taken();
            return "";
        } catch (const IoError& error) {
            return error.what();
        }
    }
    void expect_only_lock_removed() const { EXPECT_TRUE(fs::is_empty(folder_)); }

    fs::path folder_;
};

/// A run on another machine.
LockOwner stranger() {
    LockOwner owner = this_run("");
    owner.host = "elsewhere";
    owner.process = 1234;
    owner.job = "567";
    return owner;
}

TEST_F(WorkFolderTest, IsCreatedHeldAndGivenBack) {
    const fs::path fresh = folder_ / "a" / "b";
    {
        const WorkFolder mine(fresh, Collective::serial());
        const auto owner = read_owner(fresh / "lock");
        ASSERT_TRUE(owner);
        EXPECT_EQ(owner->process, ::getpid());
        EXPECT_GT(owner->born, 0);
        mine.require_held(Collective::serial());
    }
    EXPECT_TRUE(fs::is_empty(fresh));
}

TEST_F(WorkFolderTest, HasOneOwnerAtATime) {
    const WorkFolder mine = taken();
    const std::string refusal = complaint();
    EXPECT_NE(refusal.find("in use by another run"), std::string::npos) << refusal;
    EXPECT_NE(refusal.find(described(this_run("")).substr(0, 10)), std::string::npos) << refusal;
    EXPECT_TRUE(fs::exists(lock()));
}

TEST_F(WorkFolderTest, OfAProcessThatIsGoneIsTakenOver) {
    LockOwner owner = this_run("");
    owner.process = gone_process();
    put_lock(owner);
    EXPECT_EQ(complaint(), "");
    // One that has ended, and whose parent has not asked how.
    const pid_t child = ::fork();
    if (child == 0) std::_Exit(0);
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
    owner.process = child;
    owner.born = 0;
    put_lock(owner);
    EXPECT_EQ(complaint(), "");
    ::waitpid(child, nullptr, 0);
    // The number of one that lives, given to it after the owner's end.
    owner = this_run("");
    ++owner.born;
    put_lock(owner);
    EXPECT_EQ(complaint(), "");
    expect_only_lock_removed();
}

TEST_F(WorkFolderTest, OfAnotherMachineIsTakenOverAfterSilence) {
    put_lock(stranger(), WorkFolder::kSilence - std::chrono::minutes(1));
    const std::string refusal = complaint();
    for (const char* const part : {"host elsewhere", "process 1234", "job 567", "540 s ago"})
        EXPECT_NE(refusal.find(part), std::string::npos) << refusal;
    put_lock(stranger(), WorkFolder::kSilence + std::chrono::minutes(1));
    EXPECT_EQ(complaint(), "");
    expect_only_lock_removed();
}

TEST_F(WorkFolderTest, OfARequeuedJobIsTakenOverAtOnce) {
    put_lock(stranger());
    ::setenv("SLURM_JOB_ID", "567", 1);
    EXPECT_NE(complaint(), "");
    ::setenv("SLURM_RESTART_COUNT", "1", 1);
    EXPECT_EQ(complaint(), "");
    ::unsetenv("SLURM_JOB_ID");
    ::unsetenv("SLURM_RESTART_COUNT");
}

TEST_F(WorkFolderTest, WithoutAnOwnersNameIsNobodysToTake) {
    std::ofstream(lock()) << "something else\n";
    EXPECT_NE(complaint().find("names no owner"), std::string::npos);
}

TEST_F(WorkFolderTest, LostToAnotherRunIsNoticedAndLeftToIt) {
    {
        const WorkFolder mine = taken();
        fs::remove(lock());
        put_lock(stranger());
        EXPECT_THROW(mine.require_held(Collective::serial()), IoError);
    }
    EXPECT_EQ(read_owner(lock())->host, "elsewhere");
}

// All see the same stale lock, and whoever gets it keeps it until all have tried.
TEST_F(WorkFolderTest, StaleGoesToOneOfManyTakers) {
    constexpr int takers = 6, rounds = 40;
    for (int round = 0; round < rounds; ++round) {
        LockOwner owner = this_run("");
        owner.process = gone_process();
        put_lock(owner);
        std::array<int, 2> go{}, tried{}, end{};
        for (auto* const p : {&go, &tried, &end}) ASSERT_EQ(::pipe(p->data()), 0);
        std::vector<pid_t> children;
        for (int i = 0; i < takers; ++i) {
            const pid_t child = ::fork();
            if (child != 0) {
                children.push_back(child);
                continue;
            }
            ::close(go[1]), ::close(end[1]);
            const int quiet = ::open("/dev/null", O_WRONLY);
            ::dup2(quiet, STDERR_FILENO);
            char none = 0;
            static_cast<void>(::read(go[0], &none, 1));
            int code = 1;
            try {
                const WorkFolder mine = taken();
                code = 0;
                static_cast<void>(::write(tried[1], "+", 1));
                static_cast<void>(::read(end[0], &none, 1));
                mine.require_held(Collective::serial());
            } catch (const IoError&) {
                if (code == 0) code = 2;
                static_cast<void>(::write(tried[1], "-", 1));
            }
            std::_Exit(code);
        }
        ::close(go[1]);
        std::string answers;
        for (char answer = 0; answers.size() < takers && ::read(tried[0], &answer, 1) == 1;) answers += answer;
        ::close(end[1]);
        for (const pid_t child : children) {
            int status = 0;
            ::waitpid(child, &status, 0);
            EXPECT_NE(WEXITSTATUS(status), 2);
        }
        EXPECT_EQ(std::count(answers.begin(), answers.end(), '+'), 1) << answers;
        for (const int descriptor : {go[0], tried[0], tried[1], end[0]}) ::close(descriptor);
    }
    expect_only_lock_removed();
}

/// A run may be killed while it takes over what another left behind.
TEST_F(WorkFolderTest, StaleIsTakenOverThoughItsTakerIsGoneToo) {
    for (const char* const name : {"lock", "lock.turn", "lock.turn.turn"}) {
        LockOwner owner = this_run("");
        owner.process = gone_process();
        std::ofstream(folder_ / name) << to_text(owner);
    }
    EXPECT_EQ(complaint(), "");
    expect_only_lock_removed();
}

/// Shards of one division share the directory; with all of the work, or another division, they would do some twice.
TEST_F(WorkFolderTest, HasNoRoomForAnotherDivision) {
    const auto refused = [&](const std::string& shard) {
        try {
            const WorkFolder mine(folder_, Collective::serial(), shard);
            return std::string();
        } catch (const IoError& error) {
            return std::string(error.what());
        }
    };
    {
        const WorkFolder held(folder_, Collective::serial(), "2of8");
        EXPECT_EQ(read_owner(folder_ / "lock.2of8")->shard, "2of8");
        EXPECT_EQ(refused("3of8"), "");
        for (const char* const other : {"", "2of4"})
            EXPECT_EQ(refused(other).find((folder_ / "lock.2of8").string() + ": the work folder is in use by another run"),
                      0u)
                << other << ": " << refused(other);
    }
    {
        const WorkFolder held = taken();
        EXPECT_NE(refused("3of8"), "");
    }
    // One that was left behind is no rival, and goes.
    std::ofstream(folder_ / "lock.1of2") << to_text([] {
        LockOwner gone = this_run("1of2");
        gone.process = gone_process();
        return gone;
    }());
    EXPECT_EQ(refused("2of8"), "");
    expect_only_lock_removed();
}

TEST_F(WorkFolderTest, ThatCannotBeUsedIsNamed) {
    std::ofstream(folder_ / "file") << "\n";
    for (const fs::path& place : {folder_ / "file", folder_ / "file" / "below"}) {
        try {
            const WorkFolder mine(place, Collective::serial());
            FAIL() << place;
        } catch (const IoError& error) {
            EXPECT_NE(std::string(error.what()).find(place.string() + ": the work folder cannot be "),
                      std::string::npos)
                << error.what();
        }
    }
    ::chmod(folder_.c_str(), 0555);
    EXPECT_EQ(in_child([&] {
                  constexpr uid_t nobody = 65534;
                  if (::geteuid() == 0 && ::setuid(nobody) != 0) return 1;
                  return complaint().find(folder_.string() + ": the work folder cannot be written to") == 0 ? 0 : 2;
              }),
              0);
    ::chmod(folder_.c_str(), 0755);
}

}  // namespace
}  // namespace polykarma
