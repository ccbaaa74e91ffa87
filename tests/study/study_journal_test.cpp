// What is kept of the points of a study, in memory and in a folder.
#include "study/study_journal.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "io/sample.hpp"
#include "support/ranks.hpp"

namespace polykarma {
namespace {

namespace fs = std::filesystem;

PointRecord record_of(std::size_t point, bool full = false) {
    PointRecord record{.point = point, .identity = 1000 + point};
    record.seconds = 0.25 * static_cast<double>(point);
    record.summary.types = {"A", "B"};
    record.summary.bid_share = {{0.5, 0.5}, {}, {1.0 / 3.0}};
    record.summary.welfare.payoffs = {{1.5, std::nan("")}, {-0.0, 2.0}};
    if (point % 2 == 1) record.summary.stability = Stability{0.5, 0.25, 1e-9, 17, 0.1, 1.0, 1000.0};
    if (point % 3 == 1) record.warm_from = point - 1;
    if (full) record.image = std::vector(100 + point, std::byte{7});
    return record;
}

std::vector<std::byte> bytes_of_record(const PointRecord& record) {
    const MessageWriter message = packed(record);
    return {message.bytes().begin(), message.bytes().end()};
}

const StudyIdentity kStudy{"1.0 (commit abc)", "warm starts no", 77};

class StudyJournals : public testing::Test {
protected:
    [[nodiscard]] JournalFolder folder(bool resume = false, Shard shard = {}) const { return {scratch_.path(), shard, resume}; }

    /// A journal of ten points, of which the full equilibria of the first `full` are wanted.
    [[nodiscard]] static StudyJournal open(const std::optional<JournalFolder>& folder,
                                           const Collective& ranks = Collective::serial(), std::size_t full = 0,
                                           const StudyIdentity& study = kStudy, std::uint64_t changed = 0) {
        return StudyJournal(
            folder, study, 10, [=](std::size_t point) { return 1000 + point + (point == 4 ? changed : 0); },
            [=](std::size_t point) { return point < full; }, ranks);
    }
    /// An earlier run, which computed these.
    void keep(const std::vector<std::size_t>& points, Shard shard = {}, bool full = false) const {
        StudyJournal journal = open(folder(true, shard));
        for (const std::size_t point : points) journal.append(record_of(point, full));
        journal.flush();
    }
    static std::vector<std::size_t> collected(StudyJournal& journal) {
        std::vector<std::size_t> points;
        journal.collect([&](PointRecord&& record) {
            EXPECT_EQ(bytes_of_record(record), bytes_of_record(record_of(record.point, !record.image.empty())));
            points.push_back(record.point);
        });
        return points;
    }
    std::string refusal(const JournalFolder& where, const StudyIdentity& study = kStudy, std::uint64_t changed = 0) {
        try {
            static_cast<void>(open(where, Collective::serial(), 0, study, changed));
        } catch (const InputError& error) {
            return error.what();
        }
        return {};
    }

