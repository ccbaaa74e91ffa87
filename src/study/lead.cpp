#include "study/lead.hpp"

#include <algorithm>
#include <cmath>

namespace polykarma {
namespace {

/// The different labels of an axis, in the order of the rows.
std::vector<std::string> labels_of(const StudyResults& results, std::size_t axis) {
    std::vector<std::string> labels;
    for (const StudyRow& row : results.rows)
        if (std::ranges::count(labels, row.labels[axis]) == 0) labels.push_back(row.labels[axis]);
    return labels;
}

std::vector<std::string> without(std::vector<std::string> labels, std::size_t axis) {
    labels.erase(labels.begin() + static_cast<std::ptrdiff_t>(axis));
    return labels;
}

Estimate difference(const Estimate& a, const Estimate& b) { return {a.mean - b.mean, std::hypot(a.error, b.error)}; }

bool is_best(const StudyRow& row) { return row.agents && row.equilibrium == 1; }

}  // namespace

bool is_decided(const Estimate& lead) { return std::abs(lead.mean) >= kDecided * lead.error; }

std::optional<Comparison> compared(const StudyResults& results) {
    std::size_t axis = 0;
    while (axis < results.axes.size() && labels_of(results, axis).size() != 2) ++axis;
    if (axis == results.axes.size()) return {};
    const auto labels = labels_of(results, axis);
    Comparison comparison{results.axes[axis], labels[1], labels[0], without(results.axes, axis), {}};
    for (const StudyRow& a : results.rows) {
        if (a.labels[axis] != comparison.ahead || !is_best(a)) continue;
        const auto others = without(a.labels, axis);
        const auto b = std::ranges::find_if(results.rows, [&](const StudyRow& row) {
            return row.labels[axis] == comparison.behind && is_best(row) && without(row.labels, axis) == others;
        });
        if (b == results.rows.end()) continue;
        if (!comparison.leads.empty() && comparison.leads.back().labels == others) continue;  // from another start
        comparison.leads.push_back({others,
                                    {difference(a.agents->efficiency, b->agents->efficiency),
                                     difference(a.agents->access_fairness, b->agents->access_fairness),
                                     difference(a.agents->reward_fairness, b->agents->reward_fairness)}});
    }
    if (comparison.leads.empty()) return {};
    return comparison;
}

}  // namespace polykarma
