// A game without a karma rule through the operators, the certificate and the dynamics: composite actions, an exogenous
// state that the outcome moves, a finite horizon. Compared with a backward induction written out here.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "certificate/certificate.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"
#include "support/random_economy.hpp"
#include "support/toy_game.hpp"

namespace polykarma {
namespace {

using test::ToyGame;

constexpr std::size_t kLevels = 3, kTokens = 4, kHorizon = 4;
using Table = std::array<std::array<double, kTokens>, kLevels>;  // [level][tokens]

/// One stage of the toy for an agent, from its rules in words.
struct Hand {
    std::array<double, 2> load{};
    bool repeats = false;

    [[nodiscard]] double chance(std::size_t slot, std::size_t bid) const {
        return (1.0 + static_cast<double>(bid)) / (1.0 + static_cast<double>(bid) + 4.0 * load[slot]);
    }
    [[nodiscard]] std::size_t charged_level(std::size_t level) const { return level < 2 ? level + 1 : repeats ? 0 : 2; }
    [[nodiscard]] double value(const Table& next, std::size_t level, std::size_t tokens, std::size_t action) const {
        if (action == 0) return 0.9 * next[level][tokens];
        const std::size_t slot = action % 2 == 1 ? 0 : 1, bid = (action - 1) / 2;
        const double p = chance(slot, bid);
        const double up = (slot == 0 ? 3.0 : 2.0) + 0.9 * next[charged_level(level)][tokens - bid];
        const double stay = -0.5 + 0.9 * next[level][std::min<std::size_t>(tokens + 1, 3)];
        return p * up + (1.0 - p) * stay;
    }
};

struct FiniteToy {
    FiniteToy() : game(kHorizon, CycleEnd::terminates), mass(whole(game)), response(whole(game)) {
        test::Random random(13);
        response = test::random_response(whole(game), random);
        Operators<ToyGame> operators(game);
        game.initial_law(mass.part(), mass.stage(Stage{}));
        for (const auto r : Range<Stage>(kHorizon)) {
            operators.aggregate(mass, response);
            hand[r.at()].load = operators.aggregates(r).load;
            if (operators.leads_on(r)) operators.push(r, mass.stage(r), response, mass.stage(game.layout().next(r)));
        }
    }
    [[nodiscard]] double d(std::size_t r, std::size_t level, std::size_t tokens) const {
        return mass.stage(Stage{r})[level * kTokens + tokens];
    }
    [[nodiscard]] Row pi(std::size_t r, std::size_t level, std::size_t tokens) const {
        return std::as_const(response).row(Stage{r}, Site{Block{level}, 0, tokens, tokens, level * kTokens + tokens},
                                           1 + 2 * (tokens + 1));
    }
    /// Values by backward induction; choose(row of action values, row of the response) is the value of a state.
    template <class Choose>
    [[nodiscard]] std::array<Table, kHorizon + 1> induction(Choose&& choose) const {
        std::array<Table, kHorizon + 1> v{};
        for (std::size_t level = 0; level < kLevels; ++level)
            v[kHorizon][level].fill(10.0 * static_cast<double>(level));
        for (std::size_t r = kHorizon; r-- > 0;)
            for (std::size_t level = 0; level < kLevels; ++level)
                for (std::size_t tokens = 0; tokens < kTokens; ++tokens) {
                    std::vector<double> q;
                    for (std::size_t a = 0; a < 1 + 2 * (tokens + 1); ++a)
                        q.push_back(hand[r].value(v[r + 1], level, tokens, a));
                    v[r][level][tokens] = choose(q, pi(r, level, tokens));
                }
        return v;
    }

