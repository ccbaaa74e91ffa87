#include "agents/distance.hpp"

#include <array>
#include <cmath>

#include "agents/agent_states.hpp"

namespace polykarma {
namespace {

/// E|X - n p| of a binomial X.
double mean_deviation(double n, double p) {
    if (!(p > 0.0 && p < 1.0)) return 0.0;
    const double k = std::floor(n * p) + 1.0;
    const double log_choose = std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
    return 2.0 * k * std::exp(log_choose + k * std::log(p) + (n - k + 1.0) * std::log1p(-p));
}

}  // namespace

double Distance::operator()(const Population& agents, const Collective& ranks) const {
    const Layout& layout = mass_.part().layout();
    const auto d = mass_.stage(Stage{});
    std::vector<std::int64_t> counts(d.size());
    std::array<std::uint32_t, kTile> states{};
    agents.for_each_tile([&](const Tile& tile) {
        static_cast<void>(find_states(layout, Stage{}, agents, tile, states));
        const std::size_t first = first_state(layout, tile.type);
        for (std::size_t i = 0; i < tile.size; ++i) ++counts[first + states[i]];
    });
    ranks.sum(counts);
    const auto all = static_cast<double>(agents.agents());
    double sum = 0.0;
    for (std::size_t x = 0; x < d.size(); ++x) sum += std::abs(static_cast<double>(counts[x]) / all - d[x]);
    return 0.5 * sum;
}

double Distance::of_sample(const std::vector<Cohort>& cohorts) const {
    const Layout& layout = mass_.part().layout();
    std::vector<double> of_type(layout.types(), 0.0);
    for (const Cohort& cohort : cohorts) of_type[cohort.type.at()] += static_cast<double>(cohort.size());
    const auto all = static_cast<double>(cohorts.back().last);
    double sum = 0.0;
    for (const auto type : Range<Type>(layout.types())) {
        const double n = of_type[type.at()], share = layout.type_infos()[type.at()].share;
        for (const auto u : Range<Exogenous>(layout.exogenous_states()))
            for (const double d : mass_.block(Stage{}, layout.block(type, u))) sum += mean_deviation(n, d / share) / all;
    }
    return 0.5 * sum;
}

}  // namespace polykarma
