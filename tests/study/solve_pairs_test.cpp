// A pairwise economy from its file to its record.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "config/reader.hpp"
#include "io/checkpoints.hpp"
#include "io/sample.hpp"
#include "study/solve_economy.hpp"
#include "support/ranks.hpp"

namespace polykarma {
namespace {

EconomyConfig pairs(const std::vector<std::string>& overrides = {}) {
    return parse_economy(R"(title = "Pairs"
game = "pairwise"
urgency = [{ name = "calm", value = 0 }, { name = "urgent", value = 3 }]
contest = { payee = "peer", k_mean = 6, k_max = 20 }
type = [{ name = "A", share = 1, discount = 0.8, chain = { draw = { calm = 0.5, urgent = 0.5 } } }]
)",
                         "pairs.toml", overrides);
}

double observed(const EquilibriumRecord& record, std::string_view name) {
    const auto found = std::ranges::find(record.observables, name, &Observable::name);
    return found == record.observables.end() ? std::nan("") : found->values.front();
}

TEST(SolvePairs, GrowsUntilTheKarmaFitsAndBeatsTheCoin) {
    const EquilibriumRecord record = solve_economy(pairs());
    EXPECT_TRUE(record.certified);
    EXPECT_GT(record.layout->lattice().k_max(Account{}), 60);
    EXPECT_LE(record.certificate.karma_tail, 1e-6);
    EXPECT_EQ(record.welfare.benchmark[0].endogenous, -0.75);
    EXPECT_NEAR(observed(record, "efficiency"), -0.406062, 1e-3);
    EXPECT_EQ(observed(record, "efficiency"), record.welfare.payoffs[0].endogenous);
    EXPECT_EQ(observed(record, "dictator_efficiency"), -0.375);
    EXPECT_EQ(observed(record, "tax"), 0.0);
    EXPECT_GE(observed(record, kPriceLevel), 0.0);
    // The record's economy is that of the lattice it was found in.
    const EconomyConfig found = parse_economy(record.economy, "found.toml");
    EXPECT_EQ(found.contest.k_max, record.layout->lattice().k_max(Account{}));
    EXPECT_TRUE(found == as_found(pairs(), *record.layout));
}

TEST(SolvePairs, SaysWhereNotEvenTheLargestLatticeIsEnough) {
    const EquilibriumRecord record = solve_economy(pairs({"contest.largest_k_max=30"}));
    EXPECT_FALSE(record.certified);
    EXPECT_EQ(record.search.reason, StopReason::does_not_close);
    EXPECT_EQ(record.layout->lattice().k_max(Account{}), 30);
    EXPECT_GT(record.certificate.karma_tail, 1e-6);
}

TEST(SolvePairs, SearchesFromEveryKindOfStart) {
    const double payoff = solve_economy(pairs()).welfare.payoffs[0].endogenous;
    for (const char* const start : {"solver.start=zero", "solver.start=proportional", "solver.start=random",
                                    "solver.karma_start=uniform", "solver.select=neighbour"}) {
        const EquilibriumRecord record = solve_economy(pairs({start, "solver.seed=2"}));
        EXPECT_TRUE(record.certified) << start;
        EXPECT_NEAR(record.welfare.payoffs[0].endogenous, payoff, 5e-3) << start;
    }
}

TEST(SolvePairs, ContinuesFromAState) {
    const EquilibriumRecord first = solve_economy(pairs({"contest.k_max=100"}));
    ASSERT_TRUE(first.certified);
    const EquilibriumRecord again =
        solve_economy(pairs({"contest.k_max=100"}), [&](const Pairwise&, const Part&, const Collective&) {
            return StartState{"first", first.mass, first.response};
        });
    EXPECT_EQ(again.search.start, "first");
    EXPECT_TRUE(again.certified);
    EXPECT_LT(again.search.iterations, first.search.iterations / 10);
}

TEST(SolvePairs, MeasuresStabilityInTheLatticeItWasFoundIn) {
    EquilibriumRecord record = solve_economy(pairs({"solver.lambda=20", "solver.tolerance.gain=1"}));
    ASSERT_TRUE(record.certified);
    measure_stability(pairs(), record);
    ASSERT_TRUE(record.stability.has_value());
    EXPECT_GT(record.stability->modulus(), 0.0);
}

/// Keeps a state in a work folder and stops after so many iterations.
class Interruption final : public SearchKeeper {
public:
    Interruption(const std::filesystem::path& path, long last)
        : last_(last),
          folder_(path, Collective::serial()),
          checkpoints_(folder_, "checkpoint", {"pairs", ""}, CheckpointClock(folder_, {}, Collective::serial()),
                       Checkpoints::Resume::if_any, Collective::serial()) {}

    std::vector<int> resumed_balances() override { return balances = checkpoints_.resumed_balances(); }
    std::optional<SearchState> resumed(const Part& part) override { return checkpoints_.resumed(part); }
    Wish wish(long iterations) override { return iterations >= last_ ? Wish::state_and_stop : Wish::nothing; }
    void keep(SearchState state) override { checkpoints_.keep(std::move(state)); }

