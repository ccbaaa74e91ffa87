#include "welfare/measures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace polykarma {
namespace {

/// False for what is not a number.
bool gains(double payoff, double benchmark, double margin) { return payoff - benchmark > margin; }

/// log of the gain over the benchmark; no gain is minus infinity, never NaN.
double log_gain(double payoff, double benchmark, double margin) {
    return gains(payoff, benchmark, margin) ? std::log(payoff - benchmark) : -std::numeric_limits<double>::infinity();
}

}  // namespace

std::vector<Payoff> payoffs(const Layout& layout, const ActionShares& shares, const ActionShares& rewards) {
    struct Sum {
        double payoff = 0.0;
        double share = 0.0;
    };
    std::vector<Sum> every(layout.types());
    std::vector<Sum> taking_part(layout.types());
    for (const auto r : Range<Stage>(layout.stages()))
        for (const auto b : Range<Block>(layout.blocks())) {
            const std::size_t t = layout.type(b).at();
            const auto& actions = layout.stage(r).actions;
            for (std::size_t a = 0; a < actions.size(); ++a) {
                const double share = shares[r.at()][b.at()][a];
                const double payoff = share * rewards[r.at()][b.at()][a];
                every[t].payoff += payoff;
                every[t].share += share;
                if (!actions[a].participates) continue;
                taking_part[t].payoff += payoff;
                taking_part[t].share += share;
            }
        }
    std::vector<Payoff> result;
    for (std::size_t t = 0; t < layout.types(); ++t)
        result.push_back({every[t].payoff / every[t].share, taking_part[t].payoff / taking_part[t].share});
    return result;
}

Welfare welfare(const Layout& layout, std::vector<Payoff> payoffs, std::vector<Payoff> benchmark, double margin) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    Welfare w{std::move(payoffs), std::move(benchmark), {}, {}, {kInfinity, kInfinity}, true};
    for (std::size_t t = 0; t < w.payoffs.size(); ++t) {
        const double share = layout.type_infos()[t].share;
        w.nash.endogenous += share * log_gain(w.payoffs[t].endogenous, w.benchmark[t].endogenous, margin);
        w.nash.exogenous += share * log_gain(w.payoffs[t].exogenous, w.benchmark[t].exogenous, margin);
        w.utilitarian.endogenous += share * w.payoffs[t].endogenous;
        w.utilitarian.exogenous += share * w.payoffs[t].exogenous;
        w.minimum.endogenous = std::min(w.minimum.endogenous, w.payoffs[t].endogenous);
        w.minimum.exogenous = std::min(w.minimum.exogenous, w.payoffs[t].exogenous);
        w.everyone_gains = w.everyone_gains && gains(w.payoffs[t].endogenous, w.benchmark[t].endogenous, margin);
    }
    return w;
}

}  // namespace polykarma
