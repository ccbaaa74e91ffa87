#pragma once

#include <string>
#include <utility>
#include <vector>

#include "certificate/certificate.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/logit_iteration.hpp"
#include "game/multi_karma.hpp"
#include "game/pairwise.hpp"
#include "support/partitioned.hpp"
#include "support/random_economy.hpp"
#include "support/toy_game.hpp"
#include "welfare/measures.hpp"

// Everything that the engine computes from a social state, on however many ranks.
namespace polykarma::test {

struct SocialState {
    Field mass;
    Response response;
};

inline SocialState random_state(const Part& whole, Random& random, bool sparse) {
    Field mass = random_mass(whole, random, sparse);
    return {std::move(mass), random_response(whole, random)};
}

inline SocialState restricted(const SocialState& whole, const Part& part) {
    return {restricted(whole.mass, part), restricted(whole.response, part)};
}

struct EngineResults {
    template <class T>
    struct Named {
        std::string name;
        T of;
    };
    std::vector<Named<std::vector<double>>> numbers;  ///< about the whole: every rank has them
    std::vector<Named<Field>> fields;                 ///< the rank's parts
    std::vector<Named<Response>> rows;
};

inline std::vector<double> numbers_of(const MultiKarma::Aggregates& m) {
    std::vector<double> numbers{m.delay, m.mean_payment, static_cast<double>(m.credit.whole), m.credit.fraction,
                                m.credit.lost};
    for (const auto* vector : {&m.nu, &m.psi, &m.reward}) numbers.insert(numbers.end(), vector->begin(), vector->end());
    numbers.insert(numbers.end(), m.receivers.begin(), m.receivers.end());
    return numbers;
}
inline std::vector<double> numbers_of(const Pairwise::Aggregates& m) {
    std::vector<double> numbers{m.mean_payment, m.tax, m.overflow, static_cast<double>(m.credit.whole),
                                m.credit.fraction, m.credit.lost};
    for (const auto* vector : {&m.nu, &m.win, &m.reward}) numbers.insert(numbers.end(), vector->begin(), vector->end());
    numbers.insert(numbers.end(), m.receivers.begin(), m.receivers.end());
    return numbers;
}
inline std::vector<double> numbers_of(const ToyGame::Aggregates& m) { return {m.load.begin(), m.load.end()}; }
inline std::vector<double> numbers_of(const Residuals& r) { return {r.stationarity, r.gain, r.bellman, r.value_scale}; }
inline std::vector<double> numbers_of(const Certificate& c) {
    return {c.stationarity,       c.gain_mean,      c.gain_max,     c.gain_all,   c.exploitability_mean,
            c.exploitability_max, c.bellman,        c.value_scale,  c.mass_error, c.karma_error,
            c.karma_lost,         c.response_error, c.negative_mass, c.karma_tail,
            c.karma_clipped};
}
inline std::vector<double> numbers_of(const ActionShares& shares) {
    std::vector<double> numbers;
    for (const auto& stage : shares)
        for (const auto& block : stage) numbers.insert(numbers.end(), block.begin(), block.end());
    return numbers;
}

/// One operator at a time: aggregates, best values of one agent, their rows, pushed mass, also of the response as it is
/// written.
template <Game G>
void add_operators(const G& game, const SocialState& state, const Collective& ranks, EngineResults& results) {
    const Part& part = state.mass.part();
    Operators<G> operators(game, part, ranks);
    operators.aggregate(state.mass, state.response);
    for (const auto r : Range<Stage>(game.layout().stages()))
        results.numbers.push_back({"aggregates " + std::to_string(r.at()), numbers_of(operators.aggregates(r))});
    results.numbers.push_back({"action shares", numbers_of(action_shares(state.mass, state.response, ranks))});
    const SparseResponse written(state.response, 1e-15);
    Field value(part), pushed(part), pushed_as_written(part);
    const double change =
        iterate_values(operators, value, [](Stage, const Site&, const auto& q) { return row_maximum(q.row()); });
    results.numbers.push_back({"change of values", {change}});
    Response rows(part);
    for (const auto r : Range<Stage>(game.layout().stages())) {
        operators.rows(r, value,
                       [&](const Site& site, Row q) { std::ranges::copy(q, rows.row(r, site, q.size()).begin()); });
        if (!operators.leads_on(r)) continue;
        const Stage next = game.layout().next(r);
        operators.push(r, state.mass.stage(r), state.response, pushed.stage(next));
        operators.push(r, state.mass.stage(r), written, pushed_as_written.stage(next));
    }
    results.fields.push_back({"values", std::move(value)});
    results.fields.push_back({"pushed mass", std::move(pushed)});
    results.fields.push_back({"pushed mass as written", std::move(pushed_as_written)});
    results.rows.push_back({"rows", std::move(rows)});
}

/// Some steps of the dynamics, and the certificate of where they lead.
template <Game G>
void add_evolution(const G& game, const SocialState& state, int steps, const Collective& ranks,
                   EngineResults& results) {
    EvolutionSettings settings;
    settings.lambda = 20.0;
    settings.step = 0.2;
    Evolution<G> evolution(game, settings, state.mass, state.response, ranks);
    for (int step = 0; step < steps; ++step)
        results.numbers.push_back({"residuals " + std::to_string(step), numbers_of(evolution.step())});
    auto [certificate, value, average_payoff] = certify(game, evolution.mass(), SparseResponse(evolution.response(), 1e-15), ranks);
    results.numbers.push_back({"certificate", numbers_of(certificate)});
    results.numbers.push_back({"average payoff", average_payoff});
    results.fields.push_back({"evolved mass", evolution.mass()});
    results.fields.push_back({"evolved values", evolution.value()});
    results.fields.push_back({"certified values", std::move(value)});
    results.rows.push_back({"evolved response", evolution.response()});
}

/// The same of the iteration that stores no response.
template <Game G>
void add_logit_iteration(const G& game, const SocialState& state, int steps, const Collective& ranks,
                         EngineResults& results) {
    LogitIteration<G> iteration(game, 20.0, 0.2, state.mass, Field(state.mass.part()), ranks);
    for (int step = 0; step < steps; ++step)
        results.numbers.push_back({"logit residuals " + std::to_string(step), numbers_of(iteration.step())});
    results.fields.push_back({"iterated mass", iteration.mass()});
    results.fields.push_back({"iterated values", iteration.value()});
}

template <Game G>
EngineResults engine_results(const G& game, const SocialState& state, const Collective& ranks) {
    constexpr int kSteps = 20;
    EngineResults results;
    add_operators(game, state, ranks, results);
    add_evolution(game, state, kSteps, ranks, results);
    add_logit_iteration(game, state, kSteps, ranks, results);
    return results;
}

/// A rank's results are those of a single rank, bit by bit.
inline void expect_parts_of(const EngineResults& results, const EngineResults& whole) {
    ASSERT_EQ(results.numbers.size(), whole.numbers.size());
    for (std::size_t i = 0; i < whole.numbers.size(); ++i)
        EXPECT_EQ(bits_of(results.numbers[i].of), bits_of(whole.numbers[i].of)) << whole.numbers[i].name;
    ASSERT_EQ(results.fields.size(), whole.fields.size());
    for (std::size_t i = 0; i < whole.fields.size(); ++i)
        EXPECT_EQ(differences(results.fields[i].of, whole.fields[i].of), 0U) << whole.fields[i].name;
    ASSERT_EQ(results.rows.size(), whole.rows.size());
    for (std::size_t i = 0; i < whole.rows.size(); ++i)
        EXPECT_EQ(differences(results.rows[i].of, whole.rows[i].of), 0U) << whole.rows[i].name;
}

/// A search on a part ended like the search on the whole, after the same iterations, in the same state, bit by bit.
inline void expect_part_of(const SolveOutcome& outcome, const SolveOutcome& alone) {
    EXPECT_EQ(outcome.reason, alone.reason);
    EXPECT_EQ(outcome.iterations, alone.iterations);
    ASSERT_EQ(outcome.history.size(), alone.history.size());
    for (std::size_t i = 0; i < alone.history.size(); ++i)
        EXPECT_EQ(bits_of(numbers_of(outcome.history[i].residuals)), bits_of(numbers_of(alone.history[i].residuals)));
    EXPECT_EQ(differences(outcome.mass, alone.mass), 0U);
    EXPECT_EQ(differences(dense_response(outcome.response), dense_response(alone.response)), 0U);
}

}  // namespace polykarma::test