    test::ScratchDirectory scratch_;
};

using Points = std::vector<std::size_t>;

TEST_F(StudyJournals, AreCollectedInTheOrderOfThePoints) {
    for (const bool on_disk : {false, true})
        for (const int size : test::kRankCounts) {
            const auto where = on_disk ? std::optional(folder(true, {static_cast<std::size_t>(size - 1), 5})) : std::nullopt;
            Points points;
            test::on_ranks(size, [&](const Collective& ranks) {
                StudyJournal journal = open(where, ranks);
                for (std::size_t point = 10; point-- > 0;)
                    if (static_cast<int>(point * point) % size == ranks.rank()) journal.append(record_of(point, point == 3));
                journal.flush();
                ranks.barrier();
                const Points here = collected(journal);
                if (ranks.is_root()) points = here;
            });
            EXPECT_EQ(points, (Points{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})) << size;
        }
}

TEST_F(StudyJournals, TellWhatAnEarlierRunHasComputed) {
    keep({3, 5});
    keep({7});
    test::on_ranks(3, [&](const Collective& ranks) {
        const StudyJournal journal = open(folder(true), ranks);
        for (std::size_t point = 0; point < 10; ++point)
            EXPECT_EQ(journal.has(point), point == 3 || point == 5 || point == 7);
    });
    StudyJournal journal = open(folder(true));
    journal.append(record_of(1));
    EXPECT_EQ(collected(journal), (Points{1, 3, 5, 7}));
    EXPECT_EQ(collected(journal), (Points{1, 3, 5, 7}));
}

TEST_F(StudyJournals, APointIsComputedAgainForItsFullEquilibrium) {
    keep({0, 1, 5});
    keep({1}, {}, true);
    StudyJournal journal = open(folder(true), Collective::serial(), 2);
    EXPECT_FALSE(journal.has(0));
    EXPECT_TRUE(journal.has(1));
    EXPECT_TRUE(journal.has(5));
    std::size_t full = 0;
    journal.collect([&](PointRecord&& record) { full += record.image.empty() ? 0 : 1; });
    EXPECT_EQ(full, 1u);
}

TEST_F(StudyJournals, ALostTailIsComputedAgain) {
    keep({2, 3, 4});
    const fs::path file = *fs::directory_iterator(scratch_.path());
    fs::resize_file(file, fs::file_size(file) - 1);
    const StudyJournal journal = open(folder(true));
    EXPECT_TRUE(journal.has(3));
    EXPECT_FALSE(journal.has(4));
    fs::resize_file(file, 5);  // killed before anything was whole
    EXPECT_FALSE(open(folder(true)).has(2));
}

TEST_F(StudyJournals, AreNotMixedUnasked) {
    keep({1});
    EXPECT_NE(refusal(folder()).find("holds what an earlier run has computed: 1of1-run001-rank0000.journal): --resume"),
              std::string::npos);
    EXPECT_NE(refusal(folder(false, {0, 2})).find("1of1-run001-rank0000.journal"), std::string::npos);
    EXPECT_EQ(refusal(folder(true)), "");
}

TEST_F(StudyJournals, ShardsShareAFolder) {
    keep({0, 2}, {0, 2});
    EXPECT_EQ(refusal(folder(false, {1, 2})), "");
    EXPECT_NE(refusal(folder(false, {0, 2})), "");
    keep({1}, {1, 2});
    StudyJournal all = open(folder(true));
    EXPECT_EQ(collected(all), (Points{0, 1, 2}));
}

TEST_F(StudyJournals, OfAnotherStudyNameThePointsThatChanged) {
    keep({1, 4, 7});
    EXPECT_EQ(refusal(folder(true), {kStudy.program, kStudy.manner, 78}), "");  // edited, and the points are what they were
    EXPECT_EQ(refusal(folder(true), {kStudy.program, kStudy.manner, 78}, 1),
              "--work-dir = " + scratch_.path().string() +
                  " (1 of its points are other economies in this study: 4): the study as it was, or another folder");
}

TEST_F(StudyJournals, OfAnotherProgramAreRefused) {
    keep({1});
    EXPECT_NE(refusal(folder(true), {"2.0 (commit abc)", kStudy.manner, 77})
                  .find("was written by polykarma 1.0 (commit abc), this is 2.0 (commit abc)"),
              std::string::npos);
}

TEST_F(StudyJournals, OfOtherOptionsAreRefused) {
    keep({1});
    EXPECT_NE(refusal(folder(true), {kStudy.program, "warm starts yes", 77})
                  .find("was written with warm starts no, this run has warm starts yes"),
              std::string::npos);
}

TEST_F(StudyJournals, WithMorePointsThanTheStudyNameThem) {
    keep({1, 9, 10, 12});
    EXPECT_NE(refusal(folder(true)).find("2 of its points are not in this study, which has 10: 10, 12"),
              std::string::npos)
        << refusal(folder(true));
}

TEST_F(StudyJournals, OnlyOneRankLooksAndAllAreTold) {
    keep({4});
    std::atomic<int> refused{0};
    test::on_ranks(3, [&](const Collective& ranks) {
        try {
            static_cast<void>(open(folder(), ranks));
        } catch (const InputError&) {
            ++refused;
        }
    });
    EXPECT_EQ(refused, 3);
}

TEST_F(StudyJournals, AFolderThatIsNotThereCannotBeRead) {
    EXPECT_THROW(static_cast<void>(open(JournalFolder{scratch_ / "absent", {}, true})), IoError);
}

}  // namespace
}  // namespace polykarma
