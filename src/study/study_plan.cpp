#include "study/study_plan.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "study/solve_economy.hpp"

namespace polykarma {
namespace {

/// More ranks than this leaves states to are no faster (docs/PARALLEL.md).
constexpr double kStatesPerRank = 1e5;

/// Where solver.step is not given; smaller ones take longer in proportion.
constexpr double kUsualStep = 0.2;

/// Of economies on the way from a neighbour, which are solved one from the other.
constexpr double kNeighbourSolves = 3.0;

/// The least number of ranks whose memory an economy fits, at most all of them.
int ranks_for_memory(const EconomyConfig& economy, const GameSize& size, int ranks) {
    int needed = 1;
    while (needed < ranks && solve_memory(size, economy.solver.method, needed) > economy.solver.memory_limit) ++needed;
    return needed;
}

/// What a rank has found out about the units that it read.
struct Demands {
    std::vector<double> work;       ///< [pending]
    double ranks_for_memory = 1.0;  ///< of the economy that needs most
    double states = 0.0;            ///< of the largest economy
};

void look_at(const EconomyConfig& economy, const Collective& ranks, double& work, Demands& demands) {
    const GameSize size = estimate_size(economy);
    work += predicted_work(economy);
    demands.states = std::max(demands.states, size.states);
    demands.ranks_for_memory =
        std::max(demands.ranks_for_memory, static_cast<double>(ranks_for_memory(economy, size, ranks.size())));
}

}  // namespace

WorkUnits::WorkUnits(const StudyConfig& study, bool chains)
    : points_(study.size()),
      length_(chains && !study.axes.empty() ? groups_of(study.axes).back().size : 1),
      stride_(length_ > 1 ? study.starts.size() : 1) {}

std::vector<std::size_t> WorkUnits::points(std::size_t unit) const {
    std::vector<std::size_t> points;
    for (std::size_t step = 0; step < length_; ++step) points.push_back(point(unit, step));
    return points;
}

double predicted_work(const EconomyConfig& economy) {
    const double pace = std::max(1.0, kUsualStep / economy.solver.step);
    const double solves = economy.solver.select == Selection::neighbour ? 1.0 + kNeighbourSolves : 1.0;
    return estimate_size(economy).pairs * pace * solves;
}

StudyPlan plan_study(const StudyConfig& study, std::span<const std::string> overrides, const WorkUnits& units,
                     std::vector<std::size_t> pending, int ranks_per_economy, const Collective& ranks) {
    Demands demands{.work = std::vector<double>(pending.size(), 0.0)};
    for (std::size_t i = 0; i < pending.size(); ++i) {
        if (ranks.owner(i) != ranks.rank()) continue;
        for (const std::size_t point : units.points(pending[i])) {
            try {
                look_at(economy_of(study, study.point(point), overrides), ranks, demands.work[i], demands);
            } catch (const InputError&) {
                // It fails as soon as it is taken.
            }
        }
    }
    ranks.maximum(demands.work);
    std::array<double, 2> most{demands.ranks_for_memory, demands.states};
    ranks.maximum(most);

    std::vector<std::size_t> by_work(pending.size());
    std::iota(by_work.begin(), by_work.end(), std::size_t{0});
    std::ranges::stable_sort(by_work, std::greater{}, [&](std::size_t i) { return demands.work[i]; });
    StudyPlan plan;
    for (const std::size_t i : by_work) plan.order.push_back(pending[i]);
    plan.ranks_per_economy = ranks_per_economy;
    if (ranks_per_economy == 0) {
        const double free = static_cast<double>(ranks.size()) / static_cast<double>(std::max<std::size_t>(1, pending.size()));
        const double kept_busy = most[1] / kStatesPerRank;
        plan.ranks_per_economy = static_cast<int>(std::max({1.0, most[0], std::min(free, kept_busy)}));
    }
    return plan;
}

}  // namespace polykarma
