// Economies of pairs: their keys, what several of them must satisfy, and what belongs to another game.
#include <gtest/gtest.h>

#include "config/economy_text.hpp"

namespace polykarma {
namespace {

constexpr std::string_view pairs = R"(title = "Pairs"
game = "pairwise"
[[urgency]]
name = "calm"
value = 0
[[urgency]]
name = "urgent"
value = 3
[contest]
payee = "peer"
k_mean = 6
k_max = 40
[[type]]
name = "A"
share = 1
discount = 0.8
[type.chain]
rows = { urgent = [0.5, 0.5], calm = [0.75, 0.25] }
)";

std::string changed(std::string_view passage, std::string_view replacement) {
    std::string text(pairs);
    return text.replace(text.find(passage), passage.size(), replacement);
}

TEST(PairwiseConfig, IsRead) {
    const EconomyConfig economy = test::parse(pairs);
    EXPECT_EQ(economy.game, GameFamily::pairwise);
    EXPECT_EQ(economy.contest.payee, Payee::peer);
    EXPECT_EQ(economy.contest.k_max, 40);
    EXPECT_EQ(economy.contest.tax.coefficient, 0.0);
    EXPECT_EQ(economy.types[0].discount, 0.8);
    // Rows are those of the urgencies they are named after.
    EXPECT_EQ(economy.types[0].chain.rows, (std::vector<std::vector<double>>{{0.75, 0.25}, {0.5, 0.5}}));
    EXPECT_TRUE(economy.types[0].chain.draw.empty());
    EXPECT_EQ(stage_names(economy), std::vector<std::string>{"contest"});
    EXPECT_EQ(largest_balances(economy), std::vector<int>{40});
    EXPECT_EQ(cycle_discount(economy), 0.8);
}

TEST(PairwiseConfig, NoDiscountIsAnotherCriterion) {
    EXPECT_FALSE(is_undiscounted(test::parse(pairs)));
    EXPECT_TRUE(is_undiscounted(test::parse(pairs, {"type.A.discount=1"})));
    EXPECT_FALSE(is_undiscounted(test::parse(pairs, {"type.A.discount=0"})));
}

TEST(PairwiseConfig, ResolvedIsTheSameEconomy) {
    for (const auto& text : {std::string(pairs), changed("rows = { urgent = [0.5, 0.5], calm = [0.75, 0.25] }",
                                                         "draw = { calm = 0.75, urgent = 0.25 }")}) {
        const EconomyConfig economy = test::parse(text, {"contest.tax.coefficient=0.005", "contest.tax.power=2"});
        EXPECT_TRUE(parse_economy(to_toml(economy), "resolved.toml") == economy);
        EXPECT_EQ(to_toml(economy).find("resource"), std::string::npos);
        EXPECT_EQ(to_toml(economy).find("exchange"), std::string::npos);
    }
}

struct Mistake {
    const char* name;
    const char* passage;
    const char* replacement;
    const char* message;
};

class PairwiseMistake : public testing::TestWithParam<Mistake> {};

TEST_P(PairwiseMistake, IsReportedWithPlaceKeyValueAndRange) {
    EXPECT_EQ(test::problem(changed(GetParam().passage, GetParam().replacement)), GetParam().message);
}

const Mistake mistakes[] = {
    {"UnknownGame", "\"pairwise\"", "\"pairs\"",
     "e.toml:2: game = \"pairs\" (unknown choice): one of multi_karma, pairwise"},
    {"KeyOfAnotherGame", "game = \"pairwise\"", "game = \"pairwise\"\nnominal_payoff = 2",
     "e.toml:3: nominal_payoff = 2 (has no effect here): allowed when game is \"multi_karma\""},
    {"ListOfAnotherGame", "[contest]", "[[resource]]\nname = \"H\"\n[contest]",
     "e.toml:9: resource = [{ name = \"H\" }] (has no effect here): allowed when game is \"multi_karma\""},
    {"TableOfAnotherGame", "[contest]", "[exchange]\nrule = \"none\"\n[contest]",
     "e.toml:9: exchange = { rule = \"none\" } (has no effect here): allowed when game is \"multi_karma\""},
    {"ChainOfAnotherGame", "rows = { urgent = [0.5, 0.5], calm = [0.75, 0.25] }",
     "draw = { calm = 1 }\nkept = false",
     "e.toml:19: type.A.chain.kept = false (has no effect here): allowed when transition is absent and game is "
     "\"multi_karma\""},
    {"NoPayee", "payee = \"peer\"\n", "", "e.toml:9: contest.payee (is missing): peer | society, one of peer, society"},
    {"NoDiscount", "discount = 0.8\n", "", "e.toml:13: type.A.discount (is missing): number, 0 <= discount <= 1"},
    {"DiscountAboveOne", "discount = 0.8", "discount = 1.01",
     "e.toml:16: type.A.discount = 1.01 (out of range): 0 <= discount <= 1"},
    {"TwoCriteria", "share = 1\ndiscount = 0.8",
     "share = 0.5\ndiscount = 1\nchain = { draw = { calm = 1 } }\n[[type]]\nname = \"B\"\nshare = 0.5\ndiscount = 0.8",
     "e.toml:16: type.A.discount = 1 (the average criterion, but type B has 0.8): below 1 for every type, or 1 for "
     "every type"},
    {"NegativeTax", "k_max = 40", "k_max = 40\ntax = { coefficient = -0.1 }",
     "e.toml:13: contest.tax.coefficient = -0.1 (out of range): 0 <= coefficient < 1"},
    {"TaxOnEverything", "k_max = 40", "k_max = 40\ntax = { coefficient = 1 }",
     "e.toml:13: contest.tax.coefficient = 1 (out of range): 0 <= coefficient < 1"},
    {"TaxOnAllThatIsUsual", "k_max = 40", "k_max = 40\ntax = { coefficient = 0.2, power = 2 }",
     "e.toml:13: contest.tax.coefficient = 0.2 (takes all of the mean karma, k_mean = 6): 0 <= coefficient < k_mean^(1 - power) = "
     "0.1667"},
    {"NoKarma", "k_mean = 6", "k_mean = 0", "e.toml:11: contest.k_mean = 0 (out of range): 0 < k_mean <= 10000"},
    {"MeanAboveMax", "k_mean = 6", "k_mean = 41",
     "e.toml:11: contest.k_mean = 41 (above k_max = 40): 0 < k_mean <= k_max"},
    {"MaxAboveLargest", "k_max = 40", "k_max = 40\nlargest_k_max = 30",
     "e.toml:12: contest.k_max = 40 (above largest_k_max = 30): k_max <= largest_k_max"},
    {"RowMissing", "urgent = [0.5, 0.5], ", "",
     "e.toml:18: type.A.chain.rows.urgent (is missing): table by urgency: array of number, 0 <= each number <= 1"},
    {"RowTooShort", "urgent = [0.5, 0.5]", "urgent = [1]",
     "e.toml:18: type.A.chain.rows.urgent = [1] (1 given): 2, one per urgency"},
    {"RowSum", "urgent = [0.5, 0.5]", "urgent = [0.5, 0.4]",
     "e.toml:18: type.A.chain.rows.urgent = [0.5, 0.4] (sums to 0.9, misses 1 by 0.1): each row sums to 1"},
    {"NoChain", "rows = { urgent = [0.5, 0.5], calm = [0.75, 0.25] }\n", "",
     "e.toml:17: type.A.chain.draw (is missing): table by urgency: number, 0 <= each number <= 1"},
};

INSTANTIATE_TEST_SUITE_P(All, PairwiseMistake, testing::ValuesIn(mistakes),
                         [](const auto& mistake) { return mistake.param.name; });

TEST(PairwiseConfig, ItsKeysHaveNoEffectElsewhere) {
    EXPECT_EQ(test::problem(test::with("[exchange]", "[contest]\nk_max = 3\n[exchange]")),
              "e.toml:21: contest = { k_max = 3 } (has no effect here): allowed when game is \"pairwise\"");
    EXPECT_EQ(test::problem(test::with("share = 0.25", "share = 0.25\ndiscount = 0.9")),
              "e.toml:27: type.S.discount = 0.9 (has no effect here): allowed when game is \"pairwise\"");
}

}  // namespace
}  // namespace polykarma
