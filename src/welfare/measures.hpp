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
    bool everyone_gains = false;    ///< every type gains, endogenous payoffs
};

/// Shares of the population taking each action, by type and exogenous state: what payoffs and utilisation derive from.
///   share[stage][block][action] = sum_site d pi
using ActionShares = std::vector<std::vector<std::vector<double>>>;

/// Each term is rounded to kShares, so that the shares are the same however the states are dealt to ranks.
template <class AnyResponse>
ActionShares action_shares(const Field& mass, const AnyResponse& response,
                           const Collective& ranks = Collective::serial()) {
    const Layout& layout = mass.part().layout();
    ActionShares shares;
    std::vector<double> sums;
    for (const auto r : Range<Stage>(layout.stages())) {
        const std::size_t actions = layout.stage(r).actions.size();
        sums.assign(layout.blocks() * actions, 0.0);
        const auto d = mass.stage(r);
        response.for_each(r, [&](const Site& site, const auto& row) {
            double* const block = sums.data() + site.block.at() * actions;
            for_each_action(row, [&](std::size_t a, double p) { block[a] += kShares(d[site.state] * p); });
        });
        ranks.sum(sums);
        auto& stage = shares.emplace_back();
        for (auto block = sums.cbegin(); block != sums.cend(); block += static_cast<std::ptrdiff_t>(actions))
            stage.emplace_back(block, block + static_cast<std::ptrdiff_t>(actions));
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

/// Payoffs [type] of the state whose aggregates the operators hold, from its shares.
template <Game G>
std::vector<Payoff> payoffs(const Operators<G>& operators, const ActionShares& shares) {
    return payoffs(operators.layout(), shares, action_rewards(operators));
}

/// Nash, utilitarian and minimum welfare of payoffs [type] against a benchmark [type]. A type gains when its payoff is
/// above its benchmark by more than the margin: what payoffs may be off by is no gain.
Welfare welfare(const Layout& layout, std::vector<Payoff> payoffs, std::vector<Payoff> benchmark, double margin);

}  // namespace polykarma
