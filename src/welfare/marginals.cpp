#include "welfare/marginals.hpp"

#include <limits>

namespace polykarma {
namespace {

/// [type] contests taken part in, and those of them with the first outcome.
std::vector<double> access_of(const Layout& layout, const ActionShares& shares,
                              const std::vector<std::vector<std::vector<double>>>& outcome_probability) {
    std::vector<double> contests(layout.types(), 0.0), successes(layout.types(), 0.0);
    for (const auto r : Range<Stage>(layout.stages()))
        for (const auto b : Range<Block>(layout.blocks()))
            for (std::size_t a = 0; a < layout.stage(r).actions.size(); ++a) {
                if (!layout.stage(r).actions[a].participates) continue;
                const double share = shares[r.at()][b.at()][a];
                contests[layout.type(b).at()] += share;
                successes[layout.type(b).at()] += share * outcome_probability[r.at()].front()[a];
            }
    for (std::size_t t = 0; t < contests.size(); ++t) successes[t] /= contests[t];
    return successes;
}

std::vector<std::vector<double>> mean_bids_of(const Layout& layout, const ActionShares& shares) {
    std::vector<std::vector<double>> bids;
    for (const auto r : Range<Stage>(layout.stages())) {
        auto& stage = bids.emplace_back();
        for (const auto& block : shares[r.at()]) {
            double placed = 0.0, sum = 0.0;
            for (std::size_t a = 0; a < block.size(); ++a) {
                const ActionInfo& action = layout.stage(r).actions[a];
                if (!action.participates) continue;
                placed += block[a];
                sum += block[a] * action.bid;
            }
            stage.push_back(placed > 0.0 ? sum / placed : std::numeric_limits<double>::quiet_NaN());
        }
    }
    return bids;
}

std::vector<std::vector<double>> bid_shares_of(const Layout& layout, const ActionShares& shares) {
    std::vector<std::vector<double>> bids;
    for (const auto r : Range<Stage>(layout.stages())) {
        auto& stage = bids.emplace_back();
        for (std::size_t a = 0; a < layout.stage(r).actions.size(); ++a) {
            if (!layout.stage(r).actions[a].participates) continue;
            double share = 0.0;
            for (const auto& block : shares[r.at()]) share += block[a];
            stage.push_back(share);
        }
    }
    return bids;
}

/// Each term is rounded to kShares, like those of action shares.
std::vector<std::vector<std::vector<double>>> holders_of(const Field& mass, const Collective& ranks) {
    const Layout& layout = mass.part().layout();
    const Lattice& lattice = layout.lattice();
    std::vector<std::vector<std::vector<double>>> holders;
    for (const auto a : Range<Account>(lattice.accounts()))
        holders.emplace_back(layout.types(), std::vector<double>(lattice.line_length(a), 0.0));
    std::vector<int> balances(lattice.accounts());
    const auto d = mass.stage(Stage{});
    mass.part().for_each_site(Stage{}, [&](const Site& site, std::size_t) {
        lattice.balances(layout.contested(Stage{}), site.index, balances);
        const double share = kShares(d[site.state]);
        for (std::size_t a = 0; a < balances.size(); ++a)
            holders[a][layout.type(site.block).at()][static_cast<std::size_t>(balances[a])] += share;
    });
    for (auto& account : holders)
        for (auto& type : account) ranks.sum(type);
    return holders;
}

}  // namespace

double Marginals::karma(std::size_t account, std::size_t type) const {
    double agents = 0.0, karma = 0.0;
    const auto& shares = holders[account][type];
    for (std::size_t k = 0; k < shares.size(); ++k) {
        agents += shares[k];
        karma += static_cast<double>(k) * shares[k];
    }
    return karma / agents;
}

double Marginals::karma_share(std::size_t account, std::size_t balance) const {
    double share = 0.0;
    for (const auto& type : holders[account])
        if (balance < type.size()) share += type[balance];
    return share;
}

Marginals marginals_of(const Field& mass, const ActionShares& shares,
                       const std::vector<std::vector<std::vector<double>>>& outcome_probability,
                       const Collective& ranks) {
    const Layout& layout = mass.part().layout();
    return {access_of(layout, shares, outcome_probability), holders_of(mass, ranks), mean_bids_of(layout, shares),
            bid_shares_of(layout, shares)};
}

}  // namespace polykarma
