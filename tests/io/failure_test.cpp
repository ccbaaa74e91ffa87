// Files that cannot be written leave nothing behind; files that cannot be used say what is wrong with them.
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "io/replaced_file.hpp"
#include "io/sample.hpp"
#include "io/stored_equilibrium.hpp"

namespace polykarma {
namespace {

namespace fs = std::filesystem;
using test::sample_record;
using test::ScratchDirectory;

std::string message_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const IoError& error) {
        return error.what();
    }
    ADD_FAILURE() << "no IoError";
    return {};
}

void write_text(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

std::string read_text(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Exit code of a function run in a process of its own, which also ends like a program does; -1 for a signal.
int exit_code_of(const std::function<int()>& act) {
    const pid_t child = ::fork();
    if (child == 0) std::exit(act());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class Writing : public testing::Test {
protected:
    void write(const fs::path& file) { write_equilibrium(file, record_, {"polykarma solve", 1}); }

    ScratchDirectory scratch_;
    EquilibriumRecord record_ = sample_record({6, 5});
};

TEST_F(Writing, AMissingDirectoryIsNamed) {
    EXPECT_EQ(message_of([&] { write(scratch_ / "absent/a.h5"); }),
              (scratch_ / "absent/a.h5").string() + ": cannot be created (No such file or directory)");
}

TEST_F(Writing, ADirectoryIsNotReplaced) {
    fs::create_directory(scratch_ / "a.h5");
    EXPECT_EQ(message_of([&] { write(scratch_ / "a.h5"); }),
              (scratch_ / "a.h5").string() + ": cannot be replaced (Is a directory)");
    EXPECT_EQ(scratch_.names(), std::vector<std::string>{"a.h5"});
}

TEST_F(Writing, ADeviceIsNotReplaced) {
    ASSERT_EQ(::mkfifo((scratch_ / "pipe").c_str(), 0600), 0);
    EXPECT_NE(message_of([&] { write(scratch_ / "pipe"); }).find("not a regular file"), std::string::npos);
    EXPECT_NE(message_of([&] { write("/dev/null"); }).find("not a regular file"), std::string::npos);
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(Writing, AFileIsNoDirectory) {
    write_text(scratch_ / "file", "");
    EXPECT_NE(message_of([&] { write(scratch_ / "file/a.h5"); }).find("Not a directory"), std::string::npos);
}

TEST_F(Writing, AnUnwritableDirectoryIsAnError) {
    fs::permissions(scratch_.path(), fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read |
                                         fs::perms::others_exec);
    constexpr uid_t nobody = 65534;
    const int code = exit_code_of([&] {
        if (::geteuid() == 0 && ::setuid(nobody) != 0) return 3;  // the superuser may write anywhere
        return message_of([&] { write(scratch_ / "a.h5"); }).find("(Permission denied)") == std::string::npos ? 1 : 0;
    });
    fs::permissions(scratch_.path(), fs::perms::owner_all);
    EXPECT_EQ(code, 0);
    EXPECT_TRUE(scratch_.names().empty());
}

// A full disk fails the same call with another reason.
TEST_F(Writing, AFullDiskLeavesNothingBehindAndTheOldFileAsItWas) {
    write_text(scratch_ / "a.h5", "old");
    const int code = exit_code_of([&] {
        rlimit limit{8192, 8192};  // bytes; less than the file, so that part of it is written first
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 3;
        const std::string expected = (scratch_ / "a.h5").string() + ": cannot be written (File too large)";
        for (int attempt = 0; attempt < 2; ++attempt)
            if (message_of([&] { write(scratch_ / "a.h5"); }) != expected) return 1;
        if (message_of([&] { test::write_sample_study(scratch_ / "a.h5", record_); }) != expected) return 2;
        return 0;
    });
    EXPECT_EQ(code, 0);
    EXPECT_EQ(scratch_.names(), std::vector<std::string>{"a.h5"});
    EXPECT_EQ(read_text(scratch_ / "a.h5"), "old");
}

TEST_F(Writing, ReplacesAFileThroughALink) {
    write_text(scratch_ / "real.h5", "old");
    fs::create_symlink(scratch_ / "real.h5", scratch_ / "link.h5");
    write(scratch_ / "link.h5");
    EXPECT_TRUE(fs::is_symlink(scratch_ / "link.h5"));
    EXPECT_EQ(read_title(scratch_ / "real.h5"), "Sample");
}

TEST_F(Writing, RemovesWhatAKilledProcessLeft) {
    const pid_t gone = ::fork();
    if (gone == 0) ::_exit(0);
    ::waitpid(gone, nullptr, 0);
    const auto partial = [&](const std::string& target, pid_t process, std::chrono::minutes age) {
        const fs::path file = scratch_ / (target + ".partial-" + std::to_string(process));
        write_text(file, "half");
        fs::last_write_time(file, fs::file_time_type::clock::now() - age);
        return file.filename().string();
    };
    using namespace std::chrono_literals;
    const auto abandoned = partial("a.h5", gone, 2h);
    const auto recent = partial("b.h5", gone, 2min);  // perhaps of another machine
    const auto alive = partial("c.h5", ::getppid(), 2h);
    write_text(scratch_ / "a.h5.partial-notes", "kept");
    for (const std::string name : {"a.h5", "b.h5", "c.h5"}) write(scratch_ / name);
    std::vector<std::string> expected{"a.h5", "a.h5.partial-notes", "b.h5", recent, "c.h5", alive};
    EXPECT_EQ(scratch_.names(), expected);
}

TEST_F(Writing, LeavesOtherUsersOfHdf5TheirErrorMessages) {
    testing::internal::CaptureStderr();
    EXPECT_THROW(static_cast<void>(read_title(scratch_ / "absent.h5")), IoError);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

class Reading : public Writing {};

TEST_F(Reading, SaysWhatIsWrongWithAFile) {
    const auto refusal = [&](const std::string& name) {
        return message_of([&] { static_cast<void>(list_equilibria(scratch_ / name)); });
    };
    const auto has = [](const std::string& text, const std::string& part) {
        EXPECT_NE(text.find(part), std::string::npos) << text;
    };
    has(refusal("absent.h5"), "absent.h5: cannot be opened (No such file or directory)");
    fs::create_directory(scratch_ / "directory");
    has(refusal("directory"), "not a regular file");
    write_text(scratch_ / "empty.h5", "");
    has(refusal("empty.h5"), "is not a readable HDF5 file");
    write_text(scratch_ / "text.h5", "title = \"an economy\"\n");
    has(refusal("text.h5"), "is not a readable HDF5 file (file signature not found)");
    write(scratch_ / "whole.h5");
    write_text(scratch_ / "half.h5", read_text(scratch_ / "whole.h5").substr(0, 9000));
    has(refusal("half.h5"), "truncated file");
}

TEST_F(Reading, AStudyIsNotAnEquilibrium) {
    test::write_sample_study(scratch_ / "study.h5", record_);
    const auto read = [&](const std::string& group) {
        return message_of([&] { static_cast<void>(read_certificate(scratch_ / "study.h5", group)); });
    };
    EXPECT_NE(read("/").find("is a study"), std::string::npos);
    EXPECT_NE(read("/points/0007").find("has no group /points/0007"), std::string::npos);
    EXPECT_NE(read("/points/0001").find("the economy is too large"), std::string::npos);
    EXPECT_NE(read("/results").find("not a group"), std::string::npos);
}

TEST_F(Reading, AnotherEconomyIsNoticed) {
    write(scratch_ / "a.h5");
    const auto other = sample_record({5, 6});
    EXPECT_EQ(message_of([&] { static_cast<void>(read_social_state(scratch_ / "a.h5", "/", other.mass.part())); }),
              (scratch_ / "a.h5").string() +
                  ": /d cannot be used (shape [2, 2, 3, 7, 6] instead of [2, 2, 3, 6, 7])");
}

}  // namespace
}  // namespace polykarma
