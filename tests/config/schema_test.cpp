#include "config/schema.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "config/choices.hpp"
#include "config/reader.hpp"
#include "config/source_folder.hpp"
#include "config/study.hpp"

namespace polykarma {
namespace {

std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

TEST(Schema, CommittedFilesAreCurrent) {
    const std::filesystem::path docs = test::source_folder / "docs";
    EXPECT_EQ(text_of(docs / "economy.schema.json"), economy_schema()) << "build the target schemas";
    EXPECT_EQ(text_of(docs / "study.schema.json"), study_schema()) << "build the target schemas";
}

TEST(Schema, EveryKeyIsExplained) {
    for (const auto& keys : {economy_keys(), study_keys()})
        for (const KeyHelp& key : keys) {
            EXPECT_FALSE(key.help.empty()) << key.key;
            EXPECT_FALSE(key.type.empty()) << key.key;
        }
}

TEST(Schema, KeyTable) {
    const std::string text = keys_text(economy_keys());
    EXPECT_NE(text.find("resource.*.capacity              number, 0 < capacity <= 1 [share of the population]\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("solver.tolerance.gain            number, default 0.0001, gain > 0 [payoff]\n"),
              std::string::npos);
    EXPECT_NE(text.find("solver.start                     even | zero | proportional | random, default \"even\"\n"),
              std::string::npos);
}

TEST(Inputs, AllCanBeRead) {
    int economies = 0;
    int studies = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(test::source_folder / "inputs")) {
        if (entry.path().extension() != ".toml") continue;
        const std::string text = text_of(entry.path());
        EXPECT_EQ(text.front(), '#') << entry.path() << " does not say which question it answers";
        if (text.find("\nbase = ") != std::string::npos) {
            ++studies;
            EXPECT_GT(read_study(entry.path()).size(), 0u);
        } else {
            ++economies;
            const EconomyConfig economy = read_economy(entry.path());
            EXPECT_TRUE(parse_economy(to_toml(economy), "resolved.toml") == economy);
        }
    }
    EXPECT_EQ(economies, 10);
    EXPECT_EQ(studies, 13);
}

TEST(Inputs, TableOneHasTheDesignsOfThePaper) {
    const std::filesystem::path folder = test::source_folder / "inputs/paper/multi_karma/table1";
    const StudyConfig study = read_study(folder / "study.toml");
    ASSERT_EQ(study.size(), 24u);
    const std::size_t starts = study.starts.size();
    // The published file lists the designs in the order of the study.
    std::ifstream published(folder / "published.csv");
    std::string line;
    while (std::getline(published, line) && (line.starts_with("#") || line.starts_with("redistribution,"))) {
    }
    for (std::size_t i = 0; i < study.size(); i += starts) {
        const StudyPoint point = study.point(i);
        EXPECT_TRUE(line.starts_with(point.labels[0] + "," + point.labels[1] + ",")) << line;
        const EconomyConfig economy = economy_of(study, point);
        EXPECT_EQ(name_of(economy.resources[0].redistribution), point.labels[0]);
        EXPECT_EQ(name_of(economy.resources[1].redistribution), point.labels[0]);
        const std::vector<double> worth[] = {{}, {1.0, 1.0}, {1.0, 1.5}, {1.0, 2.0 / 3.0}};
        EXPECT_EQ(economy.exchange.worth, worth[(i / starts) % 4]);
        std::getline(published, line);
    }
}

}  // namespace
}  // namespace polykarma