    ToyGame game;
    Field mass;
    Response response;
    std::array<Hand, kHorizon> hand;
};

double followed(const std::vector<double>& q, Row p) {
    double sum = 0.0;
    for (std::size_t a = 0; a < q.size(); ++a) sum += p[a] * q[a];
    return sum;
}
double best(const std::vector<double>& q, Row) { return *std::max_element(q.begin(), q.end()); }

TEST(FiniteToy, LoadsAndMassByHand) {
    const FiniteToy toy;
    for (std::size_t r = 0; r < kHorizon; ++r) {
        std::array<double, 2> load{};
        Table next{};
        for (std::size_t level = 0; level < kLevels; ++level)
            for (std::size_t tokens = 0; tokens < kTokens; ++tokens)
                for (std::size_t a = 0; a < 1 + 2 * (tokens + 1); ++a) {
                    const double share = toy.d(r, level, tokens) * toy.pi(r, level, tokens)[a];
                    if (a == 0) {
                        next[level][tokens] += share;
                        continue;
                    }
                    const std::size_t slot = a % 2 == 1 ? 0 : 1, bid = (a - 1) / 2;
                    load[slot] += share;
                    const double p = toy.hand[r].chance(slot, bid);
                    next[toy.hand[r].charged_level(level)][tokens - bid] += p * share;
                    next[level][std::min<std::size_t>(tokens + 1, 3)] += (1.0 - p) * share;
                }
        // Ten bids at each level, each share rounded to a multiple of 2^-52.
        for (std::size_t slot = 0; slot < 2; ++slot) EXPECT_NEAR(load[slot], toy.hand[r].load[slot], 30 * 0x1p-53);
        if (r + 1 == kHorizon) continue;
        for (std::size_t level = 0; level < kLevels; ++level)
            for (std::size_t tokens = 0; tokens < kTokens; ++tokens)
                EXPECT_NEAR(toy.d(r + 1, level, tokens), next[level][tokens], 1e-15);
    }
}

TEST(FiniteToy, CertificateEqualsBackwardInduction) {
    const FiniteToy toy;
    const auto [c, value, average] = certify(toy.game, toy.mass, SparseResponse(toy.response, 0.0));
    EXPECT_TRUE(average.empty());
    const auto v = toy.induction(followed);
    const auto optimal = toy.induction(best);
    double gain_mean = 0.0, gain_all = 0.0, regret_mean = 0.0, regret_max = 0.0;
    for (std::size_t r = 0; r < kHorizon; ++r)
        for (std::size_t level = 0; level < kLevels; ++level)
            for (std::size_t tokens = 0; tokens < kTokens; ++tokens) {
                EXPECT_NEAR(value.stage(Stage{r})[level * kTokens + tokens], v[r][level][tokens], 1e-13);
                double top = -1e9;
                for (std::size_t a = 0; a < 1 + 2 * (tokens + 1); ++a)
                    top = std::max(top, toy.hand[r].value(v[r + 1], level, tokens, a));
                const double gain = top - v[r][level][tokens];
                const double regret = optimal[r][level][tokens] - v[r][level][tokens];
                const double d = toy.d(r, level, tokens);
                gain_mean += d * gain / kHorizon;
                regret_mean += d * regret / kHorizon;
                if (level <= r) gain_all = std::max(gain_all, gain);
                if (d > 1e-9) regret_max = std::max(regret_max, regret);
            }
    // Values up to 30, a few roundings per stage.
    EXPECT_NEAR(c.gain_mean, gain_mean, 1e-13);
    EXPECT_NEAR(c.gain_all, gain_all, 1e-13);
    EXPECT_NEAR(c.exploitability_mean, regret_mean, 1e-13);
    EXPECT_NEAR(c.exploitability_max, regret_max, 1e-13);
    EXPECT_GT(regret_mean, 0.1);  // the random response is a bad one
    EXPECT_LT(c.stationarity, 1e-14);
    EXPECT_LT(c.mass_error, 1e-14);
    EXPECT_LE(c.bellman, 1e-13);
}

/// The initial law counts: a population that starts elsewhere is not the game's.
TEST(FiniteToy, AWrongStartIsSeen) {
    FiniteToy toy;
    std::swap(toy.mass.stage(Stage{})[0], toy.mass.stage(Stage{})[1]);
    EXPECT_GT(certify(toy.game, toy.mass, SparseResponse(toy.response, 0.0)).certificate.stationarity, 0.9);
}

/// The toy's dynamics settle: chances fall with the load, so that nobody follows the crowd.
EvolutionSettings toy_settings() {
    EvolutionSettings settings;
    settings.lambda = 20.0;
    settings.step = 0.2;
    settings.response_rate = 0.2;
    settings.stationarity = 1e-9;
    settings.gain = 0.15;  // a softmax over 9 actions gives away at most log(9) / lambda = 0.11
    settings.max_iterations = 20000;
    return settings;
}

TEST(FiniteToy, DynamicsConverge) {
    const ToyGame game(kHorizon, CycleEnd::terminates);
    Field mass(whole(game));
    for (const auto r : Range<Stage>(kHorizon)) game.initial_law(mass.part(), mass.stage(r));
    const auto outcome = evolve(game, toy_settings(), std::move(mass), even_response(whole(game)));
    EXPECT_EQ(outcome.reason, StopReason::converged);
    const Certificate c = certify(game, outcome.mass, outcome.response).certificate;
    EXPECT_TRUE(meets(c, {1e-8, 0.15, 0.6})) << c.stationarity << " " << c.gain_mean << " " << c.exploitability_mean;
}

TEST(RepeatingToy, DynamicsConvergeOnOneStage) {
    const ToyGame game(1, CycleEnd::wraps);
    Field mass(whole(game));
    game.initial_law(mass.part(), mass.stage(Stage{}));
    const auto outcome = evolve(game, toy_settings(), std::move(mass), even_response(whole(game)));
    EXPECT_EQ(outcome.reason, StopReason::converged);
    const Certified certified = certify(game, outcome.mass, outcome.response);
    const Certificate& c = certified.certificate;
    EXPECT_TRUE(meets(c, {1e-8, 0.15, 1.1})) << c.stationarity << " " << c.gain_mean << " " << c.exploitability_mean;

    // The written value solves the equations of the repeating game.
    Hand hand{{}, true};
    Table v{};
    const Response response = dense_response(outcome.response);
    response.for_each(Stage{}, [&](const Site& site, Row p) {
        const std::size_t x = site.block.at() * kTokens + site.index;
        v[site.block.at()][site.index] = certified.value.all()[x];
        for (std::size_t a = 1; a < p.size(); ++a) hand.load[a % 2 == 1 ? 0 : 1] += outcome.mass.all()[x] * p[a];
    });
    response.for_each(Stage{}, [&](const Site& site, Row p) {
        std::vector<double> q;
        for (std::size_t a = 0; a < p.size(); ++a) q.push_back(hand.value(v, site.block.at(), site.index, a));
        EXPECT_NEAR(followed(q, p), v[site.block.at()][site.index], 1e-9);  // 1e-12 max|V| / (1 - 0.9), |V| about 20
    });
}

TEST(ToyGame, ActionsCarryLabels) {
    const ToyGame game(1, CycleEnd::wraps);
    const auto& actions = game.layout().stage(Stage{}).actions;
    EXPECT_EQ(actions.size(), 9U);
    EXPECT_EQ(actions[0].label, "away");
    EXPECT_EQ(actions[4].label, "late, 1");
    EXPECT_EQ(actions[4].bid, 1.0);
}

}  // namespace
}  // namespace polykarma
