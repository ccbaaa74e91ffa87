#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "agents/estimate.hpp"
#include "agents/collected_trace.hpp"
#include "agents/play.hpp"
#include "base/message.hpp"
#include "dynamics/operators.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"
#include "support/chi_squared.hpp"
#include "support/ranks.hpp"
#include "support/small_economy.hpp"
#include "welfare/measures.hpp"

namespace polykarma {
namespace {

using test::Play;

MultiKarmaRules without_exchange(Redistribution redistribution) {
    return test::small_economy({9, 8}, {3.0, 2.5}, Exchange::none(2), redistribution);
}

const std::vector<Behaviour> kAllBehaviours{{Behaviour::Rule::sne, 0.0},      {Behaviour::Rule::likely, 0.0},
                                            {Behaviour::Rule::noisy, 2.0},    {Behaviour::Rule::all, 0.0},
                                            {Behaviour::Rule::zero, 0.0},     {Behaviour::Rule::fraction, 0.5},
                                            {Behaviour::Rule::learn, 0.1}};

/// Two types, every behaviour in each.
std::vector<Cohort> mixed_cohorts(std::uint64_t each) {
    std::vector<Cohort> cohorts;
    for (std::size_t c = 0; c < 2 * kAllBehaviours.size(); ++c)
        cohorts.push_back({Type{c / kAllBehaviours.size()}, c % kAllBehaviours.size(), c * each, (c + 1) * each});
    return cohorts;
}

TEST(Start, HasExactlyTheKarmaOfTheEconomy) {
    for (const bool from_distribution : {false, true})
        for (const std::uint64_t agents : {7U, 100U, 1001U, 4096U}) {
            SCOPED_TRACE(agents);
            const auto rules = without_exchange(Redistribution::all);
            const Play play(rules, test::of_types(rules, agents), {Behaviour{}}, agents, Collective::serial(), from_distribution);
            const auto& karma = play.simulation->agents().karma;
            EXPECT_EQ(test::total(karma[0]), std::llround(3.0 * static_cast<double>(agents)));
            EXPECT_EQ(test::total(karma[1]), std::llround(2.5 * static_cast<double>(agents)));
            for (std::size_t i = 0; i < agents; ++i) {
                EXPECT_TRUE(karma[0][i] >= 0 && karma[0][i] <= 9);
                EXPECT_TRUE(karma[1][i] >= 0 && karma[1][i] <= 8);
            }
        }
}

TEST(Start, UnderExchangeHasTheValueOfTheEconomyToHalfAUnit) {
    const auto rules = test::three_resources({4, 3, 4});
    for (const bool from_distribution : {false, true}) {
        const Play play(rules, test::of_types(rules, 1000), {Behaviour{}}, 5, Collective::serial(), from_distribution);
        double value = 0.0, meant = 0.0;
        for (const auto a : Range<Account>(3)) {
            const double worth = rules.exchange.worth(a);
            value += worth * static_cast<double>(test::total(play.simulation->agents().karma[a.at()]));
            meant += 1000.0 * worth * rules.resources[a.at()].k_mean;
        }
        EXPECT_NEAR(value, meant, from_distribution ? 0.5 * 2.0 / 3.0 + 1e-9 : 1.5);
    }
}

// States of agents before the correction of karma, which moves one in thirty, are those of the distribution.
TEST(Start, DrawsFromTheDistribution) {
    const auto rules = test::one_lane();
    const MultiKarma game(rules);
    const Part part = whole(game);
    Field mass(part);
    game.start_mass(KarmaStart::uniform, mass);  // its mean is that of the economy: little to correct
    const RandomNumbers numbers(8);
    CapacityContest contest(game, Allocation::bids, numbers, 40000, Collective::serial());
    Population agents(test::of_types(rules, 40000), 1, Collective::serial());
    const auto corrected = start_population(contest, &mass, StartKarma::of_economy, numbers, Collective::serial(), agents);
    EXPECT_LT(corrected, 3 * 200 * 2);  // three standard deviations of the sum
    std::vector<std::int64_t> counts(mass.all().size() / game.layout().stages());
    for (std::size_t i = 0; i < agents.size(); ++i)
        ++counts[agents.exogenous[i] * game.layout().sites() + static_cast<std::size_t>(agents.karma[0][i])];
    for (std::size_t x = 0; x < counts.size(); ++x)
        EXPECT_NEAR(static_cast<double>(counts[x]), 40000.0 * mass.stage(Stage{})[x],
                    4.0 * std::sqrt(40000.0 * mass.stage(Stage{})[x]) + static_cast<double>(corrected));
}

// The distribution of another design: every account holds what it does there, and what is exchanged what it is worth here.
TEST(Start, CanHaveTheKarmaOfTheDistribution) {
    auto rules = test::three_resources({9, 9, 9});
    const MultiKarma game(rules);
    const Part part = whole(game);
    test::Random random(12);
    Field mass = test::random_mass(part, random, true);
    std::array<double, 3> mean{};
    std::array<int, 3> balances{};
    for (std::size_t site = 0; site < game.layout().sites(); ++site) {
        game.layout().lattice().balances(game.layout().contested(Stage{}), site, balances);
        for (const auto b : Range<Block>(game.layout().blocks()))
            for (std::size_t a = 0; a < 3; ++a) mean[a] += mass.block(Stage{}, b)[site] * balances[a];
    }
    // A game with the worth of that.
    for (std::size_t a = 0; a < 3; ++a) rules.resources[a].k_mean = mean[a];
    const MultiKarma same(rules);
    for (const int ranks : test::kRankCounts)
        test::on_ranks(ranks, [&](const Collective& collective) {
            const RandomNumbers numbers(5);
            const CapacityContest contest(same, Allocation::bids, numbers, 5000, collective);
            Population agents(test::of_types(rules, 5000), 3, collective);
            static_cast<void>(start_population(contest, &mass, StartKarma::of_distribution, numbers, collective, agents));
            for (std::size_t a = 0; a < 3; ++a) {
                std::array total{test::total(agents.karma[a])};
                collective.sum(total);
                // Rounding, and again of the sum of what is exchanged: each of three totals by half a unit, of worth 3/2 at most.
                EXPECT_NEAR(static_cast<double>(total[0]), 5000.0 * mean[a], 3.0);
            }
        });
}

TEST(Simulation, WithoutExchangeKeepsKarmaToTheUnitWhateverAgentsDo) {
    for (const auto redistribution : {Redistribution::all, Redistribution::active, Redistribution::non_winners}) {
        Play play(without_exchange(redistribution), mixed_cohorts(150), kAllBehaviours, 3, Collective::serial());
        std::int64_t lost = 0;
        for (int period = 0; period < 60; ++period) {
            play.simulation->period();
            const auto& karma = play.simulation->agents().karma;
            const Tally tally = play.simulation->take_tally();
            lost += tally.lost[0] + tally.lost[1];
            EXPECT_EQ(test::total(karma[0]) + test::total(karma[1]) + lost, 2100 * 3 + 2100 * 5 / 2);
        }
    }
}

TEST(Simulation, UnderExchangeKeepsValueOnAverage) {
    const auto rules = test::three_resources({12, 12, 12});
    Play play(rules, test::of_types(rules, 20000), {Behaviour{}}, 4, Collective::serial());
    const auto value = [&] {
        double sum = 0.0;
        for (const auto a : Range<Account>(3))
            sum += rules.exchange.worth(a) * static_cast<double>(test::total(play.simulation->agents().karma[a.at()]));
        return sum;
    };
    const double before = value();
    for (int period = 0; period < 20; ++period) play.simulation->period();
    const Tally tally = play.simulation->take_tally();
    double lost = 0.0;
    for (const auto a : Range<Account>(3)) lost += rules.exchange.worth(a) * static_cast<double>(tally.lost[a.at()]);
    // Every payment is rounded by less than one unit of worth 3/2, with mean zero: at most 4000 winners in 60 contests.
    EXPECT_NEAR(value() + lost, before, 4.0 * 0.75 * std::sqrt(60.0 * 5000.0));
    EXPECT_NE(value() + lost, before);
}

/// Everything that a run leaves behind, as numbers.
std::vector<double> traces_of(const Collective& ranks, std::uint64_t agents) {
    const auto rules = test::three_resources({5, 4, 5});
    std::vector<Cohort> cohorts = test::of_types(rules, agents);
    cohorts.back().behaviour = 1;
    Play play(rules, cohorts, {{Behaviour::Rule::noisy, 1.0}, {Behaviour::Rule::learn, 0.2}}, 17, ranks, true);
    const TracePlan plan{1, 7, 3, std::min<std::uint64_t>(agents, 6)};
    test::CollectedTrace collected;
    RunCompany company;
    company.recorder = &collected;
    const Trace trace = polykarma::play(*play.simulation, *play.contest, plan, play.numbers, ranks, std::move(company));
    std::vector<double> numbers;
    const auto add = [&](const auto& values) { numbers.insert(numbers.end(), values.begin(), values.end()); };
    for (const TraceRecord& record : collected.records) {
        add(record.tally.outcomes);
        add(record.tally.bids);
        add(record.tally.payoff);
        add(record.tally.lost);
        for (const auto& stage : record.tally.numbers) add(stage);
        for (const auto& account : record.karma)
            for (const auto& cohort : account) add(cohort);
        add(record.held.total_karma);
        add(record.held.gini);
    }
    for (const Fairness& f : trace.fairness) add(std::vector{f.access, f.reward});
    add(trace.bid_distance);
    add(trace.bids_compared);
    add(play.simulation->state().learned);
    // Traces of agents are the root's.
    std::vector<std::int64_t> of_root;
    const AgentTraces& seen = collected.agents;
    for (const auto* values : {&seen.exogenous, &seen.bid, &seen.outcome, &seen.karma[0], &seen.karma[1], &seen.karma[2]})
        of_root.insert(of_root.end(), values->begin(), values->end());
    of_root.resize(7 * 3 * 6 * std::min<std::uint64_t>(agents, 6));
    ranks.sum(of_root);
    add(of_root);
    return numbers;
}

TEST(Simulation, IsTheSameOnAnyRanks) {
    test::expect_same_bits_on_any_ranks([](const Collective& ranks) { return traces_of(ranks, 3000); });
}

TEST(Simulation, IsTheSameOnRanksWithoutAgents) {
    test::expect_same_bits_on_any_ranks([](const Collective& ranks) { return traces_of(ranks, 4); });
}

// Records go to whoever takes them down; what stays is the same for a run of any length, and all of it counts.
TEST(Simulation, KeepsNoMoreOfALongRun) {
    const auto rules = test::one_lane();
    std::vector<std::size_t> kept;
    for (const std::uint32_t periods : {70U, 700U}) {
        Play play(rules, test::of_types(rules, 100), {Behaviour{}}, 5, Collective::serial());
        const TracePlan plan{0, periods, 1, 4};
        test::CollectedTrace collected;
        RunCompany company;
        company.recorder = &collected;
        const Trace trace =
            polykarma::play(*play.simulation, *play.contest, plan, play.numbers, Collective::serial(), std::move(company));
        EXPECT_EQ(collected.records.size(), plan.records());
        EXPECT_EQ(collected.agents.bid.size(), std::size_t{4} * periods);
        EXPECT_EQ(trace.batches.size(), Trace::kMostBatches);
        Tally all = collected.records.front().tally;
        for (std::size_t r = 1; r < collected.records.size(); ++r) all.add(collected.records[r].tally);
        EXPECT_EQ(Experience(std::span(&trace, 1)).all().outcomes, all.outcomes);
        EXPECT_EQ(trace.first.total_karma, collected.records.front().held.total_karma);
        EXPECT_EQ(trace.last.gini, collected.records.back().held.gini);
        MessageWriter message;
        message.put_all(trace);
        kept.push_back(message.bytes().size());
    }
    EXPECT_EQ(kept[0], kept[1]);
}

TEST(Simulation, OfAnotherSeedIsAnother) {
    const auto rules = test::one_lane();
    const auto bids = [&](std::uint64_t seed) {
        Play play(rules, test::of_types(rules, 500), {Behaviour{}}, seed, Collective::serial());
        play.simulation->period();
        return play.simulation->agents().exogenous;
    };
    EXPECT_EQ(bids(1), bids(1));
    EXPECT_NE(bids(1), bids(2));
}

// A population under an equilibrium experiences what the mean field says: within three standard errors of the batches,
// plus what the continuum hides, the ties (epsilon) and the integer numbers of places and karma (2 / N).
TEST(Simulation, OfManyAgentsIsTheMeanField) {
    const MultiKarma game(without_exchange(Redistribution::all));
    const Part part = whole(game);
    Field mass(part);
    game.start_mass(KarmaStart::at_mean, mass);
    // Any stationary state will do; at a gentle sharpness the dynamics soon leads to one in which all bids have weight.
    EvolutionSettings settings;
    settings.lambda = 20.0;
    settings.stationarity = 1e-8;
    settings.gain = 0.15;
    const SolveOutcome solved = evolve(game, settings, mass, even_response(part));
    ASSERT_EQ(solved.reason, StopReason::converged);
    Operators<MultiKarma> operators(game, part, Collective::serial());
    operators.aggregate(solved.mass, solved.response);
    const auto expected = payoffs(operators, action_shares(solved.mass, solved.response));

    constexpr std::uint64_t agents = 100000;
    const RandomNumbers numbers(2);
    CapacityContest contest(game, Allocation::bids, numbers, agents, Collective::serial());
    Population population(test::of_types(game.rules(), agents), 2, Collective::serial());
    static_cast<void>(start_population(contest, &solved.mass, StartKarma::of_economy, numbers, Collective::serial(), population));
    Bidding bidding(contest, {Behaviour{}}, population.cohorts, &solved.response, numbers);
    Simulation simulation(contest, bidding, std::move(population), numbers, Collective::serial());
    const std::vector traces{play(simulation, contest, {0, 80, 5, 0}, numbers, Collective::serial())};
    const Experience experience(traces);
    const std::vector<bool> takes_part{true, true, false};
    const double bias = 4.0 * game.rules().nominal_payoff * (game.rules().tie_smoothing + 2.0 / agents);
    for (std::size_t t = 0; t < 2; ++t) {
        const Estimate payoff = experience.estimate([&](const Tally& tally) {
            const CellSum sum = sum_of(tally, takes_part, t);
            return sum.payoff / sum.contests;
        });
        EXPECT_NEAR(payoff.mean, expected[t].endogenous, 3.0 * payoff.error + bias);
        EXPECT_LT(payoff.error, 0.01);
    }
}

// Among agents who bid at random, whoever learns soon does better than who bids everything, nothing or half.
TEST(Simulation, LearnersDoBetterThanSimpleRules) {
    const auto rules = test::one_lane();
    const std::vector<Behaviour> behaviours{{Behaviour::Rule::sne, 0.0},
                                            {Behaviour::Rule::learn, 0.05},
                                            {Behaviour::Rule::all, 0.0},
                                            {Behaviour::Rule::zero, 0.0},
                                            {Behaviour::Rule::fraction, 0.5}};
    std::vector<Cohort> cohorts{{Type{}, 0, 0, 6000}};
    for (std::size_t b = 1; b < behaviours.size(); ++b)
        cohorts.push_back({Type{}, b, cohorts.back().last, cohorts.back().last + 500});
    Play play(rules, cohorts, behaviours, 6, Collective::serial());
    const Trace trace = polykarma::play(*play.simulation, *play.contest, {400, 400, 20, 0}, play.numbers, Collective::serial());
    const Experience experience(std::span(&trace, 1));
    std::vector<double> payoff;
    for (std::size_t c = 0; c < cohorts.size(); ++c) {
        const CellSum sum = sum_of(experience.all(), {true, true, false}, c);
        payoff.push_back(sum.payoff / sum.contests);
    }
    for (std::size_t c = 2; c < cohorts.size(); ++c) EXPECT_GT(payoff[1], payoff[c] + 0.02) << behaviours[c].name();
}

TEST(Simulation, UncontrolledIsTheBenchmark) {
    const auto rules = without_exchange(Redistribution::all);
    const MultiKarma game(rules);
    const RandomNumbers numbers(1);
    CapacityContest contest(game, Allocation::uncontrolled, numbers, 10000, Collective::serial());
    Population population(test::of_types(rules, 10000), 2, Collective::serial());
    static_cast<void>(start_population(contest, nullptr, StartKarma::of_economy, numbers, Collective::serial(), population));
    Bidding bidding(contest, {Behaviour{Behaviour::Rule::zero, 0.0}}, population.cohorts, nullptr, numbers);
    Simulation simulation(contest, bidding, std::move(population), numbers, Collective::serial());
    simulation.period();
    const Tally tally = simulation.take_tally();
    for (std::size_t cell = 0; cell < tally.cells(); ++cell) EXPECT_EQ(tally.outcomes[3 * cell], 0);
    // At the second resource everybody is urgent: 10000 of them share a capacity of 0.6.
    EXPECT_NEAR(tally.numbers[1][0], 1.0 / 0.6 - 1.0, 1e-12);
}

TEST(Gini, OfKnownHoldings) {
    EXPECT_EQ(gini(std::vector<std::int64_t>{0, 0, 5}), 0.0);           // all hold two
    EXPECT_EQ(gini(std::vector<std::int64_t>{4}), 0.0);                 // nobody holds anything
    EXPECT_DOUBLE_EQ(gini(std::vector<std::int64_t>{1, 1}), 0.5);       // one of two holds all
    EXPECT_DOUBLE_EQ(gini(std::vector<std::int64_t>{3, 0, 0, 1}), 0.75);  // one of four
    EXPECT_DOUBLE_EQ(gini(std::vector<std::int64_t>{0, 1, 1, 1}), 2.0 / 9.0);  // 1, 2, 3: mean difference 8/9, mean 2
}

TEST(Behaviour, IsNamed) {
    for (const char* const name : {"sne", "likely", "noisy:3", "all", "zero", "fraction:0.25", "learn:0.1"}) {
        const auto behaviour = Behaviour::named(name);
        ASSERT_TRUE(behaviour) << name;
        EXPECT_EQ(behaviour->name(), name);
    }
    for (const char* const name : {"", "SNE", "noisy", "noisy:", "noisy:0", "noisy:1.5", "noisy:x", "all:1", "fraction:-0.1",
                                   "fraction:1.1", "fraction:nan", "fraction:0.5x"})
        EXPECT_FALSE(Behaviour::named(name)) << name;
}

}  // namespace
}  // namespace polykarma
