#include "config/reader.hpp"

#include <random>

#include <gtest/gtest.h>

#include "config/consistency.hpp"
#include "config/economy_text.hpp"

namespace polykarma {
namespace {

using test::parse;
using test::small_economy;
using test::with;

TEST(Reader, ReadsWhatIsWritten) {
    const EconomyConfig c = parse(small_economy);
    EXPECT_EQ(c.title, "Small");
    ASSERT_EQ(c.urgencies.size(), 2u);
    EXPECT_EQ(c.urgencies[1].name, "high");
    EXPECT_EQ(c.urgencies[1].value, 9.0);
    ASSERT_EQ(c.resources.size(), 2u);
    EXPECT_EQ(c.resources[0].priority_capacity, 0.1875);
    EXPECT_EQ(c.resources[1].k_max, 24);
    EXPECT_EQ(c.resources[1].discount, 0.98);
    EXPECT_EQ(c.exchange.rule, ExchangeRule::worth);
    EXPECT_EQ(c.exchange.worth, (std::vector<double>{1.0, 1.5}));
    ASSERT_EQ(c.types.size(), 2u);
    EXPECT_EQ(c.types[0].chain.draw, (std::vector<double>{0.75, 0.25}));
    EXPECT_EQ(c.types[1].chain.draw, (std::vector<double>{0.0, 1.0}));
    EXPECT_EQ(c.types[1].chain.need, (std::vector<double>{0.5, 1.0}));
}

TEST(Reader, FillsInDefaults) {
    const EconomyConfig c = parse(small_economy);
    EXPECT_EQ(c.description, "");
    EXPECT_EQ(c.nominal_payoff, 2.0);
    EXPECT_EQ(c.tie_smoothing, 1e-4);
    EXPECT_EQ(c.resources[0].discount, 1.0);
    EXPECT_EQ(c.resources[0].redistribution, Redistribution::all);
    EXPECT_EQ(c.types[0].chain.need, (std::vector<double>{1.0, 1.0}));
    EXPECT_TRUE(c.types[0].chain.kept);
    EXPECT_TRUE(c.types[0].chain.transition.empty());
    EXPECT_EQ(c.solver.lambda, 1000.0);
    EXPECT_EQ(c.solver.step, 0.2);
    EXPECT_EQ(c.solver.response_rate, 0.5);
    EXPECT_EQ(c.solver.max_iterations, 100000);
    EXPECT_EQ(c.solver.stationarity, 1e-6);
    EXPECT_EQ(c.solver.gain, 1e-4);
    EXPECT_EQ(c.solver.exploitability, 1e-2);
    EXPECT_EQ(c.solver.start, PolicyStart::even);
    EXPECT_EQ(c.solver.karma_start, KarmaStart::at_mean);
    EXPECT_EQ(c.solver.seed, 0);
    EXPECT_EQ(c.solver.memory_limit, 4096.0);
    EXPECT_EQ(parse(with("rule = \"worth\"\nworth = [1, \"3/2\"]", "")).exchange.rule, ExchangeRule::none);
}

constexpr std::string_view chain_of_c = "draw = { high = 1 }\nneed = { H = 0.5 }";

TEST(Reader, ReadsWholeChainsAndRates) {
    const std::string text = with(chain_of_c, R"(transition = { P = [[0.2, 0.8], [1, 0]], H = [[0.5, 0.5], [0, 1]] })");
    const ChainConfig chain =
        parse(text, {R"(exchange={rule="rates", rates=[[1, "3/2"], ["2/3", 1]]})"}).types[1].chain;
    EXPECT_TRUE(chain.draw.empty());
    EXPECT_TRUE(chain.need.empty());
    EXPECT_EQ(chain.transition,
              (std::vector<std::vector<std::vector<double>>>{{{0.5, 0.5}, {0.0, 1.0}}, {{0.2, 0.8}, {1.0, 0.0}}}));
}

TEST(Reader, ResolvedFileReadsBackAsTheSameEconomy) {
    const std::vector<std::string> variants[] = {
        {},
        {"title=\"quotes \\\" and\\nlines\""},
        {R"(exchange={rule="rates", rates=[[1, 0.1], ["2/3", 1]]})", "resource.*.redistribution=non_winners"},
        {"exchange.worth=[\"22/7\", 0.123456789012345]", "solver.start=proportional", "tie_smoothing=1.25e-17"},
        {"type.C.chain={transition = { H = [[0.5, 0.5], [0, 1]], P = [[0.2, 0.8], [1, 0]] }}"},
    };
    for (const auto& overrides : variants) {
        const EconomyConfig c = parse(small_economy, overrides);
        const std::string resolved = to_toml(c);
        EXPECT_TRUE(parse(resolved) == c) << resolved;
        EXPECT_EQ(to_toml(parse(resolved)), resolved);
    }
}

TEST(Reader, ResolvedFileSpellsDefaultsOut) {
    const std::string resolved = to_toml(parse(small_economy));
    for (const char* line : {"nominal_payoff = 2\n", "tie_smoothing = 0.0001\n", "redistribution = \"all\"\n",
                             "need = { H = 0.5, P = 1 }\n", "[solver.tolerance]\n", "memory_limit = 4096\n"})
        EXPECT_NE(resolved.find(line), std::string::npos) << line << resolved;
}

TEST(Reader, KnowsWhereKeysWereWritten) {
    const EconomyConfig c = parse(small_economy, {"resource.P.k_max=12"});
    EXPECT_EQ(c.where("resource.H.k_max").line, 12);
    EXPECT_EQ(c.where("resource.H.k_max").file, "e.toml");
    EXPECT_EQ(c.where("resource.H.discount").line, 8) << "the table of a key that was not written";
    EXPECT_EQ(c.where("exchange.rates").line, 21) << "the table of a key that was not written";
    EXPECT_EQ(c.where("exchange.worth").line, 23);
    EXPECT_EQ(c.where("type.C.chain").line, 32);
    EXPECT_EQ(c.where("type.C.chain.need.H").line, 34);
    EXPECT_EQ(c.where("resource.P.k_max").file, "--set resource.P.k_max=12");
    EXPECT_EQ(c.where("resource.P.k_max").line, 0);
    EXPECT_EQ(c.where("solver.lambda").file, "e.toml");
    EXPECT_EQ(c.where("solver.lambda").line, 0);
}

TEST(Reader, MakesSumsExact) {
    const EconomyConfig c =
        parse(with("draw = { high = 0.25, none = 0.75 }", "draw = { high = 0.2500000001, none = 0.75 }"));
    EXPECT_EQ(c.types[0].chain.draw[0] + c.types[0].chain.draw[1], 1.0);
    EXPECT_EQ(c.types[0].chain.draw[1], 0.2500000001) << "the largest entry takes the rest";
}

TEST(Consistency, MakingASumExactTwiceChangesNothing) {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> uniform(0.1, 1.0);
    for (int trial = 0; trial < 10000; ++trial) {
        std::vector<double> row(1 + random() % 9);
        double sum = 0.0;
        // Equal entries are the delicate case: the correction may change which of them is the largest.
        for (double& x : row) sum += x = trial % 2 == 0 ? 1.0 : uniform(random);
        for (double& x : row) x /= sum;
        EXPECT_LT(std::abs(make_sum_exact(row)), 1e-15);
        const std::vector<double> once = row;
        make_sum_exact(row);
        EXPECT_EQ(row, once);
    }
}

TEST(Reader, AcceptsTextFilesOfAnySystem) {
    std::string text = "\xEF\xBB\xBF";
    for (const char c : small_economy) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
    EXPECT_TRUE(parse(text) == parse(small_economy));
}

}  // namespace
}  // namespace polykarma
