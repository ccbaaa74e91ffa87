#include "study/search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "config/choices.hpp"
#include "config/neighbour.hpp"
#include "config/study_start.hpp"
#include "equilibrium/accelerated.hpp"
#include "equilibrium/start.hpp"
#include "study/solve_economy.hpp"

namespace polykarma {
namespace {

/// The dynamics aims at half of what is asked for, so that the certificate, computed from the state after the last
/// step, does not miss it by rounding.
constexpr double kMargin = 0.5;

auto method_of(const SolverConfig& solver) {
    if (solver.method == SolverMethod::dynamics) return &evolve<MultiKarma>;
    return solver.select == Selection::logit_branch ? &follow_branch<MultiKarma> : &accelerate<MultiKarma>;
}

struct Start {
    std::string name;
    Field mass;
    Response response;
};

Start start_in(const EconomyConfig& economy, const MultiKarma& game, const StartFrom& from, const Collective& ranks) {
    const Part part = part_of(game, ranks.rank(), ranks.size());
    if (from) {
        StartState state = from(game, part, ranks);
        return {state.name, std::move(state.mass), dense_response(state.response)};
    }
    const PolicyStart rule = economy.solver.start;
    Field mass(part);
    game.start_mass(economy.solver.karma_start, mass, economy.solver.seed);
    return {start_of(economy.solver).name, std::move(mass),
            rule == PolicyStart::even ? even_response(part)
                                      : pure_response(part, [&](Stage r, const Site& site, std::size_t length) {
                                            return game.start_action(rule, r, site, length, economy.solver.seed);
                                        })};
}

/// A state as one of another game with the same states and actions.
StartState moved_to(const Part& part, const Searched& from) {
    return {from.start, moved_to(part, from.outcome.mass), moved_to(part, from.outcome.response)};
}
SearchState moved_to(const Part& part, SearchState state) {
    const auto move = [&](auto& values) { values = moved_to(part, values); };
    move(state.dynamics.mass), move(state.dynamics.value), move(state.dynamics.response);
    for (auto* field : {&state.memory.before, &state.memory.branch_start})
        if (*field) move(**field);
    for (auto* place : {&state.memory.followed, &state.newton})
        if (*place) move((*place)->mass), move((*place)->value), move((*place)->response);
    return state;
}

/// Adds to the states of a search what it does not know itself: where the first one began, and what the earlier ones
/// were.
class Chapter final : public SearchKeeper {
public:
    Chapter(SearchKeeper& keeper, std::string start, EarlierSearches earlier)
        : keeper_(keeper), start_(std::move(start)), earlier_(std::move(earlier)) {}

