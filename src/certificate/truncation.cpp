#include "certificate/truncation.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "dynamics/line_sum.hpp"

namespace polykarma {

double karma_tail(const Field& mass, const Collective& ranks) {
    const Layout& layout = mass.part().layout();
    const Lattice& lattice = layout.lattice();
    std::vector<int> balances(lattice.accounts());
    double largest = 0.0;
    for (const auto r : Range<Stage>(layout.stages())) {
        std::vector<LineSum> all(lattice.accounts()), top(lattice.accounts());
        const auto d = mass.stage(r);
        mass.part().for_each_site(r, [&](const Site& site, std::size_t) {
            lattice.balances(layout.contested(r), site.index, balances);
            for (const auto a : Range<Account>(balances.size())) {
                const double karma = d[site.state] * balances[a.at()];
                const bool is_top = balances[a.at()] > kTopCells * lattice.k_max(a);
                all[a.at()].add(site, karma);
                top[a.at()].add(site, is_top ? karma : 0.0);
            }
        });
        for (std::size_t a = 0; a < all.size(); ++a)
            if (const double share = total(ranks, top[a]) / std::max(total(ranks, all[a]), 1e-300); share > largest)
                largest = share;
            else if (std::isnan(share))
                return std::numeric_limits<double>::infinity();
    }
    return largest;
}

}  // namespace polykarma
