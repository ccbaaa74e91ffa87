// A journal gives back what was appended to it, and nothing of what was not.
#include "io/journal.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "io/sample.hpp"

namespace polykarma {
namespace {

using Bytes = std::vector<std::byte>;

Bytes content(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 37 + size);
    return bytes;
}

const std::vector<Bytes> kRecords{content(3), content(0), content(100000), content(1)};

class JournalFile : public testing::Test {
protected:
    JournalFile() {
        Journal journal(file_);
        for (const Bytes& record : kRecords) journal.append(record);
        journal.flush();
    }
    [[nodiscard]] std::vector<Bytes> read() const {
        std::vector<Bytes> records;
        JournalReader reader(file_);
        while (auto record = reader.next()) records.push_back(std::move(*record));
        return records;
    }

    test::ScratchDirectory scratch_;
    const std::filesystem::path file_ = scratch_ / "a.journal";
};

TEST_F(JournalFile, GivesBackItsRecords) { EXPECT_EQ(read(), kRecords); }

TEST_F(JournalFile, CanBeReadFromAnyRecord) {
    JournalReader reader(file_);
    static_cast<void>(reader.next());
    const auto place = reader.place();
    static_cast<void>(reader.next());
    static_cast<void>(reader.next());
    reader.go_to(place);
    EXPECT_EQ(reader.next(), kRecords[1]);
    EXPECT_EQ(reader.next(), kRecords[2]);
}

TEST_F(JournalFile, EndsBeforeARecordThatIsNotWhole) {
    const auto size = std::filesystem::file_size(file_);
    std::vector<std::uintmax_t> ends;  // of the records
    JournalReader reader(file_);
    while (reader.next()) ends.push_back(reader.place());
    ASSERT_EQ(ends.back(), size);
    for (const std::uintmax_t cut : {size - 1, ends[2], ends[2] - 1, ends[1] + 16, ends[1] + 15, ends[1], ends[0] - 1,
                                     std::uintmax_t{5}, std::uintmax_t{0}}) {
        std::filesystem::resize_file(file_, cut);
        const auto whole = std::ranges::count_if(ends, [&](std::uintmax_t end) { return end <= cut; });
        EXPECT_EQ(read(), std::vector(kRecords.begin(), kRecords.begin() + whole)) << cut;
    }
}

TEST_F(JournalFile, EndsBeforeARecordThatIsNotAsItWasWritten) {
    const auto flip = [&](std::streamoff place) {
        std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(place);
        const char byte = static_cast<char>(file.get() ^ 1);
        file.seekp(place);
        file.put(byte);
    };
    flip(16 + 3 + 16 + 16 + 5000);  // within the third record
    EXPECT_EQ(read(), std::vector(kRecords.begin(), kRecords.begin() + 2));
    flip(7);  // the length of the first one, which is far beyond the file then
    EXPECT_EQ(read(), std::vector<Bytes>{});
}

TEST_F(JournalFile, IsNeverWrittenOver) {
    EXPECT_THROW(Journal again(file_), IoError);
    EXPECT_EQ(read(), kRecords);
}

TEST_F(JournalFile, CannotBeWhereThereIsNoFolder) {
    EXPECT_THROW(Journal(scratch_ / "absent" / "a.journal"), IoError);
    EXPECT_THROW(JournalReader(scratch_ / "absent.journal"), IoError);
}

}  // namespace
}  // namespace polykarma
