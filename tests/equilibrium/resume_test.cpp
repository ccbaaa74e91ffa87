// A search that is interrupted and goes on from its last safe point ends like one that never was.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "equilibrium/accelerated.hpp"
#include "equilibrium/start.hpp"
#include "support/engine_results.hpp"
#include "support/partitioned.hpp"
#include "support/random_economy.hpp"
#include "support/small_economy.hpp"

namespace polykarma {
namespace {

Field start_mass(const MultiKarma& game, const Part& part) {
    Field mass(part);
    game.start_mass(KarmaStart::at_mean, mass);
    return mass;
}

/// Asks for states every few iterations, and for the end after some.
class Interruption : public SearchKeeper {
public:
    Interruption(long every, long last) : every_(every), last_(last) {}

    std::optional<SearchState> resumed(const Part&) override { return {}; }
    Wish wish(long iterations) override {
        asked_ = iterations;
        if (iterations >= last_) return Wish::state_and_stop;
        return iterations % every_ == 0 ? Wish::state : Wish::nothing;
    }
    void keep(SearchState state) override {
        EXPECT_EQ(state.rule.iteration, asked_);
        kept.emplace(std::move(state));
    }

    std::optional<SearchState> kept;

private:
    long every_, last_;
    long asked_ = 0;
};

using Search = std::function<SolveOutcome(const Part&, const Collective&, const Keeping&)>;

/// Interrupts a search again and again, `stride` iterations after the last time, going on from the last state.
SolveOutcome interrupted(const Search& search, long stride, const Part& part, const Collective& ranks,
                         std::vector<SearchPosition>& positions) {
    std::optional<SearchState> state;
    for (long last = stride;; last += stride) {
        Interruption keeper(7, last);
        try {
            return search(part, ranks, {&keeper, state ? &*state : nullptr});
        } catch (const Stopped&) {
            if (keeper.kept) state = std::move(keeper.kept);
            if (!state) throw std::logic_error("stopped without a state");
            EXPECT_EQ(state->rule.iteration, last) << "it could have gone on further";
            positions.push_back(state->memory.position);
        }
    }
}

template <class G>
Search by(SolveOutcome (*method)(const G&, const EvolutionSettings&, Field, Response, const Progress&,
                                 const Collective&, const Keeping&),
          const G& game, const EvolutionSettings& settings) {
    return [&game, settings, method](const Part& part, const Collective& ranks, const Keeping& keeping) {
        return method(game, settings, start_mass(game, part), even_response(part), {}, ranks, keeping);
    };
}

std::vector<double> branch_of(const SolveOutcome& outcome) {
    std::vector<double> numbers;
    for (const auto& [lambda, arclength, change, jump] : outcome.branch)
        numbers.insert(numbers.end(), {lambda, arclength, change, jump ? 1.0 : 0.0});
    return numbers;
}

void expect_the_same(const Search& search, const MultiKarma& game, std::initializer_list<long> strides,
                     const std::vector<std::function<bool(const SearchPosition&)>>& passes = {}) {
    const SolveOutcome whole_way = search(whole(game), Collective::serial(), {});
    std::vector<SearchPosition> all;
    for (const long stride : strides) {
        SCOPED_TRACE("every " + std::to_string(stride) + " iterations");
        std::vector<SearchPosition> positions;
        const SolveOutcome resumed = interrupted(search, stride, whole(game), Collective::serial(), positions);
        test::expect_part_of(resumed, whole_way);
        EXPECT_EQ(resumed.lambda, whole_way.lambda);
        EXPECT_EQ(resumed.amplitude, whole_way.amplitude);
        EXPECT_EQ(branch_of(resumed), branch_of(whole_way));
        EXPECT_GE(static_cast<long>(positions.size()), whole_way.iterations / stride - 1);
        all.insert(all.end(), positions.begin(), positions.end());
    }
    for (std::size_t i = 0; i < passes.size(); ++i)
        EXPECT_TRUE(std::ranges::any_of(all, passes[i])) << "place " << i << " that this is a test of was never passed";
}

MultiKarma cycling() {
    return MultiKarma(
        test::small_economy({6, 5}, {2.1, 1.75}, Exchange::from_worth({1.0, 2.0 / 3.0}), Redistribution::all));
}

TEST(Resumed, DynamicsEndsTheSame) {
    const MultiKarma game(test::one_lane());
    EvolutionSettings settings;
    settings.lambda = 20.0;
    settings.gain = 1.0;
    settings.patience = 300;
    expect_the_same(by(&evolve<MultiKarma>, game, settings), game, {1, 13, 200});
}

TEST(Resumed, SearchEndsTheSame) {
    const MultiKarma game(test::one_lane());
    expect_the_same(by(&accelerate<MultiKarma>, game, {}), game, {1, 2, 13, 51},
                    {[](const SearchPosition& at) { return at.newton.running && at.newton.steps > 0; }});
}

TEST(Resumed, DetoursEndTheSame) {
    const MultiKarma game = cycling();
    expect_the_same(by(&accelerate<MultiKarma>, game, {}), game, {5, 37, 400},
                    {[](const SearchPosition& at) { return at.remedy > 0 && at.following > 0.0; },
                     [](const SearchPosition& at) { return at.following > 0.0 && at.newton.running; }});
}

TEST(Resumed, RaisingLambdaEndsTheSame) {
    const MultiKarma game(test::one_lane());
    EvolutionSettings settings;
    settings.lambda = 20.0;
    settings.stationarity = settings.bellman = 1e-11;
    settings.gain = -1.0;  // no lambda is enough
    expect_the_same(by(&accelerate<MultiKarma>, game, settings), game, {1, 3, 20},
                    {[](const SearchPosition& at) { return at.raising && at.newton.running; }});
}

/// Searches that try everything, the branch too.
TEST(Resumed, RandomEconomiesEndTheSame) {
    for (const std::uint64_t seed : {std::uint64_t{4}, std::uint64_t{10}, std::uint64_t{126}}) {
        const MultiKarma game(test::random_economy(seed).rules);
        EvolutionSettings settings;
        settings.max_iterations = 6000;
        expect_the_same(by(&accelerate<MultiKarma>, game, settings), game, {331, 1009});
    }
}

TEST(Resumed, BranchEndsTheSame) {
    using Phase = BranchPosition::Phase;
    const auto in = [](Phase phase) { return [=](const SearchPosition& at) { return at.branch.phase == phase; }; };
    const MultiKarma smooth(test::one_lane());
    expect_the_same(by(&follow_branch<MultiKarma>, smooth, {}), smooth, {50, 1},
                    {in(Phase::settling), in(Phase::arc), in(Phase::arriving)});
    const MultiKarma with_gaps(test::random_economy(48).rules);
    expect_the_same(by(&follow_branch<MultiKarma>, with_gaps, {}), with_gaps, {331, 17, 37},
                    {in(Phase::leap), in(Phase::detour)});
}

TEST(Resumed, RanksEndTheSame) {
    const MultiKarma game = cycling();
    const Search search = by(&accelerate<MultiKarma>, game, {});
    const SolveOutcome alone = search(whole(game), Collective::serial(), {});
    for (const std::vector<double>& deal : {std::vector{1.0, 1.0}, std::vector{1.0, 0.0, 2.0}})
        test::on_parts(game, deal, [&](const Part& part, const Collective& ranks) {
            std::vector<SearchPosition> positions;
            test::expect_part_of(interrupted(search, 601, part, ranks, positions), alone);
        });
}

}  // namespace
}  // namespace polykarma