    std::optional<SearchState> resumed(const Part& part) override { return keeper_.resumed(part); }
    Wish wish(long iterations) override { return keeper_.wish(earlier_.iterations + iterations); }
    void keep(SearchState state) override {
        state.start = start_;
        state.earlier = earlier_;
        keeper_.keep(std::move(state));
    }

private:
    SearchKeeper& keeper_;
    std::string start_;
    EarlierSearches earlier_;
};

/// Puts the iterations of earlier searches before those of a later one.
void put_before(SolveOutcome& later, const EarlierSearches& earlier) {
    for (HistoryPoint& point : later.history) point.iteration += earlier.iterations;
    later.history.insert(later.history.begin(), earlier.history.begin(), earlier.history.end());
    later.iterations += earlier.iterations;
}

Searched search_from(Start start, const EconomyConfig& economy, const MultiKarma& game, const EarlierSearches& earlier,
                     const Progress& progress, const Collective& ranks, const Keeping& keeping) {
    std::optional<Chapter> chapter;
    if (keeping.keeper != nullptr) chapter.emplace(*keeping.keeper, start.name, earlier);
    Searched found{
        std::move(start.name),
        method_of(economy.solver)(game, search_settings(economy), std::move(start.mass), std::move(start.response),
                                  progress, ranks, {chapter ? &*chapter : nullptr, keeping.resumed})};
    put_before(found.outcome, earlier);
    return found;
}

Start start_in(const SearchState& state) {
    return {state.start, state.dynamics.mass, dense_response(state.dynamics.response)};
}

bool is_solved(StopReason reason) { return reason == StopReason::converged || reason == StopReason::smoothed; }

/// What make() makes of a neighbour; says whose fault it is when there is no such economy.
template <class Make>
auto of_neighbour(const EconomyConfig& economy, Make&& make) {
    try {
        return make();
    } catch (const InputError& error) {
        throw InputError(economy.where("solver.neighbour"), "solver.neighbour",
                         fmt::format("{}", economy.solver.neighbour), "there is no such economy", error.what());
    }
}

Searched search_from_neighbour(const EconomyConfig& economy, const MultiKarma& game, const Progress& progress,
                               const Collective& ranks, const Keeping& keeping) {
    const std::vector<EconomyConfig> way = of_neighbour(economy, [&] { return way_from_neighbour(economy); });
    EarlierSearches earlier = keeping.resumed != nullptr ? keeping.resumed->earlier : EarlierSearches{};
    const auto first = static_cast<std::size_t>(earlier.count);
    std::optional<Searched> last;
    std::shared_ptr<const MultiKarma> last_game;  // its state refers to it
    const auto solve = [&](const EconomyConfig& next, const MultiKarma& its_game) {
        const Part part = part_of(its_game, ranks.rank(), ranks.size());
        std::optional<SearchState> resumed;
        if (!last && keeping.resumed != nullptr) resumed = moved_to(part, *keeping.resumed);
        const StartFrom from_last = [&](const MultiKarma&, const Part&, const Collective&) {
            return moved_to(part, *last);
        };
        Start start = resumed ? start_in(*resumed) : start_in(next, its_game, last ? from_last : StartFrom{}, ranks);
        last = search_from(std::move(start), next, its_game, earlier, progress, ranks,
                           {keeping.keeper, resumed ? &*resumed : nullptr});
        earlier = {earlier.count + 1, last->outcome.iterations, last->outcome.history};
        return is_solved(last->outcome.reason);
    };
    const bool led_here =
        std::all_of(way.begin() + static_cast<std::ptrdiff_t>(first), way.end(), [&](const auto& next) {
            auto its_game = of_neighbour(economy, [&] { return build_game(next, ranks.size()); });
            const bool solved = solve(next, *its_game);
            last_game = std::move(its_game);
            return solved;
        });
    if (led_here) {
        solve(economy, game);
    } else {
        StartState state = moved_to(part_of(game, ranks.rank(), ranks.size()), *last);
        last->outcome.mass = std::move(state.mass);
        last->outcome.response = std::move(state.response);
    }
    return {start_of(economy.solver).name, std::move(last->outcome)};
}

}  // namespace

Field moved_to(const Part& part, const Field& from) {
    Field field(part);
    std::ranges::copy(from.all(), field.all().begin());
    return field;
}

SparseResponse moved_to(const Part& part, const SparseResponse& from) {
    SparseResponse response(part);
    for (const auto r : Range<Stage>(part.layout().stages()))
        from.for_each(r, [&](const Site&, const SparseRow& row) { response.append(row.actions, row.probabilities); });
    return response;
}

double exploitability_per_stage(const EconomyConfig& economy) {
    double cycle = 1.0;
    for (const auto& resource : economy.resources) cycle *= resource.discount;
    return economy.solver.exploitability * (1.0 - cycle) / static_cast<double>(economy.resources.size());
}

EvolutionSettings search_settings(const EconomyConfig& economy) {
    const SolverConfig& solver = economy.solver;
    EvolutionSettings settings;
    settings.lambda = solver.lambda;
    settings.step = solver.step;
    settings.response_rate = solver.response_rate;
    settings.max_iterations = solver.max_iterations;
    settings.stationarity = kMargin * solver.stationarity;
    settings.gain = kMargin * std::min(solver.gain, exploitability_per_stage(economy));
    return settings;
}

Searched search(const EconomyConfig& economy, const MultiKarma& game, const StartFrom& from, const Progress& progress,
                const Collective& ranks, const Keeping& keeping) {
    if (!from && economy.solver.select == Selection::neighbour)
        return search_from_neighbour(economy, game, progress, ranks, keeping);
    Start start = keeping.resumed != nullptr ? start_in(*keeping.resumed) : start_in(economy, game, from, ranks);
    return search_from(std::move(start), economy, game, {}, progress, ranks, keeping);
}

}  // namespace polykarma
