#include "study/measured.hpp"

#include <limits>
#include <utility>

#include "welfare/multi_karma_benchmark.hpp"
#include "welfare/pairwise_benchmark.hpp"

namespace polykarma {
namespace {

/// The smallest bid of a stage that is more likely than not to lead to an outcome; NaN when there is none.
///   probability: of the outcome [action]
double price_level(const Layout::StageInfo& stage, std::span<const double> probability) {
    double price = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t a = 0; a < stage.actions.size(); ++a) {
        const double bid = stage.actions[a].bid;
        if (probability[a] >= 0.5 && !(bid >= price)) price = bid;
    }
    return price;
}

/// Values of one aggregate, [stage].
template <class G, class Of>
std::vector<double> values_of(const Operators<G>& operators, Of&& of) {
    std::vector<double> values;
    for (const auto r : Range<Stage>(operators.layout().stages())) values.push_back(of(operators.aggregates(r)));
    return values;
}

double expected(const Credit& credit) { return credit.whole + credit.fraction; }

std::vector<Observable> observables_of(const Operators<MultiKarma>& operators, const Welfare&) {
    using Aggregates = MultiKarma::Aggregates;
    return {{"delay", "1", "relative excess of general-purpose users over the general-purpose capacity",
             values_of(operators, [](const Aggregates& m) { return m.delay; })},
            {"mean_payment", "karma", "mean payment per capita, in karma of the stage's resource",
             values_of(operators, [](const Aggregates& m) { return m.mean_payment; })},
            {"credit", "karma", "expected credit offered to each receiver with room for it",
             values_of(operators, [](const Aggregates& m) { return expected(m.credit); })}};
}

std::vector<Observable> observables_of(const Operators<Pairwise>& operators, const Welfare& welfare) {
    using Aggregates = Pairwise::Aggregates;
    return {{"efficiency", "payoff", "mean payoff of the population", {welfare.utilitarian.endogenous}},
            {"dictator_efficiency", "payoff", "the same when the higher urgency wins: no rule does better",
             {dictator_efficiency(operators.game().rules())}},
            {"mean_payment", "karma", "mean payment per capita",
             values_of(operators, [](const Aggregates& m) { return m.mean_payment; })},
            {"tax", "karma", "mean tax per capita", values_of(operators, [](const Aggregates& m) { return m.tax; })},
            {"credit", "karma", "expected credit of everybody with room for it",
             values_of(operators, [](const Aggregates& m) { return expected(m.credit); })}};
}

}  // namespace

template <class G>
void measure(const G& game, EquilibriumRecord& record, double margin, const Collective& ranks) {
    const Layout& layout = game.layout();
    Operators<G> operators(game, record.mass.part(), ranks);
    operators.aggregate(record.mass, record.response);
    Observable price{kPriceLevel, "karma", "smallest bid that has its way with probability 1/2 or more", {}};
    for (const auto r : Range<Stage>(layout.stages())) {
        auto& stage = record.outcome_probability.emplace_back();
        for (std::size_t o = 0; o < game.outcomes().size(); ++o) {
            auto& outcome = stage.emplace_back();
            for (const auto a : Range<Action>(layout.stage(r).actions.size()))
                outcome.push_back(game.outcome_probability(r, operators.aggregates(r), o, a));
        }
        // The first outcome is the one that bids are for.
        price.values.push_back(price_level(layout.stage(r), stage.front()));
    }
    record.outcomes.assign(game.outcomes().begin(), game.outcomes().end());
    record.shares = action_shares(record.mass, record.response, ranks);
    record.welfare = welfare(layout, payoffs(operators, record.shares), benchmark_payoffs(game.rules()), margin);
    record.observables = observables_of(operators, record.welfare);
    record.observables.push_back(std::move(price));
    record.marginals = marginals_of(record.mass, record.shares, record.outcome_probability, ranks);
}

template void measure(const MultiKarma&, EquilibriumRecord&, double, const Collective&);
template void measure(const Pairwise&, EquilibriumRecord&, double, const Collective&);

}  // namespace polykarma
