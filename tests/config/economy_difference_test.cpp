#include "config/economy_difference.hpp"

#include <gtest/gtest.h>

#include "config/economy_text.hpp"

namespace polykarma {
namespace {

using test::parse;
using test::small_economy;

std::string difference(const std::vector<std::string>& overrides) {
    return first_difference(parse(small_economy, overrides), parse(small_economy)).value_or("");
}

TEST(EconomyDifference, IsNoneInHowAnEconomyIsCalledAndSolved) {
    EXPECT_EQ(difference({}), "");
    EXPECT_EQ(difference({"title=Another", "description=Longer", "solver.lambda=17", "solver.tolerance.gain=1"}), "");
}

TEST(EconomyDifference, IsTheFirstKeyWithBothValues) {
    EXPECT_EQ(difference({"resource.P.k_max=12", "type.C.share=0.75"}), "resource.P.k_max is 12, not 24");
    EXPECT_EQ(difference({"urgency.high.value=8"}), "urgency.high.value is 8, not 9");
    EXPECT_EQ(difference({"type.C.chain.need={H=0.25}"}),
              "type.C.chain.need is { H = 0.25, P = 1 }, not { H = 0.5, P = 1 }");
    EXPECT_EQ(difference({"exchange.worth=[1,2]"}), "exchange.worth is [1, 2], not [1, 1.5]");
    EXPECT_EQ(difference({"nominal_payoff=3"}), "nominal_payoff is 3, not 2");
}

TEST(EconomyDifference, MayBeAKeyThatTheOtherDoesNotHave) {
    EXPECT_EQ(difference({"exchange={ rule = \"none\" }"}), "exchange.rule is \"none\", not \"worth\"");
}

}  // namespace
}  // namespace polykarma
