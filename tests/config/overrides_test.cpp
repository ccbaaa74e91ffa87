#include "config/overrides.hpp"

#include <gtest/gtest.h>

#include "config/economy_text.hpp"

namespace polykarma {
namespace {

using test::parse;
using test::problem;
using test::small_economy;

TEST(Overrides, OneElementOrAll) {
    EXPECT_EQ(parse(small_economy, {"resource.P.k_max=12"}).resources[0].k_max, 24);
    EXPECT_EQ(parse(small_economy, {"resource.P.k_max=12"}).resources[1].k_max, 12);
    EXPECT_EQ(parse(small_economy, {"resource.1.k_max=12"}).resources[1].k_max, 12);
    const EconomyConfig all = parse(small_economy, {" resource.*.k_max = 12 "});
    EXPECT_EQ(all.resources[0].k_max, 12);
    EXPECT_EQ(all.resources[1].k_max, 12);
    EXPECT_EQ(parse(small_economy, {"type.*.chain.need={P=0.5}"}).types[0].chain.need, (std::vector{1.0, 0.5}));
}

TEST(Overrides, WordsAreText) {
    EXPECT_EQ(parse(small_economy, {"resource.*.redistribution=active"}).resources[1].redistribution,
              Redistribution::active);
    EXPECT_EQ(parse(small_economy, {"resource.*.redistribution=\"active\""}).resources[1].redistribution,
              Redistribution::active);
    EXPECT_EQ(parse(small_economy, {"title=two words"}).title, "two words");
    EXPECT_EQ(parse(small_economy, {"exchange.worth.0=2/3"}).exchange.worth[0], 2.0 / 3.0);
}

TEST(Overrides, KeysThatTheFileLeavesOut) {
    EXPECT_EQ(parse(small_economy, {"solver.lambda=10"}).solver.lambda, 10.0);
    EXPECT_EQ(parse(small_economy, {"solver.tolerance.gain=1e-3"}).solver.gain, 1e-3);
    EXPECT_EQ(parse(small_economy, {"description=x"}).description, "x");
    EXPECT_EQ(parse(small_economy, {"type.S.chain.need.P=0.25"}).types[0].chain.need, (std::vector{1.0, 0.25}));
    EXPECT_EQ(parse(small_economy, {"resource.H.discount=0.5"}).resources[0].discount, 0.5);
}

TEST(Overrides, TablesAreReplaced) {
    const EconomyConfig c = parse(small_economy, {R"(exchange={rule="none"})"});
    EXPECT_EQ(c.exchange.rule, ExchangeRule::none);
    EXPECT_TRUE(c.exchange.worth.empty());
}

TEST(Overrides, LaterOnesWin) {
    EXPECT_EQ(parse(small_economy, {"resource.*.k_max=12", "resource.H.k_max=9"}).resources[0].k_max, 9);
    EXPECT_EQ(parse(small_economy, {"solver={step=0.2}", "solver.lambda=5"}).solver.step, 0.2);
    EXPECT_EQ(parse(small_economy, {"type.C.name=D", "type.D.chain.draw.high=1"}).types[1].name, "D");
}

TEST(Overrides, ProblemsNameTheOption) {
    const auto message = [](const std::string& assignment) { return problem(small_economy, {assignment}); };
    EXPECT_EQ(message("resource.H.k_max=99999"),
              "--set resource.H.k_max=99999: resource.H.k_max = 99999 (out of range): 1 <= k_max <= 10000");
    EXPECT_EQ(message("resource.*.kmax=6"),
              "--set resource.*.kmax=6: resource.H.kmax (unknown key): did you mean k_max?");
    EXPECT_EQ(message("resorce.H.k_max=6"), "--set resorce.H.k_max=6: resorce (unknown key): did you mean resource?");
    EXPECT_EQ(message("resource.X.k_max=6"), "--set resource.X.k_max=6: resource.X (no such element): one of H, P");
    EXPECT_EQ(message("type.C.chain.draw.hihg=1"),
              "--set type.C.chain.draw.hihg=1: type.C.chain.draw.hihg (no urgency "
              "has this name): did you mean high?");
    EXPECT_EQ(message("solver.lambda.x=6"),
              "--set solver.lambda.x=6: solver.lambda.x (unknown key): solver.lambda has no parts");
    EXPECT_EQ(message("solver.lambda"), "--set solver.lambda: override (has no '='): KEY=VALUE");
    EXPECT_EQ(message("=3"), "--set =3: \"\" (not a key): names joined by dots");
    EXPECT_EQ(message("solver..lambda=3"),
              "--set solver..lambda=3: \"solver..lambda\" (not a key): names joined by dots");
    EXPECT_EQ(message("solver.lambda="), "--set solver.lambda=: solver.lambda = \"\" (not a TOML value)");
    EXPECT_EQ(message("solver.lambda=[1"), "--set solver.lambda=[1: solver.lambda = \"[1\" (not a TOML value)");
    EXPECT_EQ(message("solver.lambda=1\nx=2"),
              "--set solver.lambda=1 x=2: solver.lambda = \"1\\nx=2\" (not a TOML value)");
    EXPECT_EQ(message("solver.lambda=nan"),
              "--set solver.lambda=nan: solver.lambda = nan (not a finite number): lambda > 0");
    EXPECT_NE(message("title=\xff\xfe").find("TOML ("), std::string::npos);
    EXPECT_EQ(message("title.x=1"), "--set title.x=1: title.x (unknown key): title has no parts");
    EXPECT_EQ(message("resource.H.k_mean=9.5"), "");
}

TEST(Overrides, ProblemOfTheFileStaysThere) {
    EXPECT_EQ(problem(small_economy, {"resource.H.k_max=4"}),
              "e.toml:13: resource.H.k_mean = 8 (above k_max = 4): 0 <= k_mean <= k_max");
}

}  // namespace
}  // namespace polykarma
