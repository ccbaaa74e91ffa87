#pragma once

#include <vector>

#include "dynamics/operators.hpp"
#include "dynamics/response.hpp"

namespace polykarma {

/// Mean payoff per stage of one type.                                                            ([MK] eq. 14 and 15)
struct Payoff {
    double endogenous = 0.0;  ///< every stage counts, inactive ones too
    double exogenous = 0.0;   ///< only stages where the agent took part; NaN for a type that never does
};

/// Welfare of a social state, measured against the benchmark economy without priority access.
struct Welfare {
    std::vector<Payoff> payoffs;    ///< [type]
    std::vector<Payoff> benchmark;  ///< [type]
    Payoff nash;                    ///< sum of share * log(payoff - benchmark); -infinity where a type does not gain
    Payoff utilitarian;             ///< sum of share * payoff
    Payoff minimum;                 ///< smallest payoff of any type
    bool everyone_gains = false;    ///< every type is above its benchmark, endogenous payoffs
};

/// Shares of the population taking each action, by type and exogenous state: what payoffs and utilisation derive from.
///   share[stage][block][action] = sum_site d pi
using ActionShares = std::vector<std::vector<std::vector<double>>>;

template <class AnyResponse>
ActionShares action_shares(const Layout& layout, const Field& mass, const AnyResponse& response) {
    ActionShares shares;
    for (const auto r : Range<Stage>(layout.stages())) {
        shares.emplace_back(layout.blocks(), std::vector<double>(layout.stage(r).actions.size(), 0.0));
        const auto d = mass.stage(r);
        std::size_t state = 0;
        response.for_each(r, [&](const Site& site, Row row) {
            auto& block = shares.back()[site.block.at()];
            for (std::size_t a = 0; a < row.size(); ++a) block[a] += d[state] * row[a];
            ++state;
        });
    }
    return shares;
}

/// Expected immediate reward of each action, [stage][block][action], from the game's aggregates.
template <Game G>
ActionShares action_rewards(const Operators<G>& operators) {
    const Layout& layout = operators.layout();
    ActionShares rewards;
    for (const auto r : Range<Stage>(layout.stages())) {
        auto& stage = rewards.emplace_back(layout.blocks());
        for (const auto b : Range<Block>(layout.blocks()))
            for (const auto a : Range<Action>(layout.stage(r).actions.size()))
                stage[b.at()].push_back(operators.game().reward(r, operators.aggregates(r), b, a));
    }
    return rewards;
}

/// Payoffs [type] from shares and rewards.
std::vector<Payoff> payoffs(const Layout& layout, const ActionShares& shares, const ActionShares& rewards);

/// Nash, utilitarian and minimum welfare of payoffs [type] against a benchmark [type].
Welfare welfare(const Layout& layout, std::vector<Payoff> payoffs, std::vector<Payoff> benchmark);

}  // namespace polykarma