    std::vector<int> balances;  ///< of the state that was gone on from

private:
    long last_;
    WorkFolder folder_;
    Checkpoints checkpoints_;
};

TEST(SolvePairs, GoesOnFromACheckpointInWhateverLatticeThatWas) {
    const EquilibriumRecord alone = solve_economy(pairs());
    const test::ScratchDirectory scratch;
    std::optional<EquilibriumRecord> record;
    int largest = 0;
    const long stride = alone.search.iterations / 3;
    for (long last = stride; !record;
         last = last < alone.search.iterations - 2 ? alone.search.iterations - 2 : last + 1) {
        Interruption keeper(scratch / "work", last);
        try {
            record = solve_economy(pairs(), {}, {}, Collective::serial(), &keeper);
        } catch (const Stopped&) {
        }
        for (const int k_max : keeper.balances) largest = std::max(largest, k_max);
    }
    EXPECT_GT(largest, 20);
    EXPECT_EQ(record->search.iterations, alone.search.iterations);
    EXPECT_EQ(record->economy, alone.economy);
    EXPECT_EQ(record->certificate.stationarity, alone.certificate.stationarity);
    EXPECT_EQ(record->welfare.payoffs[0].endogenous, alone.welfare.payoffs[0].endogenous);
}

/// By the average criterion V is relative to what is earned in a contest, which is what it is at the reference state.
TEST(SolvePairs, WithoutDiscountingWhatIsEarnedOnAverageCounts) {
    const EquilibriumRecord record = solve_economy(pairs({"type.A.discount=1", "solver.tolerance.exploitability=10"}));
    EXPECT_TRUE(record.certified);
    ASSERT_EQ(record.average_payoff.size(), 1U);
    EXPECT_EQ(record.average_payoff[0], record.value.all()[6]);
    EXPECT_NEAR(record.average_payoff[0], record.welfare.payoffs[0].endogenous, 1e-6);
    EXPECT_GT(record.average_payoff[0], record.welfare.benchmark[0].endogenous);
    // What is gained in every contest counts as much as what is gained in one.
    EXPECT_EQ(record.tolerance.exploitability, record.tolerance.gain);
    EXPECT_EQ(solve_economy(pairs()).average_payoff.size(), 0U);
}

std::string refusal(const std::vector<std::string>& overrides) {
    try {
        static_cast<void>(solve_economy(pairs(overrides)));
    } catch (const InputError& error) {
        return error.what();
    }
    return {};
}

TEST(SolvePairs, RefusesWhatHasNoEquilibrium) {
    EXPECT_NE(refusal({"type.A.discount=0"}).find("--set type.A.discount=0: type.A.discount = 0"), std::string::npos);
    EXPECT_NE(refusal({"type.A.discount=0"}).find("like by a fair coin"), std::string::npos);
    EXPECT_EQ(refusal({"type.A.discount=0", "contest.payee=society", "solver.max_iterations=5"}), "");
}

TEST(SolvePairs, RefusesKarmaThatDoesNotFitInMemory) {
    const double enough_for_45 = solve_memory(estimate_size(pairs({"contest.k_max=45"})), SolverMethod::accelerated);
    const std::string limit = fmt::format("solver.memory_limit={}", enough_for_45);
    EXPECT_NE(refusal({"contest.k_max=46", limit}).find("solver.memory_limit"), std::string::npos);
    // Growth ends there, too: from 20 to 30, 45 and no further.
    const EquilibriumRecord record = solve_economy(pairs({limit}));
    EXPECT_EQ(record.search.reason, StopReason::does_not_close);
    EXPECT_EQ(record.layout->lattice().k_max(Account{}), 45);
}

void expect_ranks_share_types(const std::vector<std::string>& overrides) {
    const auto solve = [&](const Collective& ranks) {
        const EconomyConfig economy =
            parse_economy(R"(title = "Two types"
game = "pairwise"
urgency = [{ name = "calm", value = 0 }, { name = "urgent", value = 3 }]
contest = { payee = "society", k_mean = 3, k_max = 12, tax = { coefficient = 0.01, power = 2 } }
type = [{ name = "A", share = 0.5, discount = 0.5, chain = { draw = { calm = 0.5, urgent = 0.5 } } },
        { name = "B", share = 0.5, discount = 0.9, chain = { draw = { calm = 0.75, urgent = 0.25 } } }]
)",
                          "two.toml", overrides);
        const EquilibriumRecord record = solve_economy(economy, {}, {}, ranks);
        EXPECT_TRUE(record.certified);
        std::vector<double> numbers{record.certificate.stationarity, record.certificate.karma_tail};
        for (const Payoff& payoff : record.welfare.payoffs) numbers.push_back(payoff.endogenous);
        for (const Observable& observable : record.observables) numbers.push_back(observable.values.front());
        numbers.insert(numbers.end(), record.average_payoff.begin(), record.average_payoff.end());
        return numbers;
    };
    test::expect_same_bits_on_any_ranks(solve);
}
TEST(SolvePairs, RanksShareTypes) { expect_ranks_share_types({"solver.lambda=50", "solver.tolerance.gain=0.1"}); }
TEST(SolvePairs, RanksShareTypesWithoutDiscounting) {
    expect_ranks_share_types({"type.*.discount=1", "solver.lambda=50", "solver.tolerance.gain=0.1"});
}

}  // namespace
}  // namespace polykarma
