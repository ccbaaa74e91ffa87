#include "study/search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "certificate/certificate.hpp"
#include "config/choices.hpp"
#include "config/neighbour.hpp"
#include "config/study_start.hpp"
#include "equilibrium/accelerated.hpp"
#include "equilibrium/growth.hpp"
#include "equilibrium/start.hpp"
#include "study/solve_economy.hpp"

namespace polykarma {
namespace {

/// The dynamics aims at half of what is asked for, so that the certificate, computed from the state after the last
/// step, does not miss it by rounding.
constexpr double kMargin = 0.5;

template <class G>
auto method_of(const SolverConfig& solver) {
    if (solver.method == SolverMethod::dynamics) return &evolve<G>;
    return solver.select == Selection::logit_branch ? &follow_branch<G> : &accelerate<G>;
}

struct Start {
    std::string name;
    Field mass;
    Response response;
};

template <class G>
Start start_in(const EconomyConfig& economy, const G& game, const StartFrom& from, const Collective& ranks) {
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

/// Where a search in one game ended, and the name of where it began.
struct Ended {
    std::string start;
    SolveOutcome outcome;
};

/// A state as one of another game with the same states and actions.
StartState moved_to(const Part& part, const Ended& from) {
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

template <class G>
Ended search_from(Start start, const EconomyConfig& economy, const G& game, const EarlierSearches& earlier,
                  const Progress& progress, const Collective& ranks, const Keeping& keeping) {
    std::optional<Chapter> chapter;
    if (keeping.keeper != nullptr) chapter.emplace(*keeping.keeper, start.name, earlier);
    Ended found{
        std::move(start.name),
        method_of<G>(economy.solver)(game, search_settings(economy), std::move(start.mass), std::move(start.response),
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

template <class G>
Ended search_from_neighbour(const EconomyConfig& economy, const G& game, const Progress& progress,
                            const Collective& ranks, const Keeping& keeping) {
    const std::vector<EconomyConfig> way = of_neighbour(economy, [&] { return way_from_neighbour(economy); });
    EarlierSearches earlier = keeping.resumed != nullptr ? keeping.resumed->earlier : EarlierSearches{};
    const auto first = static_cast<std::size_t>(earlier.count);
    std::optional<Ended> last;
    std::shared_ptr<const G> last_game;  // its state refers to it
    const auto solve = [&](const EconomyConfig& next, const G& its_game) {
        const Part part = part_of(its_game, ranks.rank(), ranks.size());
        std::optional<SearchState> resumed;
        if (!last && keeping.resumed != nullptr) resumed = moved_to(part, *keeping.resumed);
        const StartFrom from_last = [&](const G&, const Part&, const Collective&) {
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
            auto its_game =
                of_neighbour(economy, [&] { return build_game<G>(next, ranks.size(), kept_by(keeping.keeper)); });
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

template <class G>
Ended search_in(const EconomyConfig& economy, const G& game, const StartFrom& from, const Progress& progress,
                const Collective& ranks, const Keeping& keeping) {
    if (!from && economy.solver.select == Selection::neighbour)
        return search_from_neighbour(economy, game, progress, ranks, keeping);
    Start start = keeping.resumed != nullptr ? start_in(*keeping.resumed) : start_in(economy, game, from, ranks);
    return search_from(std::move(start), economy, game, {}, progress, ranks, keeping);
}

/// The same economy with half as much room again for karma; nothing where it allows no more, or memory does not.
std::optional<EconomyConfig> with_more_room(EconomyConfig economy, int ranks, Kept kept) {
    int& k_max = economy.contest.k_max;
    if (k_max >= economy.contest.largest_k_max) return {};
    k_max = std::min(economy.contest.largest_k_max, k_max + (k_max + 1) / 2);
    const double memory = solve_memory(estimate_size(economy), economy.solver.method, ranks, kept);
    if (memory > economy.solver.memory_limit) return {};
    return economy;
}

/// A start that is where the search ends.
SolveOutcome ended_at(const SearchStart& start) {
    SolveOutcome outcome{.reason = StopReason::converged,
                         .iterations = 0,
                         .lambda = start.earlier.lambda,
                         .amplitude = 0.0,
                         .history = {},
                         .branch = {},
                         .mass = start.mass,
                         .response = start.response};
    put_before(outcome, start.earlier);
    return outcome;
}

/// From lattice to lattice. Only the first one is searched from the economy's own start. What is an equilibrium as it
/// comes from the lattice before is none to search for: that could end elsewhere.
template <UnboundedGame G>
Searched<G> search_unbounded(const EconomyConfig& economy, std::shared_ptr<const G> game, const StartFrom& from,
                             const Progress& progress, const Collective& ranks, const Keeping& keeping) {
    EconomyConfig here = economy;
    std::string name;
    const bool resumes_larger = keeping.resumed != nullptr && keeping.resumed->earlier.lambda > 0.0;
    const auto is_certified = [&](const G& its_game, const auto& state) {
        return meets(certify(its_game, state.mass, state.response, ranks).certificate, tolerance_of(here));
    };
    const auto search_here = [&](const G& its_game, const std::optional<SearchStart>& last) {
        if (!last && !resumes_larger) {
            auto [start, outcome] = search_in(here, its_game, from, progress, ranks, keeping);
            name = std::move(start);
            return std::move(outcome);
        }
        if (last && is_certified(its_game, *last)) return ended_at(*last);
        const EarlierSearches& earlier = last ? last->earlier : keeping.resumed->earlier;
        EconomyConfig onwards = here;
        onwards.solver.select = Selection::start;
        onwards.solver.lambda = earlier.lambda;
        Start start = last ? Start{name, last->mass, dense_response(last->response)} : start_in(*keeping.resumed);
        name = start.name;
        return search_from(std::move(start), onwards, its_game, earlier, progress, ranks,
                           {keeping.keeper, last ? nullptr : keeping.resumed})
            .outcome;
    };
    const auto larger = [&](const G&) -> std::shared_ptr<const G> {
        const Kept kept = kept_by(keeping.keeper);
        const auto next = with_more_room(here, ranks.size(), kept);
        if (!next) return nullptr;
        here = *next;
        return build_game<G>(here, ranks.size(), kept);
    };
    Grown<G> grown = grow(std::move(game), economy.solver.truncation, search_here, larger, ranks);
    return {std::move(name), std::move(grown.game), std::move(grown.outcome)};
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

double tolerated_exploitability(const EconomyConfig& economy) {
    const SolverConfig& solver = economy.solver;
    return is_undiscounted(economy) ? std::min(solver.gain, solver.exploitability) : solver.exploitability;
}

double exploitability_per_stage(const EconomyConfig& economy) {
    if (is_undiscounted(economy)) return tolerated_exploitability(economy);
    return economy.solver.exploitability * (1.0 - cycle_discount(economy)) /
           static_cast<double>(stage_names(economy).size());
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

template <class G>
Searched<G> search(const EconomyConfig& economy, std::shared_ptr<const G> game, const StartFrom& from,
                   const Progress& progress, const Collective& ranks, const Keeping& keeping) {
    if constexpr (UnboundedGame<G>) {
        return search_unbounded(economy, std::move(game), from, progress, ranks, keeping);
    } else {
        auto [start, outcome] = search_in(economy, *game, from, progress, ranks, keeping);
        return {std::move(start), std::move(game), std::move(outcome)};
    }
}

template Searched<MultiKarma> search(const EconomyConfig&, std::shared_ptr<const MultiKarma>, const StartFrom&,
                                     const Progress&, const Collective&, const Keeping&);
template Searched<Pairwise> search(const EconomyConfig&, std::shared_ptr<const Pairwise>, const StartFrom&,
                                   const Progress&, const Collective&, const Keeping&);

}  // namespace polykarma
