#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "config/economy_text.hpp"
#include "config/suggestion.hpp"

namespace polykarma {
namespace {

using test::problem;
using test::small_economy;
using test::with;

struct Mistake {
    const char* name;
    const char* passage;
    const char* replacement;
    const char* message;
};

class BadKey : public testing::TestWithParam<Mistake> {};

TEST_P(BadKey, IsReportedWithPlaceKeyValueAndRange) {
    const Mistake& mistake = GetParam();
    EXPECT_EQ(problem(with(mistake.passage, mistake.replacement)), mistake.message);
}

constexpr const char* chain_of_c = "draw = { high = 1 }\nneed = { H = 0.5 }";

const Mistake mistakes[] = {
    // Keys
    {"Misspelt", "k_max", "kmax", "e.toml:12: resource.H.kmax (unknown key): did you mean k_max?"},
    {"Unknown", "k_max", "colour",
     "e.toml:12: resource.H.colour (unknown key): one of name, capacity, priority_capacity, k_max, k_mean, discount, "
     "redistribution"},
    {"UnknownQuoted", "k_max", "\"k max\\n\"", "e.toml:12: resource.H.\"k max\\n\" (unknown key): did you mean k_max?"},
    {"UnknownAtRoot", "title", "titel", "e.toml:1: titel (unknown key): did you mean title?"},
    {"Missing", "capacity = 0.5\n", "", "e.toml:8: resource.H.capacity (is missing): number, 0 < capacity <= 1"},
    {"MissingTitle", "title = \"Small\"", "", "e.toml: title (is missing): string"},
    {"MissingDraw", "draw = { high = 1 }", "",
     "e.toml:32: type.C.chain.draw (is missing): table by urgency: number, "
     "0 <= each number <= 1"},
    {"MissingWorth", "worth = [1, \"3/2\"]", "",
     "e.toml:21: exchange.worth (is missing): array of number or \"p/q\", "
     "1e-06 <= each number <= 1000000"},
    // Types
    {"TextForNumber", "capacity = 0.5", "capacity = \"half\"",
     "e.toml:10: resource.H.capacity = \"half\" (expected a number, found a string): 0 < capacity <= 1"},
    {"NumberForInteger", "k_max = 24", "k_max = 24.5",
     "e.toml:12: resource.H.k_max = 24.5 (expected an integer, found a number): 1 <= k_max <= 10000"},
    {"NumberForText", "\"Small\"", "3", "e.toml:1: title = 3 (expected a string, found an integer)"},
    {"TextForBoolean", chain_of_c, "draw = { high = 1 }\nkept = \"yes\"",
     "e.toml:34: type.C.chain.kept = \"yes\" (expected true or false, found a string)"},
    {"TableForArray", "worth = [1, \"3/2\"]", "worth = { H = 1 }",
     "e.toml:23: exchange.worth = { H = 1 } (expected an array, found a table): 1e-06 <= each number <= 1000000"},
    {"ValueForTable", "[exchange]\nrule = \"worth\"\nworth = [1, \"3/2\"]", "[solver]\ntolerance = 1",
     "e.toml:22: solver.tolerance = 1 (expected a table, found an integer)"},
    {"TableForList", "[[urgency]]\nname = \"none\"\nvalue = 0\n[[urgency]]", "[urgency]",
     "e.toml:2: urgency = { name = \"high\", value = 9 } (expected a list of tables, found a table): [[urgency]]"},
    {"Date", "k_max = 24", "k_max = 2020-02-02", "e.toml:12: TOML (dates and times have no use here)"},
    {"NotAName", "name = \"H\"", "name = \"H.1\"",
     "e.toml:9: resource.0.name = \"H.1\" (not a name): a letter, then up to 63 letters, digits, _ or -"},
    {"UnknownChoice", "k_mean = 8", "k_mean = 8\nredistribution = \"nobody\"",
     "e.toml:14: resource.H.redistribution = \"nobody\" (unknown choice): one of active, all, non_winners"},
    {"NotARatio", "\"3/2\"", "\"3/0\"",
     "e.toml:23: exchange.worth.1 = \"3/0\" (not a ratio): a number or a string like \"3/2\""},
    // Ranges
    {"OutOfRange", "capacity = 0.5", "capacity = 1.5",
     "e.toml:10: resource.H.capacity = 1.5 (out of range): 0 < capacity <= 1"},
    {"TinyShare", "share = 0.75", "share = 1e-12",
     "e.toml:31: type.C.share = 1e-12 (out of range): 1e-09 <= share <= 1"},
    {"NaN", "value = 9", "value = nan",
     "e.toml:7: urgency.high.value = nan (not a finite number): 0 <= value <= 1000000000"},
    {"Infinite", "discount = 0.98", "discount = -inf",
     "e.toml:20: resource.P.discount = -inf (not a finite number): 0 <= discount <= 1"},
    {"HugeInteger", "k_max = 24", "k_max = 9000000000000000000",
     "e.toml:12: resource.H.k_max = 9000000000000000000 (out of range): 1 <= k_max <= 10000"},
    {"NegativeUrgency", "value = 9", "value = -1",
     "e.toml:7: urgency.high.value = -1 (out of range): 0 <= value <= 1000000000"},
    {"NegativeWorth", "\"3/2\"", "-1",
     "e.toml:23: exchange.worth.1 = -1 (out of range): 1e-06 <= each number <= 1000000"},
    // Keys together
    {"PriorityAboveCapacity", "priority_capacity = 0.1875", "priority_capacity = 0.5",
     "e.toml:11: resource.H.priority_capacity = 0.5 (not below capacity = 0.5): 0 <= priority_capacity < capacity"},
    {"MeanAboveMaximum", "k_mean = 8", "k_mean = 24.5",
     "e.toml:13: resource.H.k_mean = 24.5 (above k_max = 24): 0 <= k_mean <= k_max"},
    {"NoDiscounting", "discount = 0.98", "discount = 1",
     "e.toml:20: resource.P.discount = 1 (the product over all resources is 1): a product below 1"},
    {"WorthForOneOnly", "worth = [1, \"3/2\"]", "worth = [1]",
     "e.toml:23: exchange.worth = [1] (1 given): one per resource, 2 in all"},
    {"WorthWithoutRule", "rule = \"worth\"", "rule = \"none\"",
     "e.toml:23: exchange.worth = [1, \"3/2\"] (has no effect here): allowed when rule is \"worth\""},
    {"RatesOfWrongSize", "rule = \"worth\"\nworth = [1, \"3/2\"]", "rule = \"rates\"\nrates = [[1, 2]]",
     "e.toml:23: exchange.rates (1 rows given): 2 x 2, one row and column per resource"},
    {"RatesWithoutDiagonal", "rule = \"worth\"\nworth = [1, \"3/2\"]", "rule = \"rates\"\nrates = [[1, 2],\n [0.5, 2]]",
     "e.toml:24: exchange.rates.1 = [0.5, 2] (diagonal entry is 2): a diagonal of 1"},
    {"SharesMissOne", "share = 0.75", "share = 0.7",
     "e.toml:31: type.C.share = 0.7 (the shares sum to 0.95, miss 1 by 0.05): shares sum to 1"},
    {"DrawMissesOne", "none = 0.75", "none = 0.73",
     "e.toml:28: type.S.chain.draw = [0.73, 0.25] (sums to 0.98, misses 1 by 0.02): probabilities sum to 1"},
    {"DrawOfUnknownUrgency", "none = 0.75", "non = 0.75",
     "e.toml:28: type.S.chain.draw.non (no urgency has this name): did you mean none?"},
    {"RowMissesOne", chain_of_c, "transition.H = [[1, 0],\n[0.5, 0.6]]\ntransition.P = [[1, 0], [0, 1]]",
     "e.toml:34: type.C.chain.transition.H.1 = [0.5, 0.6] (sums to 1.1, misses 1 by 0.1): each row sums to 1"},
    {"TransitionOfOneResourceOnly", chain_of_c, "transition.H = [[1, 0], [0, 1]]",
     "e.toml:33: type.C.chain.transition.P (is missing): table by resource: array of array of number, 0 <= each number "
     "<= 1"},
    {"TransitionOfWrongSize", chain_of_c, "transition = { H = [[1, 0], [0, 1]], P = [[1, 0], [1]] }",
     "e.toml:33: type.C.chain.transition.P.1 = [1] (1 given): 2 x 2, one row and column per urgency"},
    {"DrawBesideTransition", chain_of_c,
     "draw = { high = 1 }\ntransition = { H = [[1, 0], [0, 1]], P = [[1, 0], [0, 1]] }",
     "e.toml:33: type.C.chain.draw = { high = 1 } (has no effect here): allowed when transition and rows are absent"},
    {"NoCalmUrgency", "value = 0", "value = 1",
     "e.toml:34: type.C.chain.need.H = 0.5 (no urgency has the value 0, the state of not needing the resource): 1, or "
     "such an urgency"},
    {"NamesTwice", "name = \"P\"", "name = \"H\"",
     "e.toml:14: resource.H.name = \"H\" (another resource has this name): names are unique"},
    {"TooFastResponse", "[exchange]", "[solver]\nstep = 0.5\nresponse_rate = 3\n[exchange]",
     "e.toml:23: solver.response_rate = 3 (times step = 0.5 is 1.5): response_rate * step <= 1"},
    // Syntax
    {"KeyTwice", "k_max = 24\n", "k_max = 24\nk_max = 24\n",
     "e.toml:13: TOML (Error while parsing key-value pair: cannot redefine existing integer 'k_max')"},
};

INSTANTIATE_TEST_SUITE_P(Reader, BadKey, testing::ValuesIn(mistakes),
                         [](const auto& param_info) { return std::string(param_info.param.name); });

TEST(BadFile, EmptyAndBinary) {
    EXPECT_EQ(problem(""), "e.toml: TOML (the file is empty)");
    EXPECT_EQ(problem(" \n\t\r\n"), "e.toml: TOML (the file is empty)");
    EXPECT_EQ(problem("# nothing but a comment\n"), "e.toml: title (is missing): string");
    EXPECT_EQ(problem(std::string_view("\x7f"
                                       "ELF\0\1\2\3",
                                       8)),
              "e.toml: TOML (the file is binary): a text file");
    EXPECT_NE(problem("\xff\xfe\xfd").find("e.toml:1: TOML ("), std::string::npos);
    EXPECT_NE(problem("title = \n").find("e.toml:1: TOML ("), std::string::npos);
    EXPECT_NE(problem("title = \"a\nb\"").find("e.toml:1: TOML ("), std::string::npos);
}

TEST(BadFile, TooLargeOrTooDeep) {
    EXPECT_EQ(problem(std::string((1 << 20) + 1, '#')), "e.toml: TOML (the file is too large): at most 1 MiB");
    std::string key = "a";
    for (int i = 0; i < 250000; ++i) key += ".a";
    EXPECT_EQ(problem("\n" + key + " = 1"), "e.toml:2: TOML (a key of too many parts): at most 32 levels");
    EXPECT_EQ(problem("[" + key + "]"), "e.toml:1: TOML (a key of too many parts): at most 32 levels");
    EXPECT_EQ(problem("a = " + std::string(500000, '[')),
              "e.toml:1: TOML (brackets nested too deeply): at most 32 levels");
    std::string tables = "a = ";
    for (int i = 0; i < 100000; ++i) tables += "{a=";
    EXPECT_EQ(problem(tables), "e.toml:1: TOML (brackets nested too deeply): at most 32 levels");
}

TEST(BadFile, DotsAndBracketsInTextAndCommentsAreFree) {
    const std::string dots(200, '.');
    const std::string brackets(200, '[');
    const std::string text = with("title = \"Small\"", "# " + dots + brackets + "\ntitle = \"\\\"" + dots + brackets +
                                                           "\"\ndescription = '''\n" + dots + brackets + "''''");
    EXPECT_EQ(problem(text), "");
}

TEST(BadFile, TooManyElements) {
    std::string text(small_economy);
    for (int i = 0; i < 63; ++i) text += "[[urgency]]\nname = \"u" + std::to_string(i) + "\"\nvalue = 1\n";
    EXPECT_EQ(problem(text), "e.toml:2: urgency (has 65 elements): 1 to 64 tables [[urgency]]");
    EXPECT_EQ(problem("title = \"x\""), "e.toml: urgency (is missing): 1 to 64 tables [[urgency]]");
    EXPECT_EQ(problem(small_economy, {"urgency=[]"}),
              "--set urgency=[]: urgency (has 0 elements): 1 to 64 tables [[urgency]]");
}

TEST(BadFile, CannotBeRead) {
    const auto folder = std::filesystem::path(testing::TempDir());
    const auto message = [](const std::filesystem::path& file) -> std::string {
        try {
            static_cast<void>(read_economy(file));
        } catch (const IoError& error) {
            return error.what();
        }
        return {};
    };
    const auto absent = folder / "polykarma_no_such_file.toml";
    EXPECT_EQ(message(absent), absent.string() + ": cannot be read (No such file or directory)");
    EXPECT_EQ(message(folder), folder.string() + ": cannot be read (is a directory)");
}

TEST(BadFile, LargeFilesAreNotLoaded) {
    const auto file = std::filesystem::path(testing::TempDir()) / "polykarma_large.toml";
    std::ofstream(file) << "#";
    std::filesystem::resize_file(file, std::uintmax_t{1} << 34);  // sparse
    EXPECT_THROW(static_cast<void>(read_economy(file)), InputError);
    std::filesystem::remove(file);
}

TEST(Suggestion, CountsEdits) {
    EXPECT_EQ(edit_distance("", ""), 0u);
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
    EXPECT_EQ(edit_distance("titel", "title"), 1u);
    EXPECT_EQ(edit_distance("k_max", "k_mean"), 2u);
}

}  // namespace
}  // namespace polykarma
