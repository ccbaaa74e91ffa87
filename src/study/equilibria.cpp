#include "study/equilibria.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace polykarma {
namespace {

/// The certified rows that are one equilibrium.
using Members = std::vector<std::size_t>;

/// Rows of one design, which share their labels.
struct DesignRows {
    std::vector<Members> equilibria{};
};

/// All designs, in the order of their first rows.
std::vector<DesignRows> grouped(const std::vector<StudyRow>& rows, const std::vector<EquilibriumSummary>& summaries) {
    std::vector<DesignRows> designs;
    std::map<std::vector<std::string>, std::size_t> known;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t number = known.try_emplace(rows[i].labels, designs.size()).first->second;
        if (number == designs.size()) designs.emplace_back();
        if (!rows[i].certified) continue;
        std::vector<Members>& equilibria = designs[number].equilibria;
        const auto same = std::ranges::find_if(equilibria, [&](const Members& group) {
            return std::ranges::any_of(group,
                                       [&](std::size_t j) { return same_equilibrium(summaries[i], summaries[j]); });
        });
        if (same == equilibria.end())
            equilibria.push_back({i});
        else
            same->push_back(i);
    }
    return designs;
}

/// NaN is worse than anything.
bool better(double a, double b) { return !std::isnan(a) && (std::isnan(b) || a > b); }

}  // namespace

bool same_equilibrium(const EquilibriumSummary& a, const EquilibriumSummary& b) {
    if (a.bid_share.size() != b.bid_share.size() || a.welfare.payoffs.size() != b.welfare.payoffs.size()) return false;
    // Under another exchange rule the bids may end elsewhere: nobody places those that are not there.
    const auto share = [](const std::vector<double>& nu, std::size_t i) { return i < nu.size() ? nu[i] : 0.0; };
    double distance = 0.0;
    for (std::size_t r = 0; r < a.bid_share.size(); ++r)
        for (std::size_t i = 0; i < std::max(a.bid_share[r].size(), b.bid_share[r].size()); ++i)
            distance += std::abs(share(a.bid_share[r], i) - share(b.bid_share[r], i));
    if (!(distance < kSameBidShares)) return false;
    for (std::size_t t = 0; t < a.welfare.payoffs.size(); ++t)
        if (!(std::abs(a.welfare.payoffs[t].endogenous - b.welfare.payoffs[t].endogenous) < kSamePayoff)) return false;
    return true;
}

std::vector<StudyEquilibrium> number_equilibria(std::vector<StudyRow>& rows,
                                                const std::vector<EquilibriumSummary>& summaries) {
    struct Found {
        Members members;
        StudyEquilibrium equilibrium;
    };
    const auto stationarity = [&](std::size_t i) { return rows[i].certificate.stationarity; };
    for (StudyRow& row : rows) row.equilibrium = 0;
    std::vector<StudyEquilibrium> equilibria;
    for (const DesignRows& design : grouped(rows, summaries)) {
        std::vector<Found> all;
        for (const Members& group : design.equilibria) {
            const std::size_t row = *std::ranges::min_element(group, {}, stationarity);
            Found& found = all.emplace_back(Found{group, {row, {}, summaries[row].price_level}});
            for (const std::size_t i : group) found.equilibrium.starts.push_back(rows[i].start);
        }
        std::ranges::stable_sort(all, [&](const Found& a, const Found& b) {
            return better(rows[a.equilibrium.row].nash.endogenous, rows[b.equilibrium.row].nash.endogenous);
        });
        for (std::size_t i = 0; i < all.size(); ++i) {
            for (const std::size_t row : all[i].members) rows[row].equilibrium = static_cast<int>(i + 1);
            equilibria.push_back(std::move(all[i].equilibrium));
        }
    }
    return equilibria;
}

std::vector<UncertifiedStarts> uncertified_starts(std::span<const StudyRow> rows) {
    std::vector<UncertifiedStarts> reasons;
    for (const StudyRow& row : rows) {
        if (row.certified) continue;
        // The search met its own residuals, the certificate found more.
        const std::string reason = row.reason == to_string(StopReason::converged) ? "above a tolerance" : row.reason;
        auto known = std::ranges::find(reasons, reason, &UncertifiedStarts::reason);
        if (known == reasons.end()) known = reasons.insert(known, {reason, {}});
        known->starts.push_back(row.start);
    }
    return reasons;
}

}  // namespace polykarma
