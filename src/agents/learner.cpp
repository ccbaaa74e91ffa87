#include "agents/learner.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/error.hpp"

namespace polykarma {

Learner::Learner(const Contest& contest, std::span<const Cohort> cohorts, const std::vector<bool>& learns)
    : contest_(contest), tables_(cohorts.size()) {
    const Layout& layout = contest.layout();
    for (std::size_t c = 0; c < cohorts.size(); ++c) {
        if (!learns[cohorts[c].behaviour]) continue;
        for (const auto r : Range<Stage>(layout.stages())) {
            const std::size_t size = layout.exogenous_states() * layout.sites() * stride(r);
            const std::vector<double> zeros(size);
            const std::vector<std::int64_t> none(size);
            tables_[c].push_back({zeros, zeros, none, none});
        }
    }
}

Stage Learner::before(Stage r) const {
    const std::size_t stages = contest_.layout().stages();
    return Stage{(r.at() + stages - 1) % stages};
}

std::int32_t Learner::best(Stage r, const Tile& tile, std::size_t place, std::size_t state, std::size_t actions,
                           Population& agents) {
    auto& tables = tables_[tile.cohort];
    const double* const q = tables[r.at()].values.data() + state * stride(r);
    const double* const largest = std::max_element(q, q + actions);
    Table& led_here = tables[before(r).at()];
    if (const std::int32_t cell = agents.learning.cell[place]; cell >= 0 && cell < std::ssize(led_here.values)) {
        const double target = agents.learning.payoff[place] + contest_.discount(tile.type, before(r)) * *largest;
        led_here.targets[static_cast<std::size_t>(cell)] += std::llround(target / kUnit);
        ++led_here.visits[static_cast<std::size_t>(cell)];
    }
    return static_cast<std::int32_t>(largest - q);
}

void Learner::take(Stage r, std::size_t place, std::size_t state, std::int32_t action, Population& agents) const {
    agents.learning.cell[place] = static_cast<std::int32_t>(state * stride(r)) + action;
}

void Learner::learn(Stage r, const Collective& ranks) {
    for (auto& tables : tables_) {
        if (tables.empty()) continue;
        Table& table = tables[before(r).at()];
        ranks.sum(table.targets);
        ranks.sum(table.visits);
        for (std::size_t i = 0; i < table.values.size(); ++i) {
            if (table.visits[i] == 0) continue;
            const auto visits = static_cast<double>(table.visits[i]);
            const double target = kUnit * static_cast<double>(table.targets[i]) / visits;
            table.weights[i] = std::max(visits, std::min(table.weights[i] + visits, kMemory));
            table.values[i] += visits / table.weights[i] * (target - table.values[i]);
        }
        std::ranges::fill(table.targets, 0);
        std::ranges::fill(table.visits, 0);
    }
}

std::vector<double> Learner::values() const {
    std::vector<double> all;
    for (const auto& tables : tables_)
        for (const Table& table : tables)
            for (const auto* part : {&table.values, &table.weights}) all.insert(all.end(), part->begin(), part->end());
    return all;
}

void Learner::restore(std::span<const double> values) {
    for (auto& tables : tables_)
        for (Table& table : tables)
            for (auto* part : {&table.values, &table.weights}) {
                POLYKARMA_EXPECTS(values.size() >= part->size());
                std::ranges::copy(values.first(part->size()), part->begin());
                values = values.subspan(part->size());
            }
}

}  // namespace polykarma
